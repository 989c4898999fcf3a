// SPDX-License-Identifier: MIT
// Nodes that are no devices, values by what they may be, and what a blank does not open: each as a user meets it.
import { describe, expect, test } from 'vitest';
import { complete } from '#test/support/completions.ts';

const BOARD = `
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	aliases { serial0 = &uart; };
	chosen { stdout-path = "serial0"; };
	memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x1000>; };
	soc {
		#address-cells = <2>;
		#size-cells = <2>;
		uart: serial@1000 { compatible = "acme,uart", "arm,primecell"; reg = <0 0x1000 0 0x100>; status = "okay"; };
		cs: debug@2000 { compatible = "acme,trace", "arm,primecell"; reg = <0 0x2000 0 0x100>; cpu = <1>; };
		pinctrl@3000 {
			compatible = "acme,pins";
			a-state { pins = "1"; };
			b-state { pins = "2"; };
		};
	};
};
`;

const first = (text: string, count: number) => complete(`${BOARD}${text}`).labels.slice(0, count);

describe('properties of nodes that are no devices', () => {
  test.each([
    ['/ { chosen { $0 }; };', ['bootargs', 'stdout-path']],
    ['/ { cpus { $0 }; };', ['#address-cells', '#size-cells']],
    ['/ { memory@0 { $0 }; };', ['device_type', 'reg', 'numa-node-id']],
    ['/ { reserved-memory { pool@0 { $0 }; }; };', ['reg', 'no-map', 'compatible', 'size', 'alignment']],
  ])('%s', (text, expected) => {
    const offered = first(text, 60);
    const dma = offered.indexOf('iommus');
    for (const label of expected)
      expect({ label, before: offered.indexOf(label) < dma }).toEqual({ label, before: true });
  });

  test('an alias has the next number, and its value is a reference', () => {
    const list = complete(`${BOARD}/ { aliases { $0 }; };`);
    expect(list.labels.slice(0, 3)).toEqual(['serial1', 'ethernet0', 'mmc0']);
    expect(list.line('ethernet0')).toBe('/ { aliases { ethernet0 = &$1; }; };');
    expect(complete(`${BOARD}/ { aliases { ethernet0 = $0; }; };`).labels[0]).toBe('&…');
  });

  test('a state of pins is like the others, none of which does DMA', () => {
    const labels = first('/ { soc { pinctrl@3000 { c-state { $0 }; }; }; };', 60);
    expect(labels[0]).toBe('pins');
    expect(labels.indexOf('clocks')).toBeGreaterThan(0);
    expect(labels.indexOf('clocks')).toBeLessThan(labels.indexOf('iommus'));
  });

  test('a fragment of an overlay has its target and its body', () => {
    const list = complete('//- /o.dtso\n/dts-v1/;\n/plugin/;\n/ { fragment@0 { $0 }; };');
    expect(list.labels.slice(0, 3).sort()).toEqual(['__overlay__ {…}', 'target', 'target-path']);
    expect(list.line('target')).toBe('/ { fragment@0 { target = <&$1>; }; };');
    expect(list.text('__overlay__ {…}')).toContain('__overlay__ {\n\t$0\n};');
    expect(complete('/ { a { targ$0 }; };').labels).not.toContain('target');
  });

  test('a label that no node has is not the root', () => {
    expect(complete(`${BOARD}&nothing { $0 };`).detail('#address-cells')).not.toMatch(/alike/);
  });

  test('memory is of the type memory, and reserved memory one that Linux takes', () => {
    expect(complete(`${BOARD}/ { memory@0 { $0 }; };`).line('device_type')).toContain('device_type = "memory";');
    expect(first('/ { reserved-memory { pool { compatible = "$0"; }; }; };', 2)).toEqual([
      'shared-dma-pool',
      'restricted-dma-pool',
    ]);
  });
});

