// SPDX-License-Identifier: MIT
// Who needs whom, and what sits on which bus.
import { expect, test } from 'vitest';
import { busOf, consumers, hierarchyItem, onBus, suppliers } from '#ide/navigation/hierarchies.ts';
import { editor } from '#test/support/views.ts';

const board = `
//- /board.dts
/dts-v1/;
#include "soc.dtsi"
&uart { clocks = <&clk 1>, <&clk 2>; dmas = <&dma 3>; };
//- /soc.dtsi
/ {
	interrupt-parent = <&gic>;
	aliases { serial0 = &uart; };
	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };
	soc {
		compatible = "simple-bus";
		clk: clock { compatible = "fixed-clock"; #clock-cells = <1>; };
		dma: dma { #dma-cells = <1>; clocks = <&clk 0>; compatible = "a,dma"; };
		uart: serial { compatible = "a,uart"; resets = <&clk 4>; interrupts = <9>; };
		pins { state { }; };
	};
};
`;

/** The board with the cursor at the first place of a text. */
function at(text: string) {
  const { view, offset, place } = editor(board.replace(text, `$0${text}`));
  return { view, item: hierarchyItem(view, offset), place };
}

test('a node is found at its reference, and inside of its braces', () => {
  expect(at('&uart').item).toMatchObject({ path: '/soc/serial', name: 'uart', detail: 'a,uart' });
  expect(at('clocks =').item).toMatchObject({ path: '/soc/serial', name: 'uart' });
});

test('suppliers: what is named by phandle, and the controller that interrupts lead to', () => {
  const { view, place } = at('&uart');
  const found = suppliers(view, '/soc/serial', '/board.dts');
  expect(found.map(({ item, spans }) => [item.name, item.detail, spans.map(place)])).toEqual([
    ['clk', 'resets, clocks', ['board.dts:3 &clk', 'board.dts:3 &clk']],
    ['dma', 'dmas', ['board.dts:3 &dma']],
    ['gic', 'interrupts', []],
  ]);
});

test('consumers: once for each file that says so; an alias is a name, no consumer', () => {
  const { view, place } = at('&uart');
  const found = consumers(view, '/soc/clock');
  expect(found.map(({ item, spans }) => [place(item.nameSpan), item.detail, spans.map(place)])).toEqual([
    ['soc.dtsi:8 dma', 'clocks', ['soc.dtsi:8 &clk']],
    ['soc.dtsi:9 serial', 'resets', ['soc.dtsi:9 &clk']],
    ['board.dts:3 &uart', 'clocks', ['board.dts:3 &clk', 'board.dts:3 &clk']],
  ]);
  // What only an inherited interrupt-parent says stands at the interrupts.
  const [inherited, ...others] = consumers(view, '/interrupt-controller').reverse();
  expect([inherited?.item.name, inherited?.spans.map(place)]).toEqual(['uart', ['soc.dtsi:9 interrupts']]);
  expect(others.map(({ item }) => item.path)).toEqual(['/']);
  expect(consumers(view, '/soc/serial')).toEqual([]);
  expect(consumers(view, '/none')).toEqual([]);
});

test('a bus has its devices, and nothing for nodes that only describe', () => {
  const { view } = at('&uart');
  expect(busOf(view, '/soc/serial').map(({ path }) => path)).toEqual(['/soc']);
  expect(busOf(view, '/')).toEqual([]);
  expect(onBus(view, '/soc').map(({ name }) => name)).toEqual(['clk', 'dma', 'uart']);
  expect(onBus(view, '/').map(({ path }) => path)).toEqual(['/soc']);
});
