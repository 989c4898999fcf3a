// SPDX-License-Identifier: MIT
// Words for platforms that differ in one thing.
import type { Elsewhere } from '#model/statements/what-if.ts';
import { otherwiseClause } from './index.ts';
import { quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

const ELSEWHERE: Words<Elsewhere> = {
  'turned-out': ({ alternative }) => `if ${otherwiseClause(alternative)}`,
  'with-option': ({ option }) => `with ${quoted(option)}`,
  'with-symbol': ({ symbol }) => `with CONFIG_${symbol}=y`,
  'before-release': ({ release }) => `before Linux ${release}`,
  'since-release': ({ release }) => `from Linux ${release} on`,
};

/** `with iommu.passthrough=1`, `before Linux 5.19`: before the verdict. */
export function elsewhereText(elsewhere: Elsewhere): string {
  return wordsOf(ELSEWHERE, elsewhere);
}
