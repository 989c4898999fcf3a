// SPDX-License-Identifier: MIT
// What on the platform decides something, in words.
import { t } from '#base/language.ts';
import type { Because, ReleaseAlternative } from '#model/statements/platform.ts';
import { quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

const BECAUSE: Words<Because> = {
  option: ({ option }) => quoted(option),
  symbol: ({ symbol, on }) => `CONFIG_${symbol}${on ? '' : t(' is not set')}`,
  'option-default': ({ option }) => t('the default of {0}', quoted(option)),
  default: ({ option }) => t('the default {0}', quoted(option)),
  driver: ({ driver }) => t('the {0} driver', driver),
  'no-modules': () => t('a kernel without modules'),
  'no-wait-for-modules': () => t('Linux before 5.7 does not wait for modules'),
  'default-timeout': ({ seconds }) => t('the default of {0} s with CONFIG_MODULES', seconds),
  'built-in-timeout': ({ seconds }) => `CONFIG_DRIVER_DEFERRED_PROBE_TIMEOUT=${seconds}`,
  'no-restricted-pools': ({ since }) => t('restricted DMA pools came with Linux {0}', since),
};

export const RELEASE_CONDITIONS: Words<ReleaseAlternative> = {
  'release-unread': ({ release, what, without, with: later }) =>
    t('whether in Linux {0} {1}, which is not so in {2} and is so in {3}', release, what, without, later),
};

export const RELEASE_OTHERWISE: Words<ReleaseAlternative> = {
  'release-unread': ({ release, what }) => t('in Linux {0} {1}', release, what),
};

/** What decides: for brackets, or after "because of". */
export function becauseText(because: Because): string {
  return wordsOf(BECAUSE, because);
}

/** The same without back-ticks: for problems and terminals, which show them as they are. */
export function becausePlain(because: Because): string {
  return becauseText(because).replaceAll('`', '');
}
