// SPDX-License-Identifier: MIT
// Properties: which are offered, in which order, and the statement that is written.
import { describe, expect, test } from 'vitest';
import { complete } from '#test/support/completions.ts';

const SOC = `
//- /soc.dtsi
/ {
	soc {
		#address-cells = <1>;
		#size-cells = <1>;
		smmu: iommu@1000 { compatible = "arm,mmu-500"; #iommu-cells = <2>; };
		uart0: serial@2000 {
			compatible = "ns16550a";
			reg = <0x2000 0x100>;
			reg-shift = <2>;
			status = "disabled";
		};
		uart1: serial@3000 {
			compatible = "ns16550a";
			reg = <0x3000 0x100>;
			reg-shift = <2>;
			current-speed = <115200>;
		};
	};
};
`;

describe('which are offered', () => {
  test('what this block sets is left out, also behind the cursor', () => {
    const { labels } = complete('/ { dma { dma-coherent; $0 iommus = <&x 1>; }; };');
    expect(labels).not.toContain('dma-coherent');
    expect(labels).not.toContain('iommus');
    expect(labels).toContain('memory-region');
  });

  test('what another block sets is an override that names the place', () => {
    const list = complete(`//- /board.dts\n#include "soc.dtsi"\n&uart0 { $0 };${SOC}`);
    expect(list.detail('reg-shift')).toBe('overrides soc.dtsi:9');
    expect(list.labels[0]).toBe('status');
    expect(list.line('status')).toBe('&uart0 { status = "okay"; };');
  });

  test('an enabled device is disabled', () => {
    expect(complete('/ { a: a { status = "okay"; }; };\n&a { sta$0 };').line('status')).toBe(
      '&a { status = "disabled"; };',
    );
  });

  test('what others of the compatible have comes first, then DMA, then the specification', () => {
    const { labels, detail } = complete(
      `//- /board.dts\n#include "soc.dtsi"\n/ { soc { serial@4000 {\n\tcompatible = "ns16550a";\n\t$0\n}; }; };${SOC}`,
    );
    expect(labels.slice(0, 3)).toEqual(['reg', 'reg-shift', 'current-speed']);
    expect(detail('reg-shift')).toBe('2 of 2 alike');
    expect(labels.indexOf('iommus')).toBeGreaterThan(2);
    expect(labels.indexOf('clocks')).toBeGreaterThan(labels.indexOf('iommus'));
  });

  test('a property of a node below does not count', () => {
    expect(complete('/ { bus { child { dma-coherent; }; $0 }; };').labels).toContain('dma-coherent');
  });

  test('what belongs to /chosen or to reserved memory stays there', () => {
    expect(complete('/ { chosen { $0 }; };').labels).toContain('bootargs');
    expect(complete('/ { dma { $0 }; };').labels).not.toContain('bootargs');
    expect(complete('/ { reserved-memory { pool { no$0 }; }; };').labels).toContain('no-map');
  });

  test('in a comment, in a string of text and outside of nodes nothing', () => {
    expect(complete('/ { /* dma$0 */ };').labels).toEqual([]);
    expect(complete('/ { model = "dma$0"; };').labels).toEqual([]);
    expect(complete('/ { // dma$0\n };').labels).toEqual([]);
  });
});

describe('what is written', () => {
  test('the whole statement, with holes', () => {
    const list = complete('/ { smmu: i { #iommu-cells = <1>; }; dma { $0 }; };');
    expect(list.line('iommus')).toContain('dma { iommus = <&$1>; };');
    expect(list.line('dma-coherent')).toContain('dma { dma-coherent; };');
    expect(list.line('clock-names')).toContain('dma { clock-names = "$1"; };');
  });

  test('the shape of a property that only this tree knows is that of its uses', () => {
    const tree =
      '/ { l: a { vendor,flag; vendor,text = "x"; vendor,list = <&l 1>; vendor,bytes = [00]; };\nb { ven$0 }; };';
    const list = complete(tree);
    expect(list.line('vendor,flag')).toBe('b { vendor,flag; }; };');
    expect(list.line('vendor,text')).toBe('b { vendor,text = "$1"; }; };');
    expect(list.line('vendor,list')).toBe('b { vendor,list = <&$1>; }; };');
    expect(list.line('vendor,bytes')).toBe('b { vendor,bytes = [$1]; }; };');
  });

  test('only the name where a value follows, without the semicolon where one does', () => {
    expect(complete('/ { dma { iom$0 = <&a>; }; };').line('iommus')).toBe('/ { dma { iommus = <&a>; }; };');
    expect(complete('/ { dma { dma-c$0; }; };').line('dma-coherent')).toBe('/ { dma { dma-coherent; }; };');
  });

  test('names that begin with # at the start of a line', () => {
    expect(complete('/ { bus {\n\t#add$0\n}; };').line('#address-cells')).toBe(`#address-cells = <\${1:1}>;`);
  });
});

describe('half-typed text', () => {
  test('the statement before has no semicolon', () => {
    expect(complete('/ { dma {\n\tcompatible = "a"\n\tiom$0\n}; };').labels[0]).toBe('iommus');
    expect(complete('/ { dma {\n\treg = <1 2>\n\tiom$0\n}; };').labels[0]).toBe('iommus');
    expect(complete('/ { dma {\n\tdma-coherent\n\tiom$0\n}; };').labels[0]).toBe('iommus');
  });

  test('a string without its end ends with the line', () => {
    expect(complete('/ { dma {\n\tcompatible = "a;\n\tiom$0\n}; };').labels).toContain('iommus');
  });

  test('braces in both branches of #if count once', () => {
    const list = complete('/ {\n#ifdef X\n\ta {\n#else\n\tb {\n#endif\n\t\tiom$0\n\t};\n};');
    expect(list.labels[0]).toBe('iommus');
  });

  test('the file ends behind the cursor', () => {
    expect(complete('/ { dma { iom$0').line('iommus')).toBe('/ { dma { iommus = <&$1>;');
  });
});

describe('overlays', () => {
  test('a fragment is the node that it changes', () => {
    const board = '//- /board.dts\n/dts-v1/;\n/ { uart: serial { status = "disabled"; x-shift = <1>; }; };\n';
    const overlay =
      '//- /fix.dtso\n/dts-v1/;\n/plugin/;\n/ { fragment@0 { target = <&uart>; __overlay__ { $0 }; }; };\n';
    const project = '//- /dt-iommu.json\n{ "boards": [{ "file": "board.dts", "overlays": ["fix.dtso"] }] }\n';
    const list = complete(overlay + board + project);
    expect(list.labels[0]).toBe('status');
    expect(list.detail('x-shift')).toBe('overrides board.dts:2');
  });
});
