// SPDX-License-Identifier: MIT
// What a growing selection takes in.
import { expect, test } from 'vitest';
import { selections } from '#ide/structure/selection.ts';
import { grammar } from '#test/support/evaluate.ts';

/** The texts of the steps but the last, which is the file; `$0` is the cursor. */
function steps(text: string): string[] {
  const offset = text.indexOf('$0');
  const plain = text.replace('$0', '');
  const found = selections(plain, grammar.parse(plain), offset);
  expect(found.at(-1)).toEqual({ start: 0, end: plain.length });
  return found.slice(0, -1).map(({ start, end }) => plain.slice(start, end));
}

test('from a cell to the root', () =>
  expect(steps('/ { l: n@1 { a = <&x 1$02>, <3>; }; };\n')).toEqual([
    '12',
    '&x 12',
    '<&x 12>',
    '<&x 12>, <3>',
    'a = <&x 12>, <3>;',
    ' a = <&x 12>, <3>; ',
    'l: n@1 { a = <&x 12>, <3>; };',
    ' l: n@1 { a = <&x 12>, <3>; }; ',
    '/ { l: n@1 { a = <&x 12>, <3>; }; };',
  ]));

test('strings, names, branches of `#if`', () => {
  expect(steps('/ { a = "x y$0z"; };\n').slice(0, 4)).toEqual(['yz', 'x yz', '"x yz"', 'a = "x yz";']);
  expect(steps('/ { l: n$0@1 { }; };\n').slice(0, 3)).toEqual(['n@1', 'l: n@1', 'l: n@1 { };']);
  expect(steps('#if A\n/ { };\n#else\n&b$0 { };\n#endif\n').slice(0, 4)).toEqual([
    'b',
    '&b',
    '&b { };',
    '#else\n&b { };\n',
  ]);
});

test('half-typed text and no text', () => {
  expect(steps('/ { a = <1$0')[0]).toBe('1');
  expect(steps('$0')).toEqual([]);
});
