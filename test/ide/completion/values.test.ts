// SPDX-License-Identifier: MIT
// Values: what fits the property comes first, with a hole for each cell; words, strings and paths.
import { describe, expect, test } from 'vitest';
import { complete } from '#test/support/completions.ts';

const PROVIDERS = `
	smmu: iommu@1 { compatible = "arm,mmu-500"; #iommu-cells = <2>; };
	cc: clock-controller@2 { #clock-cells = <1>; #reset-cells = <1>; };
	tlmm: pinctrl@3 {
		gpio-controller;
		#gpio-cells = <2>;
		interrupt-controller;
		#interrupt-cells = <2>;
		led_pins: led-state { pins = "gpio1"; };
	};
	vdd: regulator-vdd { compatible = "regulator-fixed"; regulator-name = "vdd"; };
	reserved-memory { pool: pool@8000 { reg = <0x8000 0x1000>; }; };
	its: msi-controller@4 { msi-controller; #msi-cells = <1>; };
	dma0: dma-controller@5 { #dma-cells = <3>; };
	off: clock-controller@6 { #clock-cells = <0>; status = "disabled"; };
	eth: ethernet@7 { phy-handle = <&phy0>; mdio { phy0: ethernet-phy@0 { reg = <0>; }; }; };
`;

const device = (line: string) => complete(`/ {${PROVIDERS}\tdev { ${line} };\n};`);

describe('behind & comes first what fits', () => {
  test.each([
    ['iommus = <&$0>;', 'smmu', `dev { iommus = <&smmu \${1:stream-id} \${2:mask}>; };`],
    ['clocks = <&$0>;', 'cc', `dev { clocks = <&cc \${1:clock}>; };`],
    ['resets = <&$0>;', 'cc', `dev { resets = <&cc \${1:reset}>; };`],
    ['vdd-supply = <&$0>;', 'vdd', 'dev { vdd-supply = <&vdd>; };'],
    ['reset-gpios = <&$0>;', 'tlmm', `dev { reset-gpios = <&tlmm \${1:pin} \${2:flags}>; };`],
    ['pinctrl-0 = <&$0>;', 'led_pins', 'dev { pinctrl-0 = <&led_pins>; };'],
    ['interrupts-extended = <&$0>;', 'tlmm', `dev { interrupts-extended = <&tlmm \${1:interrupt} \${2:flags}>; };`],
    ['memory-region = <&$0>;', 'pool', 'dev { memory-region = <&pool>; };'],
    ['dmas = <&$0>;', 'dma0', `dev { dmas = <&dma0 \${1:cell1} \${2:cell2} \${3:cell3}>; };`],
    ['msi-map = <0x0 &$0>;', 'its', `dev { msi-map = <0x0 &its \${1:msi-id} \${2:length}>; };`],
    ['iommu-map = <0x0 &$0>;', 'smmu', `dev { iommu-map = <0x0 &smmu \${1:stream-id} \${2:mask} \${3:length}>; };`],
    ['phy-handle = <&$0>;', 'phy0', 'dev { phy-handle = <&phy0>; };'],
  ])('%s', (line, label, written) => {
    const list = device(line);
    expect(list.labels[0]).toBe(label);
    expect(list.line(label)).toBe(written);
  });

  test('what is disabled comes behind what is not', () => {
    expect(device('clocks = <&$0>;').labels.slice(0, 2)).toEqual(['cc', 'off']);
  });

  test('what the same property names elsewhere, where no binding is known', () => {
    const list = complete(
      '/ { l1: a { }; l2: b { compatible = "x"; }; l3: c { compatible = "x"; };\nd { v,link = <&l2>; }; e { v,link = <&$0>; }; };',
    );
    expect(list.labels).toEqual(['l2', 'l3', 'l1']);
  });

  test('cells that follow already are kept', () => {
    expect(device('iommus = <&sm$0 0x10 0x0>;').line('smmu')).toBe('dev { iommus = <&smmu 0x10 0x0>; };');
  });

  test('a second entry, with and without its own brackets', () => {
    expect(device('clocks = <&cc 1>, <&$0>;').labels[0]).toBe('cc');
    expect(device('clocks = <&cc 1 &$0>;').labels[0]).toBe('cc');
  });

  test('an open bracket offers the references themselves', () => {
    expect(device('iommus = <$0>;').labels[0]).toBe('&smmu');
    expect(device('iommus = <$0').line('&smmu')).toBe(`dev { iommus = <&smmu \${1:stream-id} \${2:mask} };`);
    expect(device('iommus = <&smmu 1 2 $0>;').labels[0]).toBe('&smmu');
  });

  test('a full path in braces, step by step', () => {
    expect(device('iommus = <&{$0}>;').line('iommu@1')).toBe('dev { iommus = <&{/iommu@1}>; };');
    expect(device('memory-region = <&{/reserved-memory/$0').labels).toEqual(['pool@8000']);
  });
});

describe('words and strings', () => {
  test('of an enumeration', () => {
    expect(device('status = "$0";').labels).toEqual(['okay', 'disabled', 'reserved', 'fail', 'fail-needs-probe']);
    expect(device('status = "dis$0').line('disabled')).toBe('dev { status = "disabled };');
    expect(device('phy-mode = "rgmii-$0";').labels).toEqual(['rgmii-id', 'rgmii-rxid', 'rgmii-txid']);
    expect(device('dr_mode = "$0";').labels).toEqual(['host', 'peripheral', 'otg']);
    expect(device('device_type = "$0";').labels).toEqual(['cpu', 'memory', 'pci']);
  });

  test('what others of the compatible say in the same place', () => {
    const list = complete(
      '/ { a { compatible = "x"; reg-names = "regs", "fifo"; }; b { compatible = "y"; reg-names = "csr"; };\nc { compatible = "x"; reg-names = "regs", "$0"; }; };',
    );
    expect(list.labels).toEqual(['fifo', 'csr']);
  });

  test('compatibles of nodes with the same name first', () => {
    const list = complete(
      '/ { serial@1 { compatible = "ns16550a"; }; dma { compatible = "arm,pl330"; };\nserial@2 { compatible = "$0"; }; };',
    );
    expect(list.labels).toEqual(['ns16550a', 'arm,pl330']);
  });

  test('aliases and paths in stdout-path', () => {
    const board = (line: string) =>
      complete(`/ { aliases { serial0 = &u; }; soc { u: serial@1 { }; }; chosen { ${line} }; };`);
    expect(board('stdout-path = "$0";').labels).toEqual(['serial0:115200n8', 'serial0', '/']);
    expect(board('stdout-path = "/so$0";').labels).toEqual(['soc']);
    expect(board('stdout-path = "/soc/$0";').line('serial@1')).toContain('stdout-path = "/soc/serial@1";');
  });

  test('a label as the string of its path', () => {
    expect(complete('/ { u: serial@1 { }; aliases { serial0 = &$0; }; };').line('u')).toContain('serial0 = &u;');
  });
});

describe('what opens by itself', () => {
  test('only where a list is expected', () => {
    expect(complete('/ { dev { a = $0 }; };', ' ').labels).toEqual([]);
    expect(complete('/ { dev { model = "a"$0 }; };', '"').labels).toEqual([]);
    expect(complete('/ { dev { status = "$0" }; };', '"').labels).toContain('okay');
  });
});
