// SPDX-License-Identifier: MIT
// Rules and model cannot contradict each other: what a message says becomes of a device is what its DMA report says, on
// every rule's example, on every tree of the kernel lab, and on boards from seeds (more of them: `test:oracle -- agreement`).
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DiskFiles } from '#host/sources.ts';
import type { KernelVersion } from '#model/platform/types.ts';
import { disagreements, OWN } from '#test/support/agreement.ts';
import { LINUX } from '#test/support/analyse.ts';
import { grammar } from '#test/support/evaluate.ts';
import { seedDisagreements } from '#test/support/seeds.ts';
import { Frontend } from '#tree/frontend.ts';

const RELEASES: readonly KernelVersion[] = [
  [7, 3],
  [6, 12],
];

/** Examples are as small as can be: their devices get what makes Linux look at them. */
const withDevices = (text: string): string =>
  text.replace(/\b(dma(-\w+)?(@\w+)?) \{ (?!compatible)/g, '$1 { compatible = "vendor,dma"; ');

describe('examples', () => {
  test.each(OWN.rules.map((rule) => [rule.id, rule] as const))('%s', (_, { example }) => {
    for (const text of [example.bad, example.good]) {
      const frontend = new Frontend(grammar, {
        read: () => ({ path: '/board.dts', text: `/dts-v1/;\n${withDevices(text)}` }),
      });
      const tree = frontend.evaluate('/board.dts', { includePaths: [], defines: [] });
      for (const kernelVersion of RELEASES) {
        const platform = { ...LINUX, kernelVersion, ...example.platform };
        expect(disagreements(tree, platform)).toEqual([]);
      }
    }
  });
});

describe('trees of the kernel lab', () => {
  const folder = fileURLToPath(new URL('../kernel/trees', import.meta.url));
  const trees = readdirSync(folder).filter((name) => name.endsWith('.dts') && !name.startsWith('xen-'));
  test.each(trees)('%s', (name) => {
    const frontend = new Frontend(grammar, new DiskFiles());
    const tree = frontend.evaluate(`${folder}/${name}`, { includePaths: [], defines: [] });
    expect(disagreements(tree, { ...LINUX, kernelVersion: [7, 3] })).toEqual([]);
  });
});

/** Boards per test: all together about a second. */
const BOARDS = 25;

describe.each(RELEASES)('boards from seeds on Linux %d.%d', (...kernelVersion) => {
  test.each([1001, 2001, 3001])('from %d on', (first) =>
    expect(seedDisagreements(grammar, kernelVersion, first, BOARDS)).toEqual([]),
  );
});
