// SPDX-License-Identifier: MIT
// A device that no IOMMU translates for.
import type { Because } from './platform.ts';

export type DirectStatement =
  | { readonly kind: 'swiotlb-forced' }
  | { readonly kind: 'no-ram-known' }
  /** Neither memory nor a bounce buffer has a bus address. */
  | { readonly kind: 'nothing-in-reach' }
  | {
      readonly kind: 'out-of-reach';
      readonly start: bigint;
      readonly end: bigint;
      readonly bounces: boolean;
      readonly because: Because;
    }
  | {
      readonly kind: 'unattached-streams';
      readonly iommu: string;
      readonly blocked: boolean;
      readonly because: Because;
    }
  /** The device lists no IOMMU, and one that blocks what nobody lists serves others on its bus. */
  | { readonly kind: 'unlisted-stream'; readonly iommu: string; readonly because: Because }
  | { readonly kind: 'no-restricted-pools'; readonly pool: string }
  | { readonly kind: 'pool-refused'; readonly pool: string; readonly property: string | null }
  | { readonly kind: 'pool-used'; readonly pool: string }
  | { readonly kind: 'pool-unused'; readonly pool: string }
  | { readonly kind: 'zephyr' };

export type DirectCondition = { readonly kind: 'zephyr-driver' };

export type DirectAlternative = { readonly kind: 'ram-from-boot-loader' } | { readonly kind: 'restricted-pools-built' };
