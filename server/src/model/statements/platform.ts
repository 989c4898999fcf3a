// SPDX-License-Identifier: MIT
// What on the platform decides something: an option, a symbol, a release's default.

/** What decides, and whether it is there. */
export type Because =
  /** `iommu.passthrough=1` on the command line. */
  | { readonly kind: 'option'; readonly option: string }
  | { readonly kind: 'symbol'; readonly symbol: string; readonly on: boolean }
  /** Nobody gave the option; its default decides. */
  | { readonly kind: 'option-default'; readonly option: string }
  /** Nobody gave it: this is the release's default. */
  | { readonly kind: 'default'; readonly option: string }
  | { readonly kind: 'driver'; readonly driver: string }
  | { readonly kind: 'no-modules' }
  /** Linux before 5.7 does not wait for modules. */
  | { readonly kind: 'no-wait-for-modules' }
  | { readonly kind: 'default-timeout'; readonly seconds: number }
  | { readonly kind: 'built-in-timeout'; readonly seconds: number }
  | { readonly kind: 'no-restricted-pools'; readonly since: string };

/** A change of Linux of which nobody established whether this release has it: one release was seen without, one with. */
export type ReleaseAlternative = {
  readonly kind: 'release-unread';
  readonly release: string;
  readonly what: string;
  readonly without: string;
  readonly with: string;
};
