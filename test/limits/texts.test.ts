// SPDX-License-Identifier: MIT
// Texts far larger than any board: cpp and dtc 1.6.1 accept each of these and give the values here (`cpp … | dtc`).
import { expect, test } from 'vitest';
import { decodeText, encodeText } from '#base/bytes.ts';
import { compileText } from '#test/support/compile-text.ts';
import { evaluateText, grammar } from '#test/support/evaluate.ts';
import { Frontend } from '#tree/frontend.ts';
import { walk } from '#tree/query.ts';

function readValue(text: string): { value: Uint8Array; errors: string[] } {
  const file = { path: '/board.dts', text };
  const reader = { read: (path: string) => (path === file.path ? file : undefined) };
  const { root, problems } = new Frontend(grammar, reader).evaluate(file.path, { includePaths: [], defines: [] });
  const errors = problems.flatMap(({ severity, message }) => (severity === 'error' ? [message] : []));
  return { value: root.properties.get('p')?.value.bytes ?? new Uint8Array(0), errors };
}

test.each([
  ['20,000 macros, each the next one', chain(20_000), [0, 0, 0, 7]],
  ['50,000 nested #if', `${'#if 1\n'.repeat(50_000)}/ { p = <1>; };\n${'#endif\n'.repeat(50_000)}`, [0, 0, 0, 1]],
  ['parentheses 4000 deep', `/ { p = <${'('.repeat(4000)}5${')'.repeat(4000)}>; };`, [0, 0, 0, 5]],
  ['2000 times ?:', `/ { p = <(${'0 ? 1 : '.repeat(2000)}2)>; };`, [0, 0, 0, 2]],
  ['50,000 #error lines in #if 0', `#if 0\n${'#error x\n'.repeat(50_000)}#endif\n/ { p = <6>; };`, [0, 0, 0, 6]],
  ['comments in a comment', `/ {\np = <8>;\n/omit-if-no-ref/ ${'// '.repeat(10_000)}\na: a { };\n};`, [0, 0, 0, 8]],
  ['parentheses in #if', `#if ${'('.repeat(4000)}1${')'.repeat(4000)}\n/ { p = <3>; };\n#endif\n`, [0, 0, 0, 3]],
  ['?: in #if', `#if ${'0 ? 1 : '.repeat(20_000)}1\n/ { p = <4>; };\n#endif\n`, [0, 0, 0, 4]],
])('%s', (_what, text, bytes) => {
  const { value, errors } = readValue(`/dts-v1/;\n${text}`);
  expect(errors).toEqual([]);
  expect([...value]).toEqual(bytes);
});

function chain(length: number): string {
  const links = Array.from({ length }, (_, i) => `#define A${i + 1} A${i}\n`);
  return `#define A0 7\n${links.join('')}/ { p = <A${length}>; };`;
}

test('conditionals of a file in each other that includes itself 150 times', () => {
  const inner = '#if __INCLUDE_LEVEL__ < 150\n#include "board.dts"\n#else\n/ { p = <7>; };\n#endif\n';
  const { value, errors } = readValue(`/dts-v1/;\n${'#if 1\n'.repeat(190)}${inner}${'#endif\n'.repeat(190)}`);
  expect(errors).toEqual([]);
  expect([...value]).toEqual([0, 0, 0, 7]);
});

