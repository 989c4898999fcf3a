// SPDX-License-Identifier: MIT
// How another platform differs from the one that was asked about.
import type { Alternative } from './index.ts';

export type Elsewhere =
  | { readonly kind: 'turned-out'; readonly alternative: Alternative }
  | { readonly kind: 'with-option'; readonly option: string }
  | { readonly kind: 'with-symbol'; readonly symbol: string }
  | { readonly kind: 'before-release'; readonly release: string }
  | { readonly kind: 'since-release'; readonly release: string };
