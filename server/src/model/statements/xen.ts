// SPDX-License-Identifier: MIT
// What Xen makes of a domain and an IOMMU of its host: whose table translates, and from when on it is kept in step.

/** Why there is, or is not, a table of a domain for an IOMMU. */
export type XenTableState =
  /** The domain is created with an IOMMU, and this one comes up. */
  | 'in-step'
  /** The domain is created without an IOMMU. */
  | 'no-flag'
  /** Xen's command line switches its IOMMUs off. */
  | 'switched-off'
  /** Xen has the driver, and the IOMMU does not come up. */
  | 'not-up'
  /** No driver of this Xen lists the IOMMU. */
  | 'not-in-table';

export interface XenTable {
  readonly domain: string;
  /** Path. */
  readonly iommu: string;
  /** `shared`: the domain's P2M itself; `null`: none. Xen on Arm knows no third. */
  readonly table: 'shared' | null;
  readonly state: XenTableState;
  /** From when on the table agrees with the domain's memory. */
  readonly from: 'creation' | null;
  /** What Xen makes the IOMMU forget after a change. */
  readonly flush: string | null;
  /** What a driver would have to do where the IOMMU cannot walk a P2M; only of IPMMUs that are not in Xen's table. */
  readonly otherwise?: { readonly table: 'own'; readonly from: 'creation'; readonly mirrors: readonly string[] };
}

/** Why none of Xen's IOMMUs is there. `xen`: which Xen, for people. */
export type NoXenIommu =
  | { readonly kind: 'xen-switched-off'; readonly word: string; readonly xen: string }
  | { readonly kind: 'xen-no-driver'; readonly iommu: string; readonly xen: string; readonly why: NoXenDriver }
  /** `iommu`: the one that was asked about. */
  | { readonly kind: 'xen-none-up'; readonly iommu: string | null };

/** Why this Xen lacks a driver that another one has. */
export type NoXenDriver =
  | { readonly kind: 'built-without'; readonly symbol: string }
  | { readonly kind: 'taken-since'; readonly driver: string; readonly release: string };

/** Why no IOMMU of Xen is there for a device. */
export type XenLack =
  | NoXenIommu
  | { readonly kind: 'xen-no-iommus' }
  | { readonly kind: 'xen-iommus-malformed' }
  | { readonly kind: 'xen-iommu-disabled'; readonly iommu: string };

/** Why Xen fails to add a device to an IOMMU, so that nobody gets it. */
export type XenFailure =
  | { readonly kind: 'xen-undriven'; readonly iommu: string; readonly xen: string }
  | { readonly kind: 'xen-two-iommus'; readonly iommu: string; readonly other: string }
  | { readonly kind: 'xen-not-up'; readonly iommu: string }
  | { readonly kind: 'xen-cells'; readonly iommu: string; readonly cells: number | null; readonly wanted: number }
  | { readonly kind: 'xen-id-outside'; readonly iommu: string; readonly idKind: string; readonly id: number };

/** Why an IOMMU is asked for at the creation of a domain. */
export type XenIommuWish =
  | { readonly kind: 'module' }
  | { readonly kind: 'spilled-module'; readonly module: string }
  | { readonly kind: 'passthrough' };

export type XenStatement =
  | {
      readonly kind: 'xen-not-in-table';
      readonly iommu: string;
      readonly xen: string;
      readonly why: NoXenDriver | null;
    }
  | { readonly kind: 'xen-own-table'; readonly mirrors: readonly string[] }
  | { readonly kind: 'xen-assigned'; readonly domain: string }
  | { readonly kind: 'xen-passthrough' }
  | { readonly kind: 'xen-hardware-domain-too'; readonly domain: string }
  | { readonly kind: 'xen-mapped'; readonly owner: string }
  /** `used`: the IOMMUs are not switched off. */
  | { readonly kind: 'xen-drives'; readonly used: boolean }
  | { readonly kind: 'xen-iommu-not-up'; readonly why: NoXenIommu | null }
  | { readonly kind: 'xen-unprotected'; readonly why: XenLack }
  | { readonly kind: 'xen-entry-malformed'; readonly index: number }
  | { readonly kind: 'xen-refused'; readonly why: XenFailure }
  | {
      readonly kind: 'xen-translates';
      readonly iommu: string;
      readonly idKind: string;
      readonly ids: readonly number[];
    }
  | { readonly kind: 'xen-stage-1-only' }
  | { readonly kind: 'xen-domain-number'; readonly number: number }
  | { readonly kind: 'xen-direct-map'; readonly on: boolean }
  | { readonly kind: 'xen-without-iommu' }
  | { readonly kind: 'xen-with-iommu'; readonly why: XenIommuWish }
  | { readonly kind: 'xen-iommu-in-vain'; readonly why: XenIommuWish; readonly lack: NoXenIommu }
  | { readonly kind: 'xen-partial-tree-unknown' }
  | { readonly kind: 'xen-partial-tree'; readonly devices: readonly string[] }
  | { readonly kind: 'xen-context-taken'; readonly iommu: string; readonly used: number; readonly of: number }
  | {
      readonly kind: 'xen-contexts';
      readonly used: number;
      readonly by: readonly string[];
      readonly available: number | null;
    }
  | { readonly kind: 'xen-micro-tlbs'; readonly used: number; readonly available: number | null }
  | { readonly kind: 'xen-stream-matches'; readonly used: number }
  | { readonly kind: 'xen-stream-table'; readonly used: number }
  | { readonly kind: 'xen-flushes'; readonly iommu: string; readonly flush: string }
  /** `unless`: SMMUs may say that they look into the caches; `cold`: SMMUs that do not say so. */
  | { readonly kind: 'xen-cleans'; readonly unless: boolean; readonly cold: readonly string[] }
  | { readonly kind: 'xen-caches-seen' };

export type XenCondition =
  | { readonly kind: 'boot-loader-dom0' }
  | { readonly kind: 'xen-built-with'; readonly option: string }
  | { readonly kind: 'chip-cut' }
  | { readonly kind: 'partial-tree' }
  /** A register of the hardware tells. */
  | {
      readonly kind: 'hardware-has';
      readonly what: 'context-banks' | 'stream-matches' | 'stream-table' | 'coherent-walks';
    };
