// SPDX-License-Identifier: MIT
// Macro text: directives as boards, headers and mistakes have them, and properties that show what became of it.
import type { Pick } from '../random.ts';
import { expression } from './trees.ts';

const OBJECTS = ['A', 'B', 'C', 'D', 'NAME', 'STATUS'];
const FUNCTIONS = ['F', 'G', 'H', 'CAT', 'STR', 'V'];
const WORDS = [
  'x',
  'y',
  '1',
  '2',
  '0x10',
  '(',
  ')',
  '(1 + 2)',
  ',',
  '"s"',
  '+',
  '-',
  'A',
  'B',
  'F',
  'G(1)',
  "'c'",
  '##',
  '#x',
];
const CONDITIONS = [
  'defined(A)',
  'defined B',
  '!defined(C)',
  '1',
  '0',
  'A',
  'A == 1',
  'B > A',
  '1 ? 2 : 0',
  "'a' == 97",
];

/** A board of macros. `wild`: also what cpp refuses or warns of. */
export function macroText(pick: Pick, wild: boolean): string {
  const lines = ['/dts-v1/;'];
  const depth = new Conditionals();
  const count = 4 + pick.below(12);
  lines.push('/ {');
  for (let line = 0; line < count; line++) {
    lines.push(pick.chance(55) ? directive(pick, depth, wild) : use(pick, line));
  }
  while (depth.open > 0) lines.push(depth.close());
  lines.push('};');
  const text = `${lines.join('\n')}\n`;
  return wild && pick.chance(50) ? splice(pick, text) : text;
}

class Conditionals {
  open = 0;

  close(): string {
    this.open--;
    return '#endif';
  }
}

function directive(pick: Pick, depth: Conditionals, wild: boolean): string {
  const kind = pick.below(wild ? 26 : 18);
  const hash = pick.of(['#', '#', '#', '# ', ' #', '#\t']);
  if (kind < 5) return `${hash}define ${pick.of(OBJECTS)} ${body(pick, [], wild)}`;
  if (kind < 9) return `${hash}define ${functionHead(pick, wild)}`;
  if (kind < 10) return `${hash}undef ${pick.of([...OBJECTS, ...FUNCTIONS])}`;
  if (kind < 15) {
    depth.open++;
    if (kind < 12) return `${hash}${pick.of(['ifdef', 'ifndef'])} ${pick.of(OBJECTS)}`;
    return `${hash}if ${condition(pick, wild)}`;
  }
  if (kind < 18) {
    if (depth.open === 0) return `${hash}define ${pick.of(OBJECTS)} ${pick.below(5)}`;
    if (kind === 15) return depth.close();
    return kind === 16 ? `${hash}else\n${depth.close()}` : `${hash}elif ${condition(pick, wild)}`;
  }
  return pick.of([
    ...[
      '#else',
      '#endif',
      '#',
      '# 12 "other.dts"',
      '#line 7',
      '#line 9 "x.dts"',
      '#pragma x',
      '#warning w',
      '#ident "i"',
    ],
    ...[
      '#define',
      '#define 1',
      '#define A(',
      '#define A(x',
      '#define A(x,x) x',
      '#define F(...) __VA_ARGS__',
      '#ifdef',
    ],
    ...['#if', '#if (', '#if 1 +', '#if 1/0', '#undef', '#undef 1', '#elif', '#elif 1', '#unknown', '#assert a(b)'],
    ...['#include', '#include <', '#include "none.h"', '#define defined', '#undef __FILE__', '#define __LINE__ 3'],
    ...[
      '#pragma push_macro("A")',
      '#pragma pop_macro("A")',
      '#pragma GCC poison D',
      '#define V(a, ...) a ##__VA_ARGS__',
    ],
    ...[
      '#define V(a, ...) __VA_OPT__(a) __VA_ARGS__',
      '#define N(x...) x',
      '#error e',
      '#sccs "x"',
      '#include_next <x.h>',
    ],
  ]);
}