test('levels that files make together', () => {
  const { tree } = evaluateText(
    `//- /board.dts\n/dts-v1/;\n/ {\n#include "n.dtsi"\n};\n` +
      `//- /n.dtsi\n#if __INCLUDE_LEVEL__ < 9\n${'a {\n'.repeat(100)}#include "n.dtsi"\n${'};\n'.repeat(100)}#else\np = <7>;\n#endif\n`,
  );
  expect(tree.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const nodes = walk(tree.root);
  expect(nodes.length).toBe(801);
  expect([...(nodes.at(-1)?.properties.keys() ?? [])]).toEqual(['p']);
});

test.each([
  ['on one line', 'a'.repeat(9_000_000)],
  ['over many lines', `${'a'.repeat(79)}\n`.repeat(112_000)],
])('a string of 9 MB %s', (_what, string) => {
  const { value, errors } = readValue(`/dts-v1/;\n/ { p = "${string}"; };`);
  expect(errors).toEqual([]);
  expect(value.length).toBe(string.length + 1);
});

test('50,000 #if without #endif are reported, and what is in them is read', () => {
  const { value, errors } = readValue(`/dts-v1/;\n${'#if 1\n'.repeat(50_000)}/ { p = <1>; };`);
  expect(errors[0]).toContain('has no `#endif`');
  expect([...value]).toEqual([0, 0, 0, 1]);
});

test('bytes that are no UTF-8 come back', () => {
  const bytes = Uint8Array.from({ length: 256 * 3 }, (_, i) => (i < 256 ? i : i % 3 === 0 ? 0xe2 : (i * 7) & 0xff));
  expect(encodeText(decodeText(bytes))).toEqual(bytes);
  const text = 'ä€😀 a';
  expect(decodeText(new TextEncoder().encode(text))).toBe(text);
  expect(decodeText(Uint8Array.of(0x61, 0xe9, 0x62)).length).toBe(3);
});

const siblings = (count: number) =>
  `/dts-v1/;\n/ { ${Array.from({ length: count }, (_, i) => `n${i} { };`).join('')} };`;
const labelled = (count: number) =>
  `/dts-v1/;\n/ { a { ${Array.from({ length: count }, (_, i) => `l${i}: n${i} { };`).join('')} }; };`;
const nested = (levels: number, inside: string, head = 'a') =>
  `/dts-v1/;\n/ { ${`${head} { `.repeat(levels)}${inside}${' };'.repeat(levels)} };`;
/** The stack of dtc's parser is full but for so many entries in the node around the content. */
const nearlyFull = (left: number, inside: string) =>
  nested(3301, inside).replace(
    '/ {',
    `/ { ${Array.from({ length: 91 - left }, (_, i) => `/delete-node/ n${i};`).join(' ')}`,
  );
const deletions = (count: number) =>
  `/dts-v1/;\n/ { ${Array.from({ length: count }, (_, i) => `/delete-node/ n${i};`).join(' ')} };`;
const controller = 'b: b { interrupt-controller; #interrupt-cells = <1>; };';

// Each was given to dtc 1.6.1, 1.7.2 and 1.8.1; where a number stands for their death by assertion, it is 1.
test.each([
  ['as many child nodes as dtc takes', siblings(9988), true],
  ['one more', siblings(9989), false],
  ['with labels, one level deeper', labelled(9984), true],
  ['one more with a label', labelled(9985), false],
  ['as many levels as dtc takes', nested(3330, ''), true],
  ['one more level', nested(3331, ''), false],
  ['the deepest level with a flag', nested(3330, 'p;'), true],
  ['the deepest level with a number', nested(3330, 'p = <1>;'), false],
  ['omitted nodes in each other', nested(2497, '', '/omit-if-no-ref/ a'), true],
  ['one more omitted node', nested(2498, '', '/omit-if-no-ref/ a'), false],
  ['levels below a reference', nested(3329, '').replace('/ {', '/ { x: x { }; };\n&x {'), true],
  ['one more level below a reference', nested(3330, '').replace('/ {', '/ { x: x { }; };\n&x {'), false],
  ['as many deletions as dtc takes', deletions(9991), true],
  ['one more deletion', deletions(9992), false],
  ['room for a flag', nearlyFull(4, 'p;'), true],
  ['no room for a flag', nearlyFull(3, 'p;'), false],
  ['room for a string', nearlyFull(5, 'p = "a";'), true],
  ['no room for a string', nearlyFull(4, 'p = "a";'), false],
  ['room for a number', nearlyFull(6, 'p = <1>;'), true],
  ['no room for a number', nearlyFull(5, 'p = <1>;'), false],
  ['room for a number behind a label', nearlyFull(7, 'l: p = <1>;'), true],
  ['no room for a number behind a label', nearlyFull(6, 'l: p = <1>;'), false],
  ['room for bytes', nearlyFull(7, 'p = [00];'), true],
  ['no room for bytes', nearlyFull(6, 'p = [00];'), false],
  ['a backslash, then a quote behind it in a string', `/dts-v1/;\n/ { p = <'\\\\'>; q = "it's"; };`, false],
  ['two backslashes', `/dts-v1/;\n/ { p = <'\\\\' 3 '\\\\'>; };`, false],
  ['a backslash, then a quote in a comment', `/dts-v1/;\n/ { p = <'\\\\'>; };\n/* it's */`, true],
  ['a quote', `/dts-v1/;\n/ { p = <'a' '\\''>; };`, true],
  [
    'interrupt-parent of two cells',
    `/dts-v1/;\n/ { ${controller} a { interrupt-parent = <1 2>; interrupts = <1>; }; };`,
    false,
  ],
  [
    'interrupt-parent as a path, above',
    `/dts-v1/;\n/ { interrupt-parent = &b; ${controller} a { interrupts = <1>; }; };`,
    false,
  ],
  [
    'interrupt-parent of two cells without interrupts',
    `/dts-v1/;\n/ { ${controller} a { interrupt-parent = <1 2>; }; };`,
    true,
  ],
])('dtc takes it or not: %s', (_what, text, taken) => {
  for (const flags of ['', '-f']) {
    const answer = compileText(grammar, text, { version: '1.7.2', flags, hash: () => '' });
    expect(answer).toBe(taken ? '0 ' : '1');
  }
});
