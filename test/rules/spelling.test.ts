// SPDX-License-Identifier: MIT
// Words of Linux with a letter wrong, and lists that end before their names do.
import { describe, expect, it } from 'vitest';
import { host, SMMU_V3 } from '#rules/engine/example.ts';
import { CATALOGUE } from '#rules/index.ts';
import { checkDiagnostics, checkFix, checkNone, checkSilent, choicesOf } from '#test/support/check.ts';

describe('status-unknown', () => {
  it('names the word that is like it', () => {
    checkDiagnostics(`
/ {
	dma { status = "okey"; };
//	               ^^^^^^ 💡 warning[status-unknown]: "okey" is not a status; Linux takes it for disabled and makes no device of the node.
	spi { status = "disable"; };
//	               ^^^^^^^^^ 💡 warning[status-unknown]
	i2c { status = "on"; };
//	               ^^^^ warning[status-unknown]
};
`);
    checkFix(
      'status-unknown',
      '/ {\n\tdma { status = "Okay"; };\n};\n',
      '/dts-v1/;\n/ {\n\tdma { status = "okay"; };\n};\n',
    );
    checkFix(
      'status-unknown',
      '/ {\n\tdma { status = "disable"; };\n};\n',
      '/dts-v1/;\n/ {\n\tdma { status = "disabled"; };\n};\n',
    );
  });

  it('knows what the specification and Linux know', () => {
    for (const status of ['okay', 'ok', 'disabled', 'reserved', 'fail', 'fail-needs-probe', 'failed']) {
      checkSilent('status-unknown', `/ {\n\tdma { status = "${status}"; };\n};\n`);
    }
  });
});

describe('unit-address-differs', () => {
  it('says nothing where the cells of `reg` make no whole entries: that is told by itself', () => {
    const board = (reg: string) =>
      `/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n\tdma@2000 { reg = <${reg}>; };\n};\n`;
    checkSilent('unit-address-differs', board('0x2000 0x100'));
    expect(choicesOf('unit-address-differs', board('0 0x1000 0 0x100'))).toHaveProperty('Change the name to dma@1000');
  });
});

describe('compatible-empty', () => {
  it('says it of a list without a name, and of one empty string in it', () => {
    checkDiagnostics(`
/ {
	a { compatible = ""; };
//	                 ^^ 💡 warning[compatible-empty]: compatible names nothing; no driver of Linux fits the node.
	b { compatible; };
//	    ^^^^^^^^^^ 💡 warning[compatible-empty]
	c { compatible = "acme,c", ""; };
//	                           ^^ 💡 warning[compatible-empty]: compatible has an empty string, which names nothing.
};
`);
    checkFix(
      'compatible-empty',
      '/ {\n\tc { compatible = "acme,c", ""; };\n};\n',
      '/dts-v1/;\n/ {\n\tc { compatible = "acme,c"; };\n};\n',
    );
  });
});

describe('property-misspelled', () => {
  it.each([
    ['compatibel = "acme,dma";', 'compatible'],
    ['compatable = "acme,dma";', 'compatible'],
    ['#adress-cells = <1>;', '#address-cells'],
    ['#size-sells = <0>;', '#size-cells'],
    ['address-cells = <1>;', '#address-cells'],
    ['interrups-parent = <1>;', 'interrupt-parent'],
    ['pintrc-names = "default";', 'pinctrl-names'],
    ['dma-coherant;', 'dma-coherent'],
    ['dma_ranges;', 'dma-ranges'],
    ['interrupt_parent = <1>;', 'interrupt-parent'],
    ['stauts = "okay";', 'status'],
  ])('%s', (statement, name) => {
    const [written = ''] = statement.split(/[ ;]/);
    const board = (text: string) => `/dts-v1/;\n/ {\n\tdma {\n\t\t${text}\n\t};\n};\n`;
    checkFix('property-misspelled', board(statement), board(statement.replace(written, name)));
  });

  it.each([
    'states = <1>;',
    'clock-lanes = <0>;',
    'clock;',
    'reset;',
    'clocks1 = <1>;',
    'acme,compatibel = "x";',
    'ssi-controller;',
    '#pse-cells = <1>;',
    'blocks = <1>;',
    'regs = <1>;',
    'compatible = "a"; compatibel = "b";',
  ])('leaves alone %s', (statement) => checkSilent('property-misspelled', `/ {\n\tdma { ${statement} };\n};\n`));

  it('knows iommu-map on a host bridge', () =>
    checkFix(
      'property-misspelled',
      `/dts-v1/;\n/ {\n\t${SMMU_V3}\n\t${host('iommu-maps = <0 &smmu 0 0x10000>;')}\n};\n`,
      `/dts-v1/;\n/ {\n\t${SMMU_V3}\n\t${host('iommu-map = <0 &smmu 0 0x10000>;')}\n};\n`,
    ));

  it('leaves aliases alone', () => checkSilent('property-misspelled', '/ {\n\taliases { statu = "/"; };\n};\n'));
});