test('a compatible that every device of a bus has tells nothing', () => {
  const list = complete(`${BOARD}/ { soc { spi@4000 { compatible = "acme,spi", "arm,primecell"; $0 }; }; };`);
  expect(list.detail('cpu')).toBe('');
  expect(
    complete(`${BOARD}/ { soc { x@4 { compatible = "acme,trace", "arm,primecell"; $0 }; }; };`).detail('cpu'),
  ).toBe('1 of 1 alike');
});

describe('behind `=`', () => {
  test.each([
    ['status = $0;', ['"okay"', '"disabled"', '"reserved"', '"fail"', '"fail-needs-probe"', '"…"']],
    ['dr_mode = $0;', ['"host"', '"peripheral"', '"otg"', '"…"']],
    ['iommus = $0;', ['<&…>']],
    ['mac-mode = $0;', ['"…"']],
    ['nvmem = $0;', ['<&…>']],
    ['anything = $0;', ['<…>', '"…"', '[…]']],
    ['anything = <1>, $0;', ['<…>', '"…"', '[…]']],
    ['anything = <1> $0;', []],
    ['anything = /bits/ $0;', ['8', '16', '32', '64']],
    ['anything = /incbin/("$0");', []],
  ])('%s', (statement, expected) => {
    expect(complete(`${BOARD}/ { soc { x { ${statement} }; }; };`).labels).toEqual(expected);
  });

  test('a word is accepted with its quotes, also when it is begun', () => {
    expect(complete('/ { a { status = $0; }; };').line('"okay"')).toBe('/ { a { status = "okay"; }; };');
    expect(complete('/ { a { status = ok$0; }; };').line('"okay"')).toBe('/ { a { status = "okay"; }; };');
  });

  test('a slash begins the width or a file', () => {
    const list = complete('/ { a { b = /$0; }; };');
    expect(list.line('/bits/ 16')).toBe('/ { a { b = /bits/ 16 <$1>; }; };');
    expect(list.line('/incbin/')).toBe('/ { a { b = /incbin/("$1"); }; };');
  });
});

describe('cells', () => {
  const MACROS = '#define CLK_A 1\n#define CLK_B 2\n#define KEY_A 3\n';
  const USED = `${MACROS}/ { c: c { #clock-cells = <1>; }; d: d { #iommu-cells = <1>; }; a { clocks = <&c CLK_A>; }; };\n`;

  test('a blank opens what is written in such places, and no list of everything', () => {
    expect(complete(`${USED}/ { b { clocks = <&c $0>; }; };`, ' ').labels).toEqual(['CLK_A', 'CLK_B']);
    expect(complete(`${USED}/ { b { iommus = <&d $0>; }; };`, ' ').labels).toEqual([]);
    expect(complete(`${USED}/ { b { iommus = <&d $0>; }; };`).labels).toContain('KEY_A');
  });

  test.each([
    [2, 2, 'x@12340000', 'reg = <0x0 0x12340000 0x0 SIZE>'],
    [2, 1, 'x@1,2', undefined],
    [1, 1, 'x@ff00', 'reg = <0xff00 SIZE>'],
    [1, 0, 'x@4a', 'reg = <0x4a>'],
    [2, 2, 'x@880000000', 'reg = <0x8 0x80000000 0x0 SIZE>'],
    [1, 1, 'x@880000000', undefined],
  ])('`reg` on a bus of %i and %i cells for %s', (address, size, name, expected) => {
    const list = complete(`/ { bus {
	#address-cells = <${address}>;
	#size-cells = <${size}>;
	${name} {
		reg = <$0>;
	};
}; };`);
    const label = list.labels.find((each) => each.startsWith('0x'));
    expect(
      label === undefined
        ? undefined
        : list
            .line(label)
            .replace(';', '')
            .replace(/\$\{1:0x1000\}/, 'SIZE'),
    ).toBe(expected);
  });
});

test('conditions ask for no guards of headers', () => {
  const { labels } = complete(
    '//- /board.dts\n#include "a.h"\n#ifdef WITH_UART\n#endif\n#if $0\n#endif\n//- /a.h\n#ifndef _A_H\n#define _A_H\n#define A 1\n#endif\n',
  );
  expect(labels).toEqual(['defined', 'WITH_UART', 'A']);
});