function functionHead(pick: Pick, wild: boolean): string {
  const name = pick.of(FUNCTIONS);
  const parameters = pick.of([[], ['x'], ['x', 'y'], ['x', '...'], ['...'], ['x', 'y', 'z']]);
  const names = parameters.map((parameter) => (parameter === '...' ? '__VA_ARGS__' : parameter));
  return `${name}(${parameters.join(pick.of([',', ', ']))}) ${body(pick, names, wild)}`;
}

/** A replacement list; `#` and `##` where cpp allows them unless wild. */
function body(pick: Pick, parameters: readonly string[], wild: boolean): string {
  const part = (): string => {
    const kind = pick.below(12);
    if (parameters.length > 0 && kind < 5) return pick.of(parameters);
    if (parameters.length > 0 && kind === 5) return `#${pick.of(parameters)}`;
    if (parameters.length > 0 && kind === 6)
      return `${pick.of(parameters)}##${pick.of([...parameters, '1', 'A', '_'])}`;
    if (kind === 7) return `${pick.of(OBJECTS)}`;
    if (kind === 8) return call(pick, wild);
    if (wild && kind === 9) return pick.of(WORDS);
    return pick.chance(70) ? String(pick.below(100)) : expression(pick, 1);
  };
  return pick.times(3, part).join(' ');
}

function call(pick: Pick, wild: boolean): string {
  const argument = () => pick.of(['1', '2', 'A', '(1, 2)', 'B', '"s, t"', '', 'x', 'F(1)', '0x1F']);
  const count = wild ? pick.below(4) : 1 + pick.below(2);
  const list = Array.from({ length: count }, argument).join(pick.of([',', ', ', ' ,']));
  return `${pick.of(FUNCTIONS)}${pick.of(['', '', ' '])}(${list})`;
}

function condition(pick: Pick, wild: boolean): string {
  if (pick.chance(40)) return pick.of(CONDITIONS);
  const numbers = [
    '1u',
    '-1',
    '0xffffffffffffffff',
    '-1 > 0u',
    '1 << 63',
    '(-1) >> 1',
    '~0u',
    "'\\xff'",
    '077',
    '1L',
    '5 % 3',
  ];
  const term = () =>
    pick.of([() => pick.of(numbers), () => pick.of(CONDITIONS), () => expression(pick, 2), () => pick.of(OBJECTS)])();
  const signs = [
    '&&',
    '||',
    '==',
    '<',
    '+',
    '-',
    '*',
    '|',
    '&',
    '^',
    '>>',
    ...(wild ? [',', '/', '%', '<<', '?'] : []),
  ];
  return `(${term()}) ${pick.of(signs)} (${term()})`;
}

function use(pick: Pick, line: number): string {
  const name = `p${line}`;
  const kind = pick.below(12);
  const macro = () => (pick.chance(50) ? pick.of(OBJECTS) : call(pick, false));
  if (kind < 4) return `${name} = <(${macro()})>;`;
  if (kind < 6) return `${name} = <${macro()} ${macro()}>;`;
  if (kind < 7) return `${name} = ${macro()};`;
  if (kind < 8) return `${name} = STR(${pick.of(['a b', ' a  b ', '"q"', 'A', "'c'", 'a,b', '\\n'])});`;
  if (kind < 9) return `${name} = "A ${pick.of(OBJECTS)}";`;
  if (kind < 10) return `${name} = ${pick.of(['<__LINE__>', '<__COUNTER__>', '<__INCLUDE_LEVEL__>'])};`;
  return `${name} = <${pick.below(100)}>;`;
}

/** Backslash-newline in random places, some with blanks between. */
function splice(pick: Pick, text: string): string {
  let result = text;
  for (let count = 1 + pick.below(3); count > 0; count--) {
    const at = pick.below(result.length);
    result = `${result.slice(0, at)}${pick.of(['\\\n', '\\\n', '\\ \n', '\\\r\n', '\\\t\n'])}${result.slice(at)}`;
  }
  return result;
}
