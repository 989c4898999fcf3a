// SPDX-License-Identifier: MIT
// docs/xen.md: `check` finds no error in its trees, and `explain` says what the page shows.
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { folderOf } from '#test/support/cli.ts';

interface Block {
  readonly kind: string;
  /** What follows the kind: a file, or a node. */
  readonly about: string;
  readonly domain?: string;
  readonly text: string;
}

const page = readFileSync('docs/xen.md', 'utf8');
const blocks = [...page.matchAll(/^```(dts|explain) (\S+)(?: domain:(\S+))?\n(.*?)^```$/gms)].map(
  ([, kind = '', about = '', domain, text = '']): Block => ({ kind, about, ...(domain && { domain }), text }),
);
const trees = blocks.filter(({ kind }) => kind === 'dts');
const folder = folderOf(trees.map(({ about, text }) => `//- /${about}\n${text}`).join(''));
afterAll(() => folder.remove());

const linked = trees.flatMap(({ about, domain }) => (domain ? ['--xen-domain', `${domain}=${about}`] : []));
const alone = (file: string) => (file === 'host.dts' ? linked : []);

test('has trees and what is said of them', () => {
  expect(trees.map(({ about }) => about)).toEqual(['host.dts', 'domU1.dts', 'ebisu.dts', 'guest.dts', 'xl.dts']);
  expect(blocks.length - trees.length).toBeGreaterThanOrEqual(6);
});

test.each(trees.filter(({ domain }) => !domain).map(({ about }) => [about]))('%s is in order', async (file) => {
  const { out } = await folder.run('check', file, ...alone(file));
  expect(out).toMatch(/, 0 errors, /);
});

/** The tree before a block of what is said. */
function treeOf(block: Block): string {
  return trees.filter((tree) => blocks.indexOf(tree) < blocks.indexOf(block) && !tree.domain).at(-1)?.about ?? '';
}

test.each(blocks.filter(({ kind }) => kind === 'explain').map((block) => [treeOf(block), block.about, block.text]))(
  '%s: %s',
  async (file, node, text) => {
    const { out } = await folder.run('explain', file, node, ...alone(file));
    for (const line of text.trim().split('\n')) expect(out).toContain(line);
  },
);
