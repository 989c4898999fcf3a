// SPDX-License-Identifier: MIT
// Macro expansion, against what `gcc -E -P -nostdinc -undef -x assembler-with-cpp` (gcc 12.2) prints for the same text.
import { expect, test } from 'vitest';
import { evaluateText } from '#test/support/evaluate.ts';
import { scanDirectives } from '#tree/cpp/directives.ts';
import { ExpansionLimit, expand, print } from '#tree/cpp/expand.ts';
import { tokenize } from '#tree/cpp/tokens.ts';
import { Preprocessor } from '#tree/preprocess.ts';

function preprocessed(text: string): string {
  const file = { path: '/board.dts', text };
  const options = { includePaths: [], defines: [] };
  const cpp = new Preprocessor({ read: () => undefined }, options, () => scanDirectives(text).items);
  let output = '';
  cpp.walkFile(file, (item) => {
    if (item.kind === 'macro') output += ` ${print(expand(tokenize(item.text), cpp.lookup)).text}`;
  });
  return output.trim().split(/\s+/).join(' ');
}

test.each([
  ['object-like macros expand again', '#define A 1\n#define B A + A\nB', '1 + 1'],
  ['arguments keep their parentheses', '#define F(x, y) <x y>\nF(1, (2, 3))', '<1 (2, 3)>'],
  ['## takes its operands unexpanded', '#define CAT(a, b) a ## b\n#define X 7\nCAT(X, 1) CAT(pre, fix)', 'X1 prefix'],
  [
    'one more level expands first',
    '#define CAT2(a, b) CAT(a, b)\n#define CAT(a, b) a ## b\n#define X 7\nCAT2(X, 1)',
    '71',
  ],
  ['# makes a string', '#define S(x) #x\nS(a  b "c\\n") S()', '"a b \\"c\\\\n\\"" ""'],
  ['variadic', '#define V(f, ...) f __VA_ARGS__\nV(1, 2, 3) V(1)', '1 2, 3 1'],
  ['named variable arguments', '#define N(args...) <args>\nN(1, 2) N()', '<1, 2> <>'],
  ['the comma before no arguments goes away', '#define G(f, ...) f , ## __VA_ARGS__\nG(1) G(1, 2)', '1 1 , 2'],
  ['a macro does not expand inside itself', '#define foo foo + bar\n#define bar foo\nfoo', 'foo + foo'],
  ['the name that comes out of an expansion may be called', '#define f(x) x f\nf(1)(2)(3)', '1 f(2)(3)'],
  ['empty operands', '#define EMPTY\n#define CAT(a, b) a ## b\nCAT(EMPTY, x) CAT(, y) CAT(z, )', 'EMPTYx y z'],
  ['references and labels', '#define NODE(x) pre_ ## x\n&NODE(a) { }; NODE(b): c { };', '&pre_a { }; pre_b: c { };'],
  ['a unit address', '#define BASE 1000\nname@BASE { };', 'name@1000 { };'],
  ['names are split at commas', '#define linux 1\nlinux,code = <linux>;', '1,code = <1>;'],
  ['numbers are one token', '#define x1f no\n0x1f 1x1f x1f', '0x1f 1x1f no'],
  ['an exponent sign belongs to the number', '#define e 5\n0x1e-e 1-e', '0x1e-e 1-5'],
  ['tokens do not paste by accident', '#define NEG -1\n<-NEG>', '<- -1>'],
  ['no expansion in strings', '#define FIVE 5\n"FIVE" \'FIVE\' FIVE', '"FIVE" \'FIVE\' 5'],
  ['a call may span lines', '#define F(x) [x]\nF\n(1)', '[1]'],
  ['a name without arguments is not a call', '#define F(x) [x]\nF G', 'F G'],
  ['continued lines', '#define LONG 1 \\\n 2\nLONG', '1 2'],
  ['comments in a definition', '#define C 1 /* one */ + // two\nC', '1 +'],
])('%s', (_title, text, expected) => {
  expect(preprocessed(text)).toBe(expected);
});

test('a macro that doubles itself without end stops at a limit', () => {
  const doubling = Array.from({ length: 40 }, (_, i) => `#define A${i + 1} A${i} A${i}`).join('\n');
  expect(() => preprocessed(`#define A0 x\n${doubling}\nA40`)).toThrow(ExpansionLimit);
});

test.each([
  ['#if 0', 'no'],
  ['#if 1 + 1 == 2 && !0', 'yes'],
  ['#if defined(A) || defined B', 'yes'],
  ['#if A > 5', 'yes'],
  ['#if UNKNOWN', 'no'],
  ['#if -1 > 0u', 'yes'],
  ['#if (2 || 1 / 0)', 'yes'],
  ['#ifdef A', 'yes'],
  ['#ifndef A', 'no'],
  ['#if __has_include("nothing.h")', 'no'],
  ["#if 'a' == 97", 'yes'],
])('%s', (condition, expected) => {
  expect(preprocessed(`#define A 6\n${condition}\nyes\n#else\nno\n#endif`)).toBe(expected);
});

test('a directive between the arguments of a macro counts, as for cpp', () => {
  const board = (directive: string) =>
    evaluateText(`/dts-v1/;\n#define F(x) x\n/ { p = <F(\n${directive} x\n3)>; };\n`).tree;
  expect([...(board('#warning').root.properties.get('p')?.value.bytes ?? [])]).toEqual([0, 0, 0, 3]);
  expect(board('#error').problems.map(({ severity }) => severity)).toContain('error');
});
