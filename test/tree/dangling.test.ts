// SPDX-License-Identifier: MIT
// References to nothing in a text that has errors of syntax, too: told where no text makes the label, and nothing while
// what they stand in is unfinished.
import { expect, test } from 'vitest';
import { evaluateText } from '#test/support/evaluate.ts';

/** The references of a board that are told to name nothing. */
function dangling(text: string): (string | undefined)[] {
  const { tree } = evaluateText(`/dts-v1/;\n/ {\n${text}};\n`);
  return tree.problems.filter(({ rule }) => rule.endsWith('_references')).map(({ lacks }) => lacks?.name);
}

test.each([
  ['a missing ; elsewhere', '\ta { }\n\tl: b { };\n\tc { r = <&m>, <&l>; };\n', ['m']],
  ['a string without end elsewhere', '\tc { r = <&m>; };\n\ts = "x;\n', ['m']],
  ['without an error', '\tc { r = <&m>; };\n', ['m']],
  ['the label stands in a broken statement', '\tm: b {{ };\n\tc { r = <&m>; };\n', []],
  ['the label stands in a branch that is left out', '#if 0\n\tm: b { };\n#endif\n\ta { }\n\tc { r = <&m>; };\n', []],
  ['the value is being typed', '\tc { r = <&m\n', []],
  ['the statement has no end yet', '\tc { r = <&m>\n\t};\n', []],
  ['a path, whose nodes may be what was not understood', '\ta { }\n\tc { r = <&{/m}>; };\n', []],
])('%s', (_title, text, names) => expect(dangling(text)).toEqual(names));
