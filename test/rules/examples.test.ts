// SPDX-License-Identifier: MIT
// Every rule's own example: the bad one shows exactly that rule, the good one nothing, and its fix is safe.
import { describe, expect, it } from 'vitest';
import type { Platform } from '#model/platform/types.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { RULES } from '#rules/index.ts';
import { LINUX } from '#test/support/analyse.ts';
import { applyFix, diagnose, dts } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';

function platformOf(rule: Rule): Platform {
  return { ...LINUX, ...rule.example.platform };
}

/** What the example shows; hints of other rules say nothing against it. */
function found(rule: Rule, example: string): string[] {
  return diagnose(parseFixture(dts(example)), { platform: platformOf(rule) })
    .problems.filter(({ rule: id, severity }) => id === rule.id || severity !== 'hint')
    .map(({ rule: id, message }) => `${id}: ${message}`);
}

describe.each(RULES.filter(({ id }) => !/^(?:dtc|binding)\//.test(id)).map((rule) => [rule.id, rule] as const))(
  '%s',
  (id, rule) => {
    it('fires on its bad example and on nothing else there', () => {
      const all = found(rule, rule.example.bad);
      expect(all.filter((each) => !each.startsWith(`${id}: `))).toEqual([]);
      expect(all).toHaveLength(1);
      // A statement that nobody put into words.
      expect(all[0]).not.toContain('[object');
    });

    it('is silent on its good example', () => {
      expect(found(rule, rule.example.good)).toEqual([]);
    });

    const fixture = parseFixture(dts(rule.example.bad));
    const fixable = diagnose(fixture, { platform: platformOf(rule) }).problems.some(({ fix }) => fix !== undefined);
    if (fixable) {
      it('has a fix that removes its problem and adds none', () => {
        applyFix(fixture, id, { platform: platformOf(rule) });
      });
    }

    it('says whether it has a fix', () => {
      expect(rule.fixable ?? false, 'a rule with a fix shows it on its bad example').toBe(fixable);
    });
  },
);
