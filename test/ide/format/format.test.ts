// SPDX-License-Identifier: MIT
// The formatter: before → after as a person reads Documentation/devicetree/bindings/dts-coding-style.rst, and texts that
// are in style already (taken in kind from Linux 7.3) or must not be touched, which stay as they are.
import { describe, expect, test } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { format } from '#ide/format/format.ts';
import { formatRange, formatTyped } from '#ide/format/on-type.ts';
import type { Change } from '#syntax/parser.ts';
import { grammar } from '#test/support/evaluate.ts';

function apply(text: string, changes: readonly Change[]): string {
  return applyEdits(
    text,
    changes.map(({ start, end, text: by }) => ({ span: { file: '', start, end }, text: by })),
  );
}

const formatted = (text: string) => apply(text, format(text, grammar.parse(text)));

/** Once is enough, and only blanks changed. */
function checkFormat(before: string, after: string): void {
  expect(formatted(before)).toBe(after);
  expect(format(after, grammar.parse(after))).toEqual([]);
  const solid = (text: string) => text.replace(/[ \t\r\n]/g, '');
  expect(solid(before)).toBe(solid(after));
}

function checkInStyle(text: string): void {
  expect(formatted(text)).toBe(text);
}

describe('statements', () => {
  test('a level is a tab, a line has one statement', () =>
    checkFormat(
      '/dts-v1/ ;\n/ {\n  soc:bus@0{\n    a=<1>;  b ;\n  reg   =  <0x0>;};\n};\n&uart0\n{\n};',
      '/dts-v1/;\n/ {\n\tsoc: bus@0 {\n\t\ta = <1>;\n\t\tb;\n\t\treg = <0x0>;\n\t};\n};\n&uart0 {\n};\n',
    ));

  test('a node that stands on one line stays there', () =>
    checkFormat(
      '/ {\n    memory@0 { reg = <0 0>; };\n\tchosen { };\n\tport { ep: endpoint{ remote-endpoint=<&x>; }; };\n};\n',
      '/ {\n\tmemory@0 { reg = <0 0>; };\n\tchosen { };\n\tport { ep: endpoint { remote-endpoint = <&x>; }; };\n};\n',
    ));

  test('labels, keywords, deletions', () =>
    checkFormat(
      '/ {\n\ta:b:   c@1 {\n\t};\n\t/delete-node/&x;\n\t/delete-property/   y ;\n\t/omit-if-no-ref/ d:e {\n\t};\n};\n/memreserve/ 0x0  0x1 ;\n',
      '/ {\n\ta:b: c@1 {\n\t};\n\t/delete-node/ &x;\n\t/delete-property/ y;\n\t/omit-if-no-ref/ d:e {\n\t};\n};\n/memreserve/ 0x0  0x1;\n'
        .replace('a:b: c', 'a: b: c')
        .replace('d:e', 'd: e'),
    ));

  test('one blank line at most, none behind `{` and before `}`, one line end at the end', () =>
    checkFormat(
      '\n\n/ {\n\n\ta;\n\n\n\n\tb {\n\n\t\tc;\n\n\t};\n\n};   \n\n\n',
      '/ {\n\ta;\n\n\tb {\n\t\tc;\n\t};\n};\n',
    ));

  test('a statement without a line end behind the last one', () => checkFormat('/ { };', '/ { };\n'));

  test('line ends stay what they are', () =>
    checkFormat('/ {\r\n  a;\r\n\r\n\r\n  b=<1>; c;\r\n};', '/ {\r\n\ta;\r\n\r\n\tb = <1>;\r\n\tc;\r\n};\r\n'));
});

