// SPDX-License-Identifier: MIT
// Words for entries of `iommus` and `iommu-map` that are not used.
import type { ClaimReason } from '#model/statements/claims.ts';
import { faultText } from './binding.ts';
import { reasonText, statementText } from './index.ts';
import { quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

const CLAIMS: Words<ClaimReason> = {
  refused: ({ why }) => reasonText(why),
  dropped: ({ because }) => `Linux drops it because of entry ${because}`,
  'not-reached': ({ stop }) => `Linux stops at entry ${stop}`,
  faulty: ({ fault }) => `it ${faultText(fault)}`,
  unread: ({ because }) => `nothing reads it: ${statementText(because).replace(/\.$/, '')}`,
  'of-function': ({ host }) => `Linux does not read it on a PCI function: the \`iommu-map\` of ${quoted(host)} counts`,
  covered: ({ by }) => `entry ${by} covers its IDs`,
  'covers-nothing': () => 'it covers no ID',
};

/** Why the entry is not used: a clause about it, without a full stop. */
export function claimText(reason: ClaimReason): string {
  return wordsOf(CLAIMS, reason);
}
