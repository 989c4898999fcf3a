// SPDX-License-Identifier: MIT
// Patterns of bindings mean what they mean in Python, and none of them takes long.
import { expect, test } from 'vitest';
import { searches } from '#bindings/pattern.ts';

test.each<[pattern: string, text: string, found: boolean]>([
  ['^iommu@[0-9a-f]*', 'iommu@fd800000', true],
  ['^iommu@[0-9a-f]*', 'xiommu@fd800000', false],
  ['^(?!renesas,.+-.+).+$', 'renesas,r8a7795-dmac', false],
  ['^(?!renesas,.+-.+).+$', 'renesas,r8a7795', true],
  ['^watchdog(@.*|-([0-9]|[1-9][0-9]+))?$', 'watchdog-12', true],
  ['^watchdog(@.*|-([0-9]|[1-9][0-9]+))?$', 'watchdog-012', false],
  ['^[a-z0-9]+,tegra-audio-wm9712([-_][a-z0-9]+)+$', 'nvidia,tegra-audio-wm9712-x-y', true],
  ['^(a|b){2,3}c$', 'abac', true],
  ['^(a|b){2,3}c$', 'abc', true],
  ['^(a|b){2,3}c$', 'ac', false],
  ['(?<!ti,[xy]-plate)-ohms$', 'ti,x-plate-ohms', false],
  ['(?<!ti,[xy]-plate)-ohms$', 'shunt-ohms', true],
  ['^(\\w+\\.)+x$', 'a.b.x', true],
  ['[^/]', '/', false],
  ['^((ab)*?c)+$', 'ababcc', true],
])('%s in %s', (pattern, text, found) => {
  expect(searches(pattern, text)).toBe(found);
});

test('what takes too long or is not understood is not known', () => {
  expect(searches('^(a+)+$', `${'a'.repeat(60)}b`)).toBeUndefined();
  expect(searches('^(a|aa)+$', `${'a'.repeat(60)}b`)).toBeUndefined();
  expect(searches('(?P<name>a)', 'a')).toBeUndefined();
  expect(searches('(', 'a')).toBeUndefined();
  expect(searches(`${'('.repeat(1500)}a*)*`, 'a')).toBeUndefined();
  expect(searches('a', 'a'.repeat(400))).toBeUndefined();
});
