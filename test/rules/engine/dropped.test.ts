// SPDX-License-Identifier: MIT
// The reasons for which checks were dropped hold: the rules they name exist, and say it in the trees they are to say it of.
import { describe, expect, it } from 'vitest';
import { DROPPED } from '#rules/engine/dropped.ts';
import { CATALOGUE } from '#rules/index.ts';
import { analyse, LINUX } from '#test/support/analyse.ts';
import { dts } from '#test/support/check.ts';

/** Words in backticks that look like a rule's id; others are properties and nodes. */
function named(reason: string): string[] {
  return [...reason.matchAll(/`((?:dtc|syntax)\/[\w-]+|[a-z][a-z0-9]*(?:-[a-z0-9]+){1,})`/g)].map((match) => match[1]!);
}

it('the rules that a reason names are there', () => {
  const unknown = DROPPED.flatMap(({ id, reason }) =>
    named(reason).flatMap((rule) => (CATALOGUE.byId.has(rule) ? [] : [`${id}: ${rule}`])),
  );
  expect(unknown).toEqual([]);
});

describe('a rule of Linux that stands for one of Xen reports in the tree of a Xen host:', () => {
  const pairs = DROPPED.filter(({ id, reason }) => id.startsWith('xen-') && /the same (finding|place)/.test(reason));
  const rules = [...new Set(pairs.flatMap(({ reason }) => named(reason)))];
  it.each(rules.map((rule) => [rule]))('%s', (id) => {
    const { example } = CATALOGUE.byId.get(id)!;
    const platform = { ...LINUX, ...example.platform, kind: 'xen-host' } as const;
    const { problems } = analyse(new Map([['/board.dts', dts(example.bad)]]), '/board.dts', { platform });
    expect(problems.map(({ rule }) => rule)).toContain(id);
  });
});
