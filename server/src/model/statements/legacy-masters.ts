// SPDX-License-Identifier: MIT
// Masters that the IOMMU itself lists (`mmu-masters`).
import type { Reason } from './index.ts';
import type { Because } from './platform.ts';
import type { Id } from './values.ts';

export type LegacyStatement =
  | { readonly kind: 'listed-direct'; readonly iommu: string; readonly blocked: boolean; readonly because: Because }
  | { readonly kind: 'listed'; readonly property: string; readonly iommu: string; readonly ids: readonly Id[] }
  | { readonly kind: 'listed-unregistered'; readonly property: string; readonly iommu: string; readonly why: Reason }
  | { readonly kind: 'masters-found-late'; readonly property: string }
  | { readonly kind: 'masters-found-by-later'; readonly iommu: string; readonly later: string }
  | { readonly kind: 'masters-missed'; readonly iommu: string; readonly madeByDriver: boolean }
  | { readonly kind: 'list-unread'; readonly property: string; readonly iommu: string; readonly symbol: string };

export type LegacyAlternative =
  | { readonly kind: 'made-before-iommu'; readonly iommu: string }
  | { readonly kind: 'reads-list'; readonly symbol: string };
