// SPDX-License-Identifier: MIT
// Addresses that a device behind an IOMMU must not use, and where its MSIs go.

export type ReservedStatement =
  | { readonly kind: 'iova-reserved'; readonly region: string; readonly start: bigint; readonly end: bigint }
  | { readonly kind: 'iova-direct'; readonly region: string; readonly start: bigint; readonly end: bigint }
  | { readonly kind: 'iova-elsewhere'; readonly region: string; readonly start: bigint; readonly end: bigint }
  | { readonly kind: 'iova-untranslatable'; readonly region: string }
  | { readonly kind: 'msi-window'; readonly start: bigint; readonly end: bigint; readonly overRam: boolean }
  | { readonly kind: 'msi-window-unless-reported'; readonly start: bigint; readonly end: bigint }
  | { readonly kind: 'doorbell-mapped'; readonly controller: string }
  | { readonly kind: 'doorbell-blocked'; readonly controller: string }
  | { readonly kind: 'msi-map-uncovered'; readonly bus: string; readonly id: number };

/** Where a reserved region comes from. */
export type ReservedBecause =
  | { readonly kind: 'iommu-addresses'; readonly region: string }
  | { readonly kind: 'software-msi-window'; readonly driver: string };