describe('values', () => {
  test('entries stand below the first one', () =>
    checkFormat(
      '/ {\n\treg = <0x0 0x1>,\n\t\t<0x2 0x3>,<0x4 0x5> ,\n\t\t<0x6 0x7>;\n\tcompatible="a,b","c",\n "d";\n};\n',
      '/ {\n\treg = <0x0 0x1>,\n\t      <0x2 0x3>, <0x4 0x5>,\n\t      <0x6 0x7>;\n\tcompatible = "a,b", "c",\n\t\t     "d";\n};\n',
    ));

  test('entries that begin on the next line stand one level deeper', () =>
    checkFormat(
      '/ {\n\tgpio-line-names =\n\t"a",\n\t"b"\n\t;\n};\n',
      '/ {\n\tgpio-line-names =\n\t\t"a",\n\t\t"b";\n};\n',
    ));

  test('cells stand below the first cell, in a list of their own one level deeper', () =>
    checkFormat(
      '/ {\n\tmap = < 0 1\n\t\t2 3 >;\n\tpins = <\n\t\tA(1, 2)\n\tB(3,4)\n\t\t\t>;\n};\n',
      '/ {\n\tmap = <0 1\n\t       2 3>;\n\tpins = <\n\t\tA(1, 2)\n\t\tB(3,4)\n\t>;\n};\n',
    ));

  test('`;` follows its value, but not a comment', () =>
    checkFormat('/ {\n\ta = <1>\n\t;\n\tb = <2> /* why */ ;\n};\n', '/ {\n\ta = <1>;\n\tb = <2> /* why */ ;\n};\n'));

  test('a value behind a statement on the same line', () =>
    checkFormat('/ {\n\ta; reg = <1>,\n\t<2>;\n};\n', '/ {\n\ta;\n\treg = <1>,\n\t      <2>;\n};\n'));

  test.each([
    ['cells below a cell of the first line', '/ {\n\tx = <&ipcc CLIENT\n\t\t   SIGNAL>;\n};\n'],
    ['numbers below each other', '/ {\n\tx = <1000 1>,\n\t    < 900 1>,\n\t    <  10 1>;\n};\n'],
    ['columns', '/ {\n\tx = <7 0>,  <7 10>,\n\t    <7 10>, <7 0>;\n};\n'],
    ['steps in a list', '/ {\n\tx = <\n\t\tPIN\n\t\t\t(A | B)\n\t\tPIN2\n\t>;\n};\n'],
    ['bytes', '/ {\n\tmac = [ 00 11 22 ];\n\tx = [00 11];\n};\n'],
    ['types and binary files', '/ {\n\tx = /bits/ 8 <1 2>;\n\ty = /incbin/("a.bin", 0, 4);\n};\n'],
    ['operators', '/ {\n\tx = <(1 << 2)  (A|B) (1>>2)>;\n};\n'],
    ['arguments of a macro over several lines', '/ {\n\tx = <M(1,\n\t\t 2) 3>;\n};\n'],
    ['a string over two lines', '/ {\n\tx = "a\n  b";\n};\n'],
  ])('%s stay', (_name, text) => checkInStyle(text));

  test('the lines of an argument list move with the line that it begins on', () =>
    checkFormat(
      '/ {\n  x = <M(1,\n         2)>;\n};\n',
      '/ {\n\tx = <M(1,\n               2)>;\n};\n'.replace('               2', '\t       2'),
    ));
});

describe('comments', () => {
  test('stand where the next statement stands, asterisks below each other', () =>
    checkFormat(
      '/ {\n/*\n* a\n*/\n// b\n\tc;/* d */\n\t\t/* e */\n};\n',
      '/ {\n\t/*\n\t * a\n\t */\n\t// b\n\tc; /* d */\n\t/* e */\n};\n',
    ));

  test('keep what they contain', () =>
    checkInStyle('/ {\n\t/*   a  =  <1> ;\n\t       table\n\t */\n\tb;\t\t// c  d\n};\n'));

  test('lose blanks at the ends of lines', () =>
    checkFormat('/* a  \n * b\t\n */\n/ { }; // c \n', '/* a\n * b\n */\n/ { }; // c\n'));

  test('before a statement on its line they stay', () => checkInStyle('/ {\n\t/* 1 */ a = <1>;\n};\n'));

  test('in values they stand with the entries', () =>
    checkFormat(
      '/ {\n\ta = <1>, /* one */\n\t/* two */\n\t<2>;\n};\n',
      '/ {\n\ta = <1>, /* one */\n\t    /* two */\n\t    <2>;\n};\n',
    ));
});

