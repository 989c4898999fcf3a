// SPDX-License-Identifier: MIT
// A small project on a disk for editors to work on: boards that share files, an overlay, and what rules speak of.
import { RULES } from '#rules/index.ts';
import type { Pick } from '../random.ts';

const FILES: Readonly<Record<string, string>> = {
  'board.dts': `/dts-v1/;
#include "soc.dtsi"
#include <pins.h>
/ {
	model = "board";
	#address-cells = <2>;
	#size-cells = <1>;
	memory@80000000 { device_type = "memory"; reg = <0 0x80000000 SIZE(2)>; };
	aliases { serial0 = &uart0; console = &{/soc/serial@1000}; };
	chosen: chosen { stdout-path = &uart0; };
};
#define OFF "disabled"
&uart0 { status = OFF; clocks = <&clk PIN_A>, <&clk 7>; /delete-property/ interrupts; };
#ifdef EXTRA
#include "extra.dtsi"
#endif
&{/soc/dma@2000} { iommus = <&smmu 1>, <&smmu 2>; inner: child { reg = <1>; }; };
/delete-node/ &unused;
#include "twice.dtsi"
#include "twice.dtsi"
&smmu { status = "okay"; extra: port@1 { data = [01 02], "text \u{1f600}", <PIN_B>; }; };
`,
  'other.dts': `/dts-v1/;
#include "soc.dtsi"
/ { model = "other"; compatible = "v,other"; };
&smmu { status = "disabled"; };
&uart0 { iommus = <&smmu 3>; };
`,
  'overlay.dtso': `/dts-v1/;
/plugin/;
&uart0 { status = "okay"; dma: dma { x = <&dma>, <&elsewhere 1>; }; };
&{/soc} { added { ref = &dma; }; };
`,
  'soc.dtsi': `#define EXTRA
#define MODE 1
#define SIZE(n) (n << 20)
/memreserve/ 0x1000 0x2000;
/ {
	soc: soc {
		compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges;
		uart0: serial@1000 { reg = <0x1000 4>; interrupts = <1 2>; status = "okay"; };
		unused: serial@1100 { reg = <0x1100 4>; };
		smmu: iommu@5000 { compatible = "arm,smmu-v3"; reg = <0x5000 0x1000>; #iommu-cells = <1>; };
		dma@2000 { compatible = "arm,pl330"; reg = <0x2000 8>; iommus = <&smmu 0>; };
		#include "inner.dtsi"
		/omit-if-no-ref/ spare: spare { };
	};
	clk: clock { #clock-cells = <1>; /delete-property/ absent; };
};
`,
  'inner.dtsi': 'nested: nested { value = <MODE>; label-inside = <1 here: 2>; };\n',
  'extra.dtsi': '#undef SIZE\n#define SIZE(n) n\n/ { extra-node { uses = <&spare>; }; };\n&nested { more; };\n',
  'twice.dtsi': '&nested { twice = <1>; after = <2 MODE>; };\n',
  'pins.h': '#ifndef PINS_H\n#define PINS_H\n#define PIN_A 1\n#define PIN_B (PIN_A + 2)\n#endif\n',
  'dt-iommu.json': '{ "includePaths": ["."], "rules": {} }\n',
};

/** File names and texts; some boards are the examples of rules. */
export function projectFiles(pick: Pick): Map<string, string> {
  const files = new Map(Object.entries(FILES));
  for (let index = 0; index < 2; index++) {
    const { example } = pick.of(RULES);
    files.set(`rule${index}.dts`, `/dts-v1/;\n${pick.chance(70) ? example.bad : example.good}`);
  }
  if (pick.chance(10)) for (const [name, text] of files) files.set(name, text.replaceAll('\n', '\r\n'));
  return files;
}

/** The same project on another branch: some files differ, one is missing, one is new. */
export function otherBranch(pick: Pick, files: ReadonlyMap<string, string>): Map<string, string> {
  const branch = new Map(files);
  branch.set(
    'soc.dtsi',
    (files.get('soc.dtsi') ?? '').replace('MODE 1', 'MODE 2').replace('spare: spare', 'spare: new'),
  );
  branch.set('twice.dtsi', '&nested { twice = <2>; };\n');
  branch.set('pins.h', '#define PIN_A 5\n#define PIN_B 6\n');
  if (pick.chance(50)) branch.delete('extra.dtsi');
  if (pick.chance(50)) branch.set('other.dts', '/dts-v1/;\n/ { };\n');
  if (pick.chance(30)) branch.set('dt-iommu.json', '{ "includePaths": ["."], "defines": { "EXTRA": "1" } }\n');
  return branch;
}

/** What people type, whole or in part. */
export const SNIPPETS = [
  ...['\n\tprop = <1 2>;', '\n\tprop = <&smmu 3>;', '\n\tnode@9 { reg = <9>; };', '\n\tlabel9: node@9 { };'],
  ...['\nuart0: other { };', '\n&uart0 { added; };\n', '\n&smmu { status = "fail"; };\n', '\n/delete-node/ &smmu;\n'],
  ...['\n/delete-node/ dma@2000;', '\n/delete-property/ status;', '\n/omit-if-no-ref/ &clk;\n', '\n#define PIN_A 5\n'],
  ...['\n#undef EXTRA\n', '\n#define OFF "okay"\n', '\n#include "extra.dtsi"\n', '\n#include "missing.dtsi"\n'],
  ...[
    '\n#include "inner.dtsi"\n',
    '\n#pragma once\n',
    '\n#ifdef EXTRA\n',
    '\n#endif\n',
    '\n/* comment */\n',
    '/*',
    '*/',
  ],
  ...[
    '\n/ { model = "other"; soc { more; }; };\n',
    '<&clk 2>, ',
    'PIN_B ',
    '};',
    '{',
    ';',
    '"',
    '&',
    '0',
    '\n',
    '\r',
    'é',
  ],
  ...['\\\n', '\n#if 0\n', '\n#else\n', '//', ' ', '\t', '<', '>', '\n#define MODE(x) x\n', '\u{1f600}', '\u2028', '1'],
  ...['iommus = <&smmu 5>;', 'dma-coherent;', 'iommu-map = <0 &smmu 0 0x10000>;', 'memory-region = <&spare>;'],
  ...[
    '\n/* dt-iommu-ignore iommus-not-inherited: x */\n',
    'dma-ranges;',
    '/plugin/;',
    '/dts-v1/;',
    '/memreserve/ 1 2;\n',
  ],
];
