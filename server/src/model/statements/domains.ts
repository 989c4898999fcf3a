// SPDX-License-Identifier: MIT
// The default domain of a group, and the mapping that 32-bit Arm attaches instead.
import type { Because } from './platform.ts';

/** What a driver forces. */
export type ForcedType = 'identity' | 'dma' | 'platform';

/** Why a driver forces a type, by its row. */
export type ForcedReason =
  | 'display-driver-attaches'
  | 'pamu-passes-all'
  | 'own-mappings'
  | 'legacy-groups'
  | 'legacy-without-dma-domain'
  | 'dart-page-size'
  | 'dart-without-bypass'
  | 'untranslated-trace';

/** What only the hardware tells. */
export type HardwareTrait = 'dart-page-size' | 'dart-without-bypass';

export type DomainStatement =
  | { readonly kind: 'domain-forced'; readonly type: ForcedType; readonly why: ForcedReason }
  | { readonly kind: 'domain-forced-where'; readonly type: ForcedType; readonly trait: HardwareTrait }
  | { readonly kind: 'external-port-trusted'; readonly port: string }
  | { readonly kind: 'no-iommu-dma' }
  | { readonly kind: 'passes-through'; readonly because: Because }
  | { readonly kind: 'no-dma-domain'; readonly driver: string }
  | { readonly kind: 'no-identity-domain'; readonly device: string; readonly because: Because }
  /** `because` is absent where the driver's forced type decides. */
  | {
      readonly kind: 'translates';
      readonly lazy: boolean;
      readonly because: Because | null;
      readonly lazyAsked: Because | null;
    }
  | { readonly kind: 'outside-aperture'; readonly lowest: bigint; readonly last: bigint; readonly device: string }
  | { readonly kind: 'maybe-outside-aperture'; readonly lowest: bigint }
  | { readonly kind: 'arm-mapping-of-driver'; readonly start: bigint; readonly end: bigint }
  | { readonly kind: 'arm-mapping-unseen' }
  | { readonly kind: 'arm-mapping' }
  | { readonly kind: 'arm-mapping-once' }
  | { readonly kind: 'arm-mapping-shared-group' }
  | { readonly kind: 'arm-group-unusable' }
  | { readonly kind: 'arm-mapping-too-large' };

export type DomainAlternative =
  | { readonly kind: 'hardware-trait'; readonly trait: HardwareTrait }
  | { readonly kind: 'untrusted-backport' }
  | { readonly kind: 'address-bits' }
  | { readonly kind: 'arm-mapping-selected' }
  /** `first`: the answer is for the device that is first. */
  | { readonly kind: 'first-of-group'; readonly first: boolean };
