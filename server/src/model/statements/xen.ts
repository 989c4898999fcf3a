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

export type XenStatement =
  | { readonly kind: 'xen-not-in-table'; readonly iommu: string; readonly xen: string; readonly why: string | null }
  | { readonly kind: 'xen-own-table'; readonly mirrors: readonly string[] };
