// SPDX-License-Identifier: MIT
// Who shares a group, and whose streams an IOMMU cannot take.
import type { Id } from './values.ts';

/** A PCI function by its name, with its node where it has one. */
export interface FunctionFact {
  readonly name: string;
  readonly path: string | null;
}

/** Why a function gets the group of another one. */
export type SharedBecause =
  | 'carries-its-id'
  | 'one-id-below-bridge'
  | 'conventional-bus'
  | 'port-without-acs'
  | 'acs-too-late'
  | 'uses-its-id'
  | 'functions-without-acs';

export type GroupStatement =
  | { readonly kind: 'joins-group'; readonly others: readonly string[] }
  | { readonly kind: 'function-joins'; readonly fn: FunctionFact; readonly why: SharedBecause }
  | { readonly kind: 'one-stream-for-all'; readonly host: string }
  | { readonly kind: 'acs-above'; readonly ports: readonly string[]; readonly early: boolean }
  | { readonly kind: 'crowded'; readonly iommu: string; readonly rival: string }
  | { readonly kind: 'streams-overlap'; readonly rival: string; readonly ofFunctions: boolean };

/** Why a stream is not given out. */
export type StreamReason =
  | { readonly kind: 'mask-too-wide'; readonly mask: number }
  | {
      readonly kind: 'stream-overlaps';
      readonly id: Omit<Id, 'kind'>;
      readonly other: Omit<Id, 'kind'>;
      readonly owner: string;
    }
  | { readonly kind: 'streams-of-two-groups' }
  | { readonly kind: 'stream-id-too-wide'; readonly id: number }
  | { readonly kind: 'hardware-full'; readonly what: SmmuHardware }
  /** `owner` is a path, or a PCI function's name. */
  | { readonly kind: 'stream-taken'; readonly id: number; readonly owner: string }
  | { readonly kind: 'overlaps-function' };

/** What the registers of an Arm SMMU tell. */
export type SmmuHardware =
  | { readonly kind: 'mask-bits' }
  | { readonly kind: 'stream-id-bits'; readonly id: number }
  | { readonly kind: 'match-registers'; readonly count: number }
  | { readonly kind: 'context-banks'; readonly count: number }
  | { readonly kind: 'most-context-banks'; readonly count: number };

export type GroupCondition =
  | { readonly kind: 'functions-isolated' }
  | { readonly kind: 'more-functions' }
  | { readonly kind: 'acs-on'; readonly ports: readonly string[] }
  | { readonly kind: 'rival-takes-iommu'; readonly rival: string }
  /** The driver refuses the device that comes second. */
  | { readonly kind: 'rival-first'; readonly rival: string };

export type GroupAlternative =
  /** A device that another driver makes: it may come after the registration of its IOMMU. */
  /** A function that its driver refuses ends the registration of an IOMMU that comes after it. */
  | { readonly kind: 'function-before-iommu'; readonly host: string }
  | { readonly kind: 'device-before-iommu'; readonly device: string; readonly maker: string }
  | { readonly kind: 'smmu-hardware'; readonly what: SmmuHardware }
  /** `assumed`: whether the answer is for an SMMU that has them. */
  | { readonly kind: 'stream-bits'; readonly iommu: string; readonly id: number; readonly assumed: boolean }
  | { readonly kind: 'device-first'; readonly rival: string }
  | { readonly kind: 'function-of-map-first'; readonly host: string }
  | { readonly kind: 'function-first' }
  | { readonly kind: 'function-or-device-first'; readonly device: string }
  | { readonly kind: 'equal-function-first' };
