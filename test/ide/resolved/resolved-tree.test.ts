// SPDX-License-Identifier: MIT
// The resolved tree as a view: what each line says, where it came from, what hovers say of it.
import { expect, test } from 'vitest';
import { linePlaces, resolvedHover, resolvedLines } from '#ide/resolved/resolved-tree.ts';
import { editor } from '#test/support/views.ts';

const BOARD = `//- /board.dts
/dts-v1/;
#include "soc.dtsi"
#define SIZE(n) ((n) * 0x10)
#define PAIR 1 2
&eth {
	iommus = <&smmu STREAM>;
	clocks-of = <PAIR 3 SIZE(2) (1 + 2)>;
};
//- /soc.dtsi
#define STREAM 0x10
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000000 {
		compatible = "arm,smmu-v3";
		reg = <0x1000000 0x20000>;
		#iommu-cells = <1>;
	};
	eth: ethernet@2000000 {
		compatible = "acme,ethernet";
		reg = <0x2000000 0x1000>;
		iommus = <&smmu 7>;
	};
};
`;

const { view, place } = editor(BOARD);
const lines = resolvedLines(view.snapshot);
const lineOf = (text: string) => lines.findIndex((line) => line.text.includes(text));

test('macros and expressions stand beside their numbers, plain numbers and references alone', () => {
  expect(lines[lineOf('iommus = ')]?.text).toBe('\t\tiommus = <&smmu 0x10 /* STREAM */>; /* board.dts:6 */');
  expect(lines[lineOf('clocks-of = ')]?.text).toBe(
    '\t\tclocks-of = <0x1 0x2 /* PAIR */ 0x3 0x20 /* SIZE(2) */ 0x3 /* (1 + 2) */>; /* board.dts:7 */',
  );
  expect(lines[lineOf('reg = <0x2000000')]?.text).toBe('\t\treg = <0x2000000 0x1000>; /* soc.dtsi:12 */');
});

test('every place of a line, also one whose value was replaced', () => {
  const places = (text: string) =>
    linePlaces(lines)
      .filter(({ line }) => line === lineOf(text))
      .map(({ line, start, end, name }) => [lines[line]?.text.slice(start, end), place(name)]);
  expect(places('eth: ethernet')).toEqual([
    ['soc.dtsi:10', 'soc.dtsi:10 ethernet@2000000'],
    ['board.dts:5', 'board.dts:5 &eth'],
  ]);
  expect(places('iommus = ')).toEqual([
    ['board.dts:6', 'board.dts:6 iommus'],
    ['', 'soc.dtsi:13 iommus'],
  ]);
});

const hoverAt = (text: string, word: string, line = lines[lineOf(text)]?.text ?? '') =>
  resolvedHover(
    view,
    { line: lineOf(text), character: line.indexOf(word) + 1, text: line },
    { link: (span) => ({ text: place(span), href: '#' }) },
  );

test('hovers are those of the source', () => {
  expect(hoverAt('eth: ethernet', 'eth')).toContain('**eth → smmu, stream `0x10`**');
  expect(hoverAt('iommus = ', '0x10')).toContain('| **`STREAM`** |');
  expect(hoverAt('iommus = ', 'iommus')).toContain('**eth → smmu, stream `0x10`**');
  expect(hoverAt('compatible = "acme', 'acme')).toContain('compatible = "acme,ethernet";');
});

test('nothing is said about a line that is another one by now', () => {
  expect(hoverAt('iommus = ', 'iommus', '\t\tiommus = <&smmu 0x7>; /* soc.dtsi:13 */')).toBeUndefined();
});

test('no text of the source ends a comment', () => {
  const hostile = editor('//- /a*\u002fb.dts\n/dts-v1/;\n/ { a = <(1 /* x */ + 1)>; };\n');
  const text = resolvedLines(hostile.view.snapshot).map((line) => line.text);
  expect(text).toContain('\ta = <0x2 /* (1 /* x *\\/ + 1) */>; /* b.dts:2 */');
});
