// SPDX-License-Identifier: MIT
// Why an entry of `iommus` or `iommu-map` makes nobody's DMA go through the IOMMU that it names.
import type { ListFault } from './binding.ts';
import type { Reason, Statement } from './index.ts';

export type ClaimReason =
  | { readonly kind: 'refused'; readonly why: Reason }
  /** Taken, and given up again because of a later entry. */
  | { readonly kind: 'dropped'; readonly because: number }
  /** Linux stops at an earlier entry. */
  | { readonly kind: 'not-reached'; readonly stop: number }
  | { readonly kind: 'faulty'; readonly fault: ListFault }
  /** Nobody reads the property, for what the statement says. */
  | { readonly kind: 'unread'; readonly because: Statement }
  /** On a PCI function, whose host bridge has what counts. */
  | { readonly kind: 'of-function'; readonly host: string }
  /** A row of a map for IDs that an earlier row covers. */
  | { readonly kind: 'covered'; readonly by: number }
  | { readonly kind: 'covers-nothing' };
