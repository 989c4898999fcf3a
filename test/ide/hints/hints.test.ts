// SPDX-License-Identifier: MIT
// What stands between the words: hints in their places, lenses above IOMMUs and host bridges.
import { describe, expect, test } from 'vitest';
import { codeLenses } from '#ide/hints/code-lenses.ts';
import { inlayHints } from '#ide/hints/inlay-hints.ts';
import { editor } from '#test/support/views.ts';

/** The text with every hint in its place. */
function hinted(fixture: string): string {
  const { view } = editor(fixture);
  return inlayHints(view, 0, view.text.length).reduceRight(
    (text, hint) => `${text.slice(0, hint.offset)}[${hint.text}]${text.slice(hint.offset)}`,
    view.text,
  );
}

describe('inlay hints', () => {
  test('what a macro is worth, as one cell', () => {
    expect(
      hinted(
        '#define ID 16\n#define BIG 0x15000000\n#define TWO 1 2\n#define F(x) ((x) + 1)\n/ { a = <ID BIG TWO F(2) 7>; };',
      ),
    ).toContain('a = <ID[= 16] BIG[= 0x15000000] TWO F(2)[= 3] 7>;');
  });

  test('interrupts of a GIC as its manual counts them: SPIs from 32, PPIs from 16', () => {
    const gic = 'gic: i { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; };';
    expect(hinted(`/ { interrupt-parent = <&gic>; ${gic}\nd { interrupts = <0 100 4>, <1 9 4>; }; };`)).toContain(
      'interrupts = <0 100 4[SPI, ID 132]>, <1 9 4[PPI, ID 25]>;',
    );
  });

  test('where a property is set again', () => {
    expect(
      hinted(
        '//- /soc.dtsi\n/ { l: a { status = "disabled";$0 }; };\n//- /board.dts\n/dts-v1/;\n#include "soc.dtsi"\n&l { status = "okay"; };\n',
      ),
    ).toContain('status = "disabled";[set again in board.dts:3] }');
  });

  test('the node that a brace closes, when it began long ago', () => {
    const long = '\tx = <1>;\n'.repeat(30);
    expect(hinted(`/ {\nl: node@1 {\n${long}};\nshort {\n};\n};`)).toContain('};[&l]\nshort {\n};\n};[/]');
  });

  test('half-typed text has hints for what is whole', () => {
    expect(hinted('#define ID 16\n/ { a { x = <ID>; }; b { y = <ID')).toContain('x = <ID[= 16]>;');
  });
});

describe('code lenses', () => {
  test('whom an IOMMU serves, and where requester IDs go', () => {
    const { view, place } = editor(
      `/ { #address-cells = <1>; #size-cells = <1>; smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x20000>; #iommu-cells = <1>; };
	off: iommu@2 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; status = "disabled"; };
	d1 { compatible = "x"; iommus = <&smmu 1>; }; d2 { compatible = "x"; iommus = <&smmu 2>; };
	pcie@3 { compatible = "pci-host-ecam-generic"; device_type = "pci"; iommu-map = <0x0 &smmu 0x0 0x10000>; };
};`,
    );
    expect(codeLenses(view).map(({ span, title }) => `${place(span)}: ${title}`)).toEqual([
      'board.dts:1 iommu@1000: 2 masters, 1 host bridge',
      'board.dts:2 iommu@2: disabled',
      'board.dts:4 pcie@3: requester IDs 0x0 to 0xffff → smmu',
    ]);
  });
});
