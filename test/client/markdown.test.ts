// SPDX-License-Identifier: MIT
// The Markdown of our pages as data; what is no markup of ours is text.
import { expect, test } from 'vitest';
import { blocksOf, inlineOf } from '../../client/webview/markdown.ts';

const text = (of: string) => [{ kind: 'text', text: of }];

test('headings, paragraphs with breaks, rules and code', () => {
  expect(blocksOf('# A\n\nb  \nc\n\n---\n\n```dts\na = <1>;\n\n# no heading\n```\n')).toEqual([
    { kind: 'heading', level: 1, of: text('A') },
    { kind: 'paragraph', of: [...text('b'), { kind: 'break' }, ...text('c')] },
    { kind: 'rule' },
    { kind: 'code', text: 'a = <1>;\n\n# no heading' },
  ]);
});

test('lists, with lines that belong to an item', () => {
  expect(blocksOf('1. one  \n   *two*\n2. three')).toEqual([
    {
      kind: 'list',
      ordered: true,
      items: [[...text('one'), { kind: 'break' }, { kind: 'italic', of: text('two') }], text('three')],
    },
  ]);
});

test('tables; a bar in a cell is escaped', () => {
  expect(blocksOf('| a | b |\n|---|---|\n| `x\\|y` | **1** z |')).toEqual([
    {
      kind: 'table',
      rows: [
        [text('a'), text('b')],
        [[{ kind: 'code', text: 'x|y' }], [{ kind: 'bold', of: text('1') }, ...text(' z')]],
      ],
    },
  ]);
});

test('links, and what is escaped', () => {
  expect(inlineOf('([soc.dtsi:1](file:///a%28.dtsi#L1)) \\*x\\* \\[y\\](z)')).toEqual([
    ...text('('),
    { kind: 'link', href: 'file:///a%28.dtsi#L1', of: text('soc.dtsi:1') },
    ...text(') *x* [y](z)'),
  ]);
});

test('HTML is text', () => {
  expect(blocksOf('<img src=x onerror=a>')).toEqual([{ kind: 'paragraph', of: text('<img src=x onerror=a>') }]);
});

test('long hostile text is read in time that grows with its length', () => {
  for (const piece of ['[', '*', '`', '\\', '[a](', '**a', '|']) expect(blocksOf(piece.repeat(20_000)).length).toBe(1);
});
