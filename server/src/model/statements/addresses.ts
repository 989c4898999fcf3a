// SPDX-License-Identifier: MIT
// Bus addresses on the way to memory, and whether the caches see the DMA.

export type AddressStatement =
  | {
      readonly kind: 'coherence-stated';
      readonly property: 'dma-coherent' | 'dma-noncoherent';
      readonly node: string;
    }
  /** `built`: the kernel could, but no processor or cache of the tree has operations. */
  | { readonly kind: 'no-cache-operations'; readonly built: boolean }
  | { readonly kind: 'coherence-default'; readonly arch: string; readonly coherent: boolean }
  /** `bus` has no `dma-ranges`, and buses above it do. */
  | { readonly kind: 'ranges-interrupted'; readonly bus: string }
  | { readonly kind: 'ranges-none'; readonly bus: string; readonly empty: boolean }
  | { readonly kind: 'ranges-unusable'; readonly bus: string }
  /** The first range has size 0. */
  | { readonly kind: 'ranges-ended'; readonly bus: string }
  /** The first windows, how many more there are, and the last address of all. */
  | {
      readonly kind: 'ranges';
      readonly bus: string;
      readonly windows: readonly { readonly dma: bigint; readonly cpu: bigint; readonly size: bigint }[];
      readonly more: number;
      readonly limit: bigint;
    };
