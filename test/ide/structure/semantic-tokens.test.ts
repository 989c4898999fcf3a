// SPDX-License-Identifier: MIT
// Colours: what names stand for, and the lines that cpp leaves out.
import { expect, test } from 'vitest';
import { colours, editor } from '#test/support/views.ts';

const shown = (text: string) => colours(editor(`/dts-v1/;\n${text}`).view);

test('names of nodes, properties, labels and macros, in text order', () =>
  expect(shown('#define A 1\n/ { l: n@1 { p = <A &l>; }; };')).toEqual([
    'macro A',
    'label l',
    'struct n',
    'property p',
    'macro A',
    'label &l',
  ]));

test('a line that is left out is a comment, whatever stands in it; the directives are not', () =>
  expect(
    shown(
      '/ {\n#ifdef NO\n\ta = <1>; // x\n\n\tn {\n\t};\n#if 1\n\tb;\n#endif\n#else\n\tc;\n#endif\n#if 0\n\td;\n#endif\n};',
    ),
  ).toEqual([
    'comment a = <1>; // x',
    'comment n {',
    'comment };',
    'comment #if 1',
    'comment b;',
    'comment #endif',
    'property c',
    'comment d;',
  ]));

test('what is left out follows a change', () => {
  const { analysis, view } = editor('//- /a.dts\n/dts-v1/;\n#define X 0\n/ {\n#if X\n\ta;\n#else\n\tb;\n#endif\n};\n');
  const types = () => {
    return colours(analysis.view(view.file)!).filter((token) => /[ab];?$/.test(token));
  };
  expect(types()).toEqual(['comment a;', 'property b']);
  const at = view.text.indexOf('0\n/');
  analysis.edit(view.file, [{ start: at, end: at + 1, text: '1' }]);
  expect(types()).toEqual(['property a', 'comment b;']);
  // Above it, something else changes: the statements keep their identity.
  analysis.edit(view.file, [{ start: 0, end: 0, text: '/* x */\n' }]);
  expect(types()).toEqual(['property a', 'comment b;']);
});

test('a branch of a shared file is what the board that it is shown with makes it', () => {
  const { view } = editor(
    '//- /b.dtsi\n#ifdef A\n&n { a; };\n#else\n&n { $0b; };\n#endif\n//- /a.dts\n/dts-v1/;\n#define A\n/ { n: n { }; };\n#include "b.dtsi"\n',
  );
  expect(colours(view)).toEqual(['label &n', 'property a', 'comment &n { b; };']);
});
