// SPDX-License-Identifier: MIT
// What a system is asked about: a device with what the walk has found so far, and the four questions.
import type { Addressing } from '#model/addresses/dma-ranges.ts';
import type { Bus } from '#model/devices/existence.ts';
import type { Machine } from '#model/platform/machine.ts';
import type { Steps } from '#model/report/steps.ts';
import type { Deferral, IommuUse, Verdict, XenFacts } from '#model/report/types.ts';
import type { StreamReason } from '#model/statements/groups.ts';
import type { DtNode } from '#tree/types.ts';
import type { Binding } from './binding.ts';
import type { Region } from './reserved.ts';

export interface Subject {
  readonly machine: Machine;
  /** The device's node; the host bridge's for a PCI function without a node of its own. */
  readonly node: DtNode;
  readonly bus: Bus | 'fsl-mc' | 'cdx' | 'host1x';
  /** The node whose properties configure its DMA: its own, or that of the bridge. */
  readonly configuredBy: DtNode;
  /** Requester ID (or ICID) on a bus with IDs. */
  readonly id: number | undefined;
  readonly binding: Binding;
  readonly addressing: Addressing;
  readonly coherent: boolean;
}

/** What a system decides about the translation of a device; an absent part is left to the generic walk. */
export interface Translation {
  readonly group?: string;
  /** The IOMMU's driver turns the device away after of_xlate. */
  readonly refused?: StreamReason;
  /** Operations that replace what the IOMMU gave, and the steps that lead there. */
  readonly ops?: { readonly verdict: Verdict; readonly steps: Steps };
  readonly xen?: XenFacts;
  /** An IOMMU that the hypervisor drives for the device. */
  readonly use?: IommuUse;
}

/** The end of a wait for a supplier. */
export interface Order {
  readonly verdict: 'defer' | 'defer->direct';
  readonly deferral: Deferral;
}

/**
 * One of the systems that the project grew from. Systems are asked in the order of systems/index.ts and never know of
 * each other; each part of an answer comes from the first that gives it.
 */
export interface DmaSystem {
  readonly id: string;
  readonly title: string;
  /** The files of Linux or Xen that it follows. */
  readonly source: string;
  /** Is this device's translation mine? Asked before the others. */
  claims(subject: Subject): boolean;
  /** Which operations, and which group. Records its steps. */
  translate?(subject: Subject, steps: Steps): Translation;
  /** Which addresses are taken. Records its steps. */
  reserve?(subject: Subject, steps: Steps): readonly Region[];
  /** What must probe first, and what happens when it does not; `undefined`: nothing is missing. */
  order?(subject: Subject, steps: Steps): Order | undefined;
}