describe('the preprocessor', () => {
  test.each([
    [
      'directives',
      '#define A(x)   x  \\\n\t y\n#if  1 /* a\n  b */\n  #  define B\n#endif\n/ {\n#ifdef A\n\ta;\n#else\n\tb;\n#endif\n};\n',
    ],
    ['macros where statements stand', '/ {\n\tM(1) N(2)\n\tO(a,\n\t  b);\n};\n'],
    ['directives in values', '/ {\n\ta = <1>,\n#ifdef X\n\t    <2>,\n#endif\n\t    <3>;\n};\n'],
    ['lines that are joined', '/ {\n\ta = <1 \\\n  2>;\n};\n'],
    ['a file that becomes part of a node', '/* GPL\n * 2.0\n */\n\n\ta: b@1 {\n\t\tc;\n\t};\n\n#if 1\n\td;\n#endif\n'],
  ])('%s stay', (_name, text) => checkInStyle(text));

  test('branches are as deep as what they are in', () =>
    checkFormat('/ {\n#if A\n  a;\n#else\n\t\tb;\n#endif\n};\n', '/ {\n#if A\n\ta;\n#else\n\tb;\n#endif\n};\n'));

  test('where the number of a line is a value, lines stay', () =>
    checkFormat('/ {\n\n  a = <__LINE__>; b;\n};\n', '/ {\n\n\ta = <__LINE__>; b;\n};\n'));
});

test('a byte order mark stays where it is', () => {
  checkFormat('\ufeff/dts-v1/;\n/ {\na;\n};\n', '\ufeff/dts-v1/;\n/ {\n\ta;\n};\n');
});

describe('half-typed text', () => {
  test.each([
    ['a missing `;`', '/ {\n\tn {\n\t\t a= <1>\n\t\tb = <2>;\n\t};\n};\n'],
    ['a missing `}`', '/ {\n  a {\n    b;\n\n};\n'],
    ['a missing `>`', '/ {\n\ta = <1 2;\n};\n'],
    ['an open comment', '/ {\n};\n/* a\n    b'],
    ['an open string', '/ {\n\ta = "b;\n};\n'],
    ['no device tree', 'int main(void) {\n  return 0;  }\n'],
  ])('%s: what it is in stays', (_name, text) => {
    const after = formatted(text);
    expect(after.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    expect(after.trimEnd()).toBe(text.trimEnd());
  });

  test('an open comment gets no line end again and again', () => checkInStyle('/ {\n};\n/* a\n'));

  test('what is intact beside it is formatted', () =>
    expect(formatted('/ {\n\ta = <1\n\tn {\n\t};\n};\n&b {\n  c;\n};\n')).toContain('&b {\n\tc;\n};\n'));
});

describe('a range, a key', () => {
  const TEXT = '/ {\n  a;\n  reg = <1>,\n <2>;\n  b;\n};\n';

  test('a range takes the statements that it touches', () => {
    const at = TEXT.indexOf('<2>');
    expect(apply(TEXT, formatRange(TEXT, grammar.parse(TEXT), at, at + 1))).toBe(
      '/ {\n  a;\n\treg = <1>,\n\t      <2>;\n  b;\n};\n',
    );
  });

  /** `$0`: behind the key. */
  function typed(text: string, key: string): string {
    const offset = text.indexOf('$0');
    const plain = text.replace('$0', '');
    return apply(plain, formatTyped(plain, grammar.parse(plain), offset, key));
  }

  test('`;` formats its statement, `}` its line', () => {
    expect(typed('/ {\n  a;\n  reg=<1>,\n<2>;$0\n};\n', ';')).toBe('/ {\n  a;\n\treg = <1>,\n\t      <2>;\n};\n');
    expect(typed('/ {\n\tn {\n  a;\n}$0;\n};\n', '}')).toBe('/ {\n\tn {\n  a;\n\t};\n};\n');
  });

  test.each([
    ['in a node', '/ {\n\tn {\n$0\n\t};\n};\n', '\t\t'],
    ['behind a statement', '/ {\n\ta;\n$0', '\t'],
    ['behind an entry', '/ {\n\treg = <1>,\n$0', '\t      '],
    ['behind `=`', '/ {\n\treg =\n$0', '\t\t'],
    ['in cells', '/ {\n\treg = <1 2\n$0', '\t       '],
    ['in a list', '/ {\n\tpins = <\n$0', '\t\t'],
    ['in arguments', '/ {\n\tx = <M(1,\n$0', '\t       '],
    ['at the top', '/ {\n};\n$0', ''],
    ['in a comment', '/ {\n\t/* a\n  $0', '  '],
  ])('a new line %s', (_name, text, blanks) => {
    expect(typed(text, '\n')).toBe(text.replace(/[ \t]*\$0/, blanks));
  });
});
