// SPDX-License-Identifier: MIT
// docs/audit.md: the rules that it names are there, once each, and its counts are those of its rows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RULES } from '#rules/index.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs/audit.md'), 'utf8');
const ROWS = PAGE.split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.slice(2, -2).split(' | '))
  .map(([rule = '', claim = '', source = '', verdict = '', date = '']) => ({
    rule: rule.replaceAll('`', ''),
    claim,
    source,
    verdict,
    date,
  }));

test('each row is about a rule, and no rule has two', () => {
  const ids = new Set(RULES.map(({ id }) => id));
  expect(ROWS.filter(({ rule }) => !ids.has(rule)).map(({ rule }) => rule)).toEqual([]);
  expect(new Set(ROWS.map(({ rule }) => rule)).size).toBe(ROWS.length);
});

test.each(ROWS)('$rule has a claim, a line of the source, a verdict and a day', ({ claim, source, verdict, date }) => {
  expect(claim).not.toBe('');
  expect(source).toMatch(/^`[\w./-]+\.[ch]:\w+:\d+`$/);
  // Whoever is corrected, or not settled, is told in what.
  expect(verdict).toMatch(/^(right|(mended|open): .+)$/);
  expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
});

test('how many rules are audited is what the page says', () => {
  const [, ...counts] = /^Audited: (\d+) of (\d+) rules: (\d+) right, (\d+) mended, (\d+) open\.$/m.exec(PAGE) ?? [];
  const found = (word: string) => ROWS.filter(({ verdict }) => verdict.startsWith(word)).length;
  const [audited, all = 0, ...verdicts] = counts.map(Number);
  expect([audited, ...verdicts]).toEqual([ROWS.length, found('right'), found('mended'), found('open')]);
  // A rule that is new since the page was written has not been audited.
  expect(all).toBeGreaterThan(ROWS.length);
  expect(all).toBeLessThanOrEqual(RULES.length);
});
