// SPDX-License-Identifier: MIT
// Words for platforms that differ in one thing.
import { t } from '#base/language.ts';
import type { Elsewhere } from '#model/statements/what-if.ts';
import { otherwiseClause } from './index.ts';
import { quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

const ELSEWHERE: Words<Elsewhere> = {
  'turned-out': ({ alternative }) => t('if {0}', otherwiseClause(alternative)),
  'with-option': ({ option }) => t('with {0}', quoted(option)),
  'with-symbol': ({ symbol }) => t('with CONFIG_{0}=y', symbol),
  'before-release': ({ release }) => t('before Linux {0}', release),
  'since-release': ({ release }) => t('from Linux {0} on', release),
};

/** `with iommu.passthrough=1`, `before Linux 5.19`: before the verdict. */
export function elsewhereText(elsewhere: Elsewhere): string {
  return wordsOf(ELSEWHERE, elsewhere);
}
