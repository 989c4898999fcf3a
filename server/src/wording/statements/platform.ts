// SPDX-License-Identifier: MIT
// What on the platform decides something, in words.
import type { Because, ReleaseAlternative } from '#model/statements/platform.ts';
import { quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

const BECAUSE: Words<Because> = {
  option: ({ option }) => quoted(option),
  symbol: ({ symbol, on }) => `CONFIG_${symbol}${on ? '' : ' is not set'}`,
  'option-default': ({ option }) => `the default of ${quoted(option)}`,
  default: ({ option }) => `the default ${quoted(option)}`,
  driver: ({ driver }) => `the ${driver} driver`,
  'no-modules': () => 'a kernel without modules',
  'no-wait-for-modules': () => 'Linux before 5.7 does not wait for modules',
  'default-timeout': ({ seconds }) => `the default of ${seconds} s with CONFIG_MODULES`,
  'built-in-timeout': ({ seconds }) => `CONFIG_DRIVER_DEFERRED_PROBE_TIMEOUT=${seconds}`,
  'no-restricted-pools': ({ since }) => `restricted DMA pools came with Linux ${since}`,
};

export const RELEASE_CONDITIONS: Words<ReleaseAlternative> = {
  'release-unread': ({ release, what, without, with: later }) =>
    `whether in Linux ${release} ${what}, which is not so in ${without} and is so in ${later}`,
};

export const RELEASE_OTHERWISE: Words<ReleaseAlternative> = {
  'release-unread': ({ release, what }) => `in Linux ${release} ${what}`,
};

/** What decides: for brackets, or after "because of". */
export function becauseText(because: Because): string {
  return wordsOf(BECAUSE, because);
}

/** The same without back-ticks: for problems and terminals, which show them as they are. */
export function becausePlain(because: Because): string {
  return becauseText(because).replaceAll('`', '');
}
