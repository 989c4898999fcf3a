// SPDX-License-Identifier: MIT
// Which IOMMUs a device is bound to: what of_iommu_xlate and those before it say about each entry.
import type { Reason } from './index.ts';
import type { Id } from './values.ts';

/** The entry of `iommus`, or the row of a bus's map with what it makes of the ID. */
export type Entry =
  | { readonly in: 'iommus'; readonly index: number }
  | { readonly in: 'iommu-map'; readonly bus: string; readonly id: number; readonly args: readonly number[] };

/** Why the list ends before its property does. */
export type ListFault =
  | { readonly kind: 'phandle-zero' }
  | { readonly kind: 'no-label'; readonly label: string }
  | { readonly kind: 'no-phandle'; readonly phandle: number }
  | { readonly kind: 'no-cells'; readonly target: string }
  | { readonly kind: 'too-short'; readonly found: number; readonly wanted: number };

export type BindingStatement =
  | { readonly kind: 'entry-needs-master'; readonly entry: Entry; readonly iommu: string; readonly property: string }
  | { readonly kind: 'no-iommus' }
  | { readonly kind: 'iommus-empty' }
  | { readonly kind: 'iommus-unread' }
  | { readonly kind: 'iommus-stop'; readonly index: number; readonly fault: ListFault; readonly keepsEarlier: boolean }
  | { readonly kind: 'no-iommu-map'; readonly bus: string }
  | { readonly kind: 'iommu-map-of-functions'; readonly bus: string; readonly rows: readonly MapRowFact[] }
  | { readonly kind: 'id-uncovered'; readonly bus: string; readonly id: number }
  | { readonly kind: 'map-unused'; readonly bus: string; readonly id: number; readonly why: Reason }
  | { readonly kind: 'other-ids-dropped'; readonly id: number }
  | {
      readonly kind: 'entry-taken';
      readonly entry: Entry;
      readonly iommu: string;
      readonly driver: string;
      readonly ids: readonly Id[];
    }
  | {
      readonly kind: 'entry-refused';
      readonly entry: Entry;
      readonly iommu: string;
      readonly why: Reason;
      readonly dropsEarlier: boolean;
    }
  | { readonly kind: 'entry-unregistered'; readonly entry: Entry; readonly iommu: string; readonly why: Reason }
  | {
      readonly kind: 'device-refused';
      readonly who: 'device' | 'function';
      readonly why: Reason;
      readonly blocked: boolean;
    };

/** A row of `iommu-map`. */
export interface MapRowFact {
  readonly first: number;
  readonly last: number;
  readonly iommu: string;
  readonly out: number;
}

/** Why an entry is refused. */
export type BindingReason =
  | { readonly kind: 'iommu-disabled' }
  /** Before Linux 6.11 an unregistered IOMMU that is not the first fails at once. */
  | { readonly kind: 'later-entry-unregistered' }
  | { readonly kind: 'iommu-without-driver' }
  | { readonly kind: 'two-drivers'; readonly first: string }
  | { readonly kind: 'only-own-list'; readonly property: string }
  | { readonly kind: 'no-of-xlate'; readonly driver: string }
  | { readonly kind: 'cell-count'; readonly found: number; readonly wanted: readonly number[] }
  | { readonly kind: 'instances'; readonly most: number }
  | { readonly kind: 'ids'; readonly most: number }
  | { readonly kind: 'soc-denied'; readonly soc: string }
  | { readonly kind: 'not-on-list'; readonly device: string; readonly result: string }
  | { readonly kind: 'map-length'; readonly property: string }
  | { readonly kind: 'map-cut-off'; readonly property: string }
  | { readonly kind: 'mask-hides-base'; readonly property: string; readonly base: number }
  | { readonly kind: 'row-without-node' }
  | { readonly kind: 'range-with-two-cells' }
  /** What drivers check when they set a master up. */
  | { readonly kind: 'two-larbs'; readonly first: number; readonly other: number }
  | { readonly kind: 'no-such-larb'; readonly iommu: string; readonly larb: number }
  | { readonly kind: 'no-iova-region'; readonly larb: number }
  | { readonly kind: 'beyond-directory'; readonly id: number }
  | { readonly kind: 'no-context-bank'; readonly iommu: string; readonly bank: number };

export type BindingAlternative =
  | { readonly kind: 'module-in-time'; readonly symbol: string }
  /** The IOMMU's own supplier is one of its masters, which probes only when Linux stops waiting. */
  | { readonly kind: 'after-the-wait'; readonly supplier: string }
  /** On this cut of the chip the driver takes no masters. */
  | { readonly kind: 'cut-without-masters'; readonly revision: string };
