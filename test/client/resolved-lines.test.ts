// SPDX-License-Identifier: MIT
// The text of a resolved tree in the client: nodes, changes, and the way from a file's line to the tree's.
import { expect, test } from 'vitest';
import { changesBetween, lineFor, nodesOf } from '../../client/src/views/resolved-lines.ts';

const TEXT = `/dts-v1/;

/ { /* a.dtsi:1, b.dts:2 */
	model = "x {"; /* a.dtsi:2 */

	soc: soc@0 { /* a.dtsi:3 */
		reg = <0x0 /* BASE */ 0x10>; /* a.dtsi:4 */
	};
};
`;

test('nodes of the text, by their lines', () => {
  expect(nodesOf(TEXT)).toEqual([
    { name: '/', start: 2, end: 8, children: [{ name: 'soc: soc@0', start: 5, end: 7, children: [] }] },
  ]);
});

test('the numbers of the places do not count as a change', () => {
  expect(changesBetween(TEXT, TEXT.replaceAll('a.dtsi:', 'a.dtsi:1'))).toEqual([]);
});

test('changed, added and removed lines', () => {
  const changed = TEXT.replace('0x10>', '0x20>');
  expect(changesBetween(TEXT, changed)).toEqual([
    { kind: 'changed', start: 6, end: 7, before: ['\t\treg = <0x0 /* BASE */ 0x10>;'] },
  ]);
  const added = TEXT.replace('\t};\n', '\t\tdma-coherent; /* b.dts:9 */\n\t};\n');
  expect(changesBetween(TEXT, added)).toEqual([{ kind: 'added', start: 7, end: 8, before: [] }]);
  const removed = TEXT.replace(/\tmodel.*\n/, '');
  expect(changesBetween(TEXT, removed)).toEqual([{ kind: 'removed', start: 3, end: 3, before: ['\tmodel = "x {";'] }]);
});

test('two changes apart from each other', () => {
  const both = TEXT.replace('"x {"', '"y {"').replace('0x10>', '0x20>');
  expect(changesBetween(TEXT, both).map(({ kind, start }) => [kind, start])).toEqual([
    ['changed', 3],
    ['changed', 6],
  ]);
});

test('the innermost statement that holds the line of the cursor', () => {
  const at = (line: number, from: number, until: number, file = 0) => ({ line, file, position: { line: from }, until });
  const places = [at(2, 0, 20), at(5, 3, 10), at(6, 4, 6), at(9, 0, 0, 1)];
  expect(lineFor(places, 0, 5)).toBe(6);
  expect(lineFor(places, 0, 8)).toBe(5);
  expect(lineFor(places, 0, 15)).toBe(2);
  expect(lineFor(places, 0, 30)).toBeUndefined();
  expect(lineFor(places, 1, 0)).toBe(9);
});