describe('names-without-entry', () => {
  it('is an info where another file took over the list', () => {
    checkDiagnostics(`
//- /board.dts
#include "soc.dtsi"
&dma { clocks = <&clk>; };
//     ^^^^^^ info[names-without-entry]: clocks has 1 entry, and clock-names 2 names; Linux finds nothing for "b".
//- /soc.dtsi
/ {
	clk: clock { #clock-cells = <0>; };
	dma: dma { clocks = <&clk>, <&clk>; clock-names = "a", "b"; };
};
`);
  });

  it('says which name finds nothing', () => {
    checkDiagnostics(`
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	clk: clock { #clock-cells = <1>; };
	dma@1000 {
		reg = <0x1000 0x100>;
		reg-names = "core", "ring";
//		                    ^^^^^^ 💡 warning[names-without-entry]: reg has 1 entry, and reg-names 2 names; Linux finds nothing for "ring".
		clocks = <&clk 1>, <&clk 2>;
		clock-names = "a", "b", "c";
//		                        ^^^ 💡 warning[names-without-entry]: clocks has 2 entries, and clock-names 3 names; Linux finds nothing for "c".
		reset-names = "x";
//		              ^^^ warning[names-without-entry]: resets has 0 entries, and reset-names 1 name; Linux finds nothing for "x".
	};
};
`);
    checkNone(`
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	clk: clock { #clock-cells = <1>; };
	intc: interrupt-controller { interrupt-controller; #interrupt-cells = <2>; };
	dma@1000 {
		reg = <0x1000 0x100>, <0x2000 0x100>;
		reg-names = "core";
		clocks = <&clk 1>, <0>, <&clk 2>;
		clock-names = "a", "b", "c";
		interrupt-parent = <&intc>;
		interrupts = <1 2>, <3 4>;
		interrupt-names = "x", "y";
	};
};
`);
  });
});

describe('unit-address-differs', () => {
  const board = (node: string) => `/dts-v1/;\n/ {\n\t#address-cells = <2>;\n\t#size-cells = <1>;\n\t${node}\n};\n`;

  it('offers both repairs', () => {
    expect(choicesOf('unit-address-differs', board('dma@2000 { reg = <0 0x1000 0x100>; };'))).toEqual({
      'Change the name to dma@1000': board('dma@1000 { reg = <0 0x1000 0x100>; };'),
      'Change the address in reg to 0x2000': board('dma@2000 { reg = <0 0x2000 0x100>; };'),
    });
    expect(Object.keys(choicesOf('unit-address-differs', board('dma@100002000 { reg = <0 0x1000 0x100>; };')))).toEqual(
      ['Change the name to dma@1000'],
    );
  });

  it('is a warning where another node lies there', () =>
    checkDiagnostics(`
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	dma@1000 { reg = <0x1000 0x100>; };
	dma@2000 { reg = <0x1000 0x100>; };
//	^^^^^^^^ warning[unit-address-differs]: dma@2000 is at 0x1000 by its reg; Linux goes by reg, not by the name.
	dma@3000 { reg = <0x4000 0x100>; };
//	^^^^^^^^ hint[unit-address-differs]
	pcie-rc@6000 { reg = <0x5000 0x100>, <0x6000 0x100>; };
//	^^^^^^^^^^^^ hint[unit-address-differs]: pcie-rc@6000 is at 0x5000 by its reg; Linux goes by reg, not by the name.
	pcie-ep@6000 { reg = <0x5000 0x100>, <0x6000 0x100>; };
//	^^^^^^^^^^^^ hint[unit-address-differs]
};
`));

  it.each([
    'dma@1000 { reg = <0 0x1000 0x100>; };',
    'dma@100001000 { reg = <1 0x1000 0x100>; };',
    'dma@1,0 { reg = <0 0x1000 0x100>; };',
    'i2c { #address-cells = <1>; #size-cells = <0>; dev@10 { reg = <0x40000010>; }; };',
    'dma@1000 { };',
    'dma { reg = <0 0x1000 0x100>; };',
  ])('leaves alone %s', (node) => checkSilent('unit-address-differs', board(node)));
});

