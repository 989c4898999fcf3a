// SPDX-License-Identifier: MIT
// The two sides that are held against each other: what a running Linux says of its devices, and what the model says.
import type { Platform } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import type { DeviceTree } from '#tree/types.ts';

/** One device of an observation; an absent field is `null`, or none. See observe.ts. */
export interface ObservedDevice {
  readonly node: string;
  /** `00:02.0`; only PCI functions have one. */
  readonly rid?: string;
  readonly name: string;
  readonly bus: string;
  readonly verdict: string;
  readonly driver?: string;
  readonly coherent?: boolean;
  readonly dmaLimit?: string;
  readonly dmaRanges?: readonly { readonly dmaStart: string; readonly cpuStart: string; readonly size: string }[];
  /** The domain that Linux grants the device's pages to; only Xen's grants have one. */
  readonly domid?: number;
  /** What kind of address the device was given for its ring: `grant` or `memory`. */
  readonly ring?: string;
  readonly iommu?: string;
  /** As the driver keeps them: an SMMUv2's mask in the upper half. */
  readonly ids?: readonly number[];
  /** Whether the DMA API maps through the IOMMU; absent on 6.1, whose probes do not show it. */
  readonly iommuOps?: boolean;
  readonly group?: number;
  readonly reserved?: readonly { readonly start: string; readonly end: string; readonly type: string }[];
  /** What Linux said that the device waits for: while modules were still being loaded, and at the end. */
  readonly waited?: string;
  readonly deferred?: string;
  /** Whether data that was read from the disk went through the bounce buffer; only where the boot read one. */
  readonly bounced?: boolean;
  readonly log?: readonly string[];
}

export interface Observation {
  readonly kernel: string;
  readonly devices: readonly ObservedDevice[];
  /** Nodes whose device no driver tried to bind, so that Linux never looked at their DMA. */
  readonly undecided: readonly string[];
  /** Lines about nodes rather than devices. */
  readonly log: readonly string[];
  /** What Linux says about devices that wait for each other. */
  readonly circles?: readonly string[];
  /** `SUPPLIER <- CONSUMER`, by device name: who waits for whom by fw_devlink; only where the boot asked. */
  readonly links?: readonly string[];
}

export interface Prediction {
  readonly tree: DeviceTree;
  readonly platform: Platform;
  /** Every device of the tree, PCI functions left out unless they have nodes. */
  readonly reports: readonly DmaReport[];
  /** The report of a PCI function behind the bridge at `path`. */
  readonly functionAt: (path: string, requesterId: number) => DmaReport | undefined;
}
