// SPDX-License-Identifier: MIT
// Words for entries of `iommus` and `iommu-map` that are not used.
import { t } from '#base/language.ts';
import type { ClaimReason } from '#model/statements/claims.ts';
import { faultText } from './binding.ts';
import { reasonText, statementText } from './index.ts';
import { quoted, withoutStop } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

const CLAIMS: Words<ClaimReason> = {
  refused: ({ why }) => reasonText(why),
  dropped: ({ because }) => t('Linux drops it because of entry {0}', because),
  'not-reached': ({ stop }) => t('Linux stops at entry {0}', stop),
  faulty: ({ fault }) => t('it {0}', faultText(fault)),
  unread: ({ because }) => t('nothing reads it: {0}', withoutStop(statementText(because))),
  'of-function': ({ host }) =>
    t('Linux does not read it on a PCI function: the `iommu-map` of {0} counts', quoted(host)),
  covered: ({ by }) => t('entry {0} covers its IDs', by),
  'covers-nothing': () => t('it covers no ID'),
};

/** Why the entry is not used: a clause about it, without a full stop. */
export function claimText(reason: ClaimReason): string {
  return wordsOf(CLAIMS, reason);
}