it('a provider that does not count its cells gets the count that its user gives', () => {
  const board = (count: string) =>
    `/dts-v1/;\n/ {\n\tclk: clock {\n\t\tclock-controller;${count}\n\t};\n\tdma { clocks = <&clk 1 2>; };\n};\n`;
  expect(choicesOf('dtc/clocks_property', board(''), { rules: CATALOGUE })).toEqual({
    'Add #clock-cells = <2> to /clock': board('\n\t\t#clock-cells = <2>;'),
  });
});

describe('pinctrl-names-without-state', () => {
  it('says which pinctrl-N is absent, at the first name that has none', () => {
    checkDiagnostics(`
/ {
	p: pins { };
	dma { pinctrl-0 = <&p &p>; pinctrl-names = "default", "sleep", "idle"; };
//	                                                      ^^^^^^^ 💡 warning[pinctrl-names-without-state]: The node has no pinctrl-1; Linux knows no pin state "sleep" of it.
	spi { pinctrl-0 = <&p>; pinctrl-2 = <&p>; pinctrl-names = "default", "sleep", "idle"; };
//	                                                                     ^^^^^^^ 💡 warning[pinctrl-names-without-state]
};
`);
    checkFix(
      'pinctrl-names-without-state',
      '/ {\n\tp: pins { };\n\tdma { pinctrl-0 = <&p>; pinctrl-names = "default", "sleep"; };\n};\n',
      '/dts-v1/;\n/ {\n\tp: pins { };\n\tdma { pinctrl-0 = <&p>; pinctrl-names = "default"; };\n};\n',
    );
  });

  it('leaves states without names, and names whose pins a board adds, alone', () => {
    checkSilent(
      'pinctrl-names-without-state',
      `/ {
	p: pins { };
	dma { pinctrl-0 = <&p>; pinctrl-1 = <&p>; pinctrl-names = "default"; };
	spi { pinctrl-names = "default", "sleep"; };
};
`,
    );
  });
});

describe('stdout-path-unknown', () => {
  it('names the alias that is like it', () => {
    checkDiagnostics(`
/ {
	aliases { serial0 = &uart; };
	chosen { stdout-path = "serial1:115200n8"; };
//	                       ^^^^^^^^^^^^^^^^^^ 💡 warning[stdout-path-unknown]: stdout-path names no node, as there is no alias "serial1"; Linux takes no console from it.
	uart: serial { };
};
`);
    checkFix(
      'stdout-path-unknown',
      '/ {\n\taliases { serial0 = &uart; };\n\tchosen { stdout-path = "serial1:115200n8"; };\n\tuart: serial { };\n};\n',
      '/dts-v1/;\n/ {\n\taliases { serial0 = &uart; };\n\tchosen { stdout-path = "serial0:115200n8"; };\n\tuart: serial { };\n};\n',
    );
    checkDiagnostics(`
/ {
	chosen { stdout-path = "/serial@1:115200n8"; };
//	                       ^^^^^^^^^^^^^^^^^^^^ warning[stdout-path-unknown]: stdout-path names no node; Linux takes no console from it.
	serial { };
};
`);
  });

  it.each(['serial0', 'serial0:115200n8', '/serial:115200n8', '/serial', 'bus/serial@1', 'text:1', 'text/serial@1:1'])(
    'leaves %s alone',
    (value) => {
      checkSilent(
        'stdout-path-unknown',
        `/ {
	#address-cells = <1>;
	#size-cells = <0>;
	aliases { serial0 = &uart; bus = &bus; text = "/bus"; };
	chosen { stdout-path = "${value}"; };
	uart: serial { };
	bus: bus {
		#address-cells = <1>;
		#size-cells = <0>;
		serial@1 { reg = <1>; };
	};
};
`,
      );
    },
  );
});
