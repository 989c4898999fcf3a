// SPDX-License-Identifier: MIT
// What stands between the words: hints in their places, lenses above IOMMUs and host bridges.
import { describe, expect, test } from 'vitest';
import { codeLenses } from '#ide/hints/code-lenses.ts';
import { inlayHints } from '#ide/hints/inlay-hints.ts';
import { editor } from '#test/support/views.ts';

const ALL = { ids: true, overrides: true, macros: true, interrupts: true, braces: true };

/** The text with every hint in its place. */
function hinted(fixture: string): string {
  const { view } = editor(fixture);
  return inlayHints(view, 0, view.text.length, ALL).reduceRight(
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

  test('the IDs of an entry with a mask, and of none that says them itself', () => {
    const smmu =
      'smmu: iommu@1000 { compatible = "arm,mmu-500"; reg = <0x1000 0x1000>; #iommu-cells = <2>; #global-interrupts = <1>; };';
    expect(
      hinted(`/ { #address-cells = <1>; #size-cells = <1>; ${smmu} d { iommus = <&smmu 0x540 0x3>; }; };`),
    ).toContain('iommus = <&smmu 0x540 0x3[stream ID 0x540 mask 0x3]>;');
    const v3 = 'smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x20000>; #iommu-cells = <1>; };';
    const both = `#define SID 0x10\n/ { #address-cells = <1>; #size-cells = <1>; ${v3} d { iommus = <&smmu 7>, <&smmu SID>; }; };`;
    expect(hinted(both)).toContain('iommus = <&smmu 7>, <&smmu SID[= 16][stream ID 0x10]>;');
  });

  test('without a choice: only IDs and overrides', () => {
    const { view } = editor('#define ID 16\n/ { a = <ID>; };\n/ { a = <1>; };');
    expect(inlayHints(view, 0, view.text.length).map(({ text }) => text)).toEqual(['set again in board.dts:3']);
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
    const off = { iommus: false, hostBridges: false, devices: false, sharedFiles: false };
    expect(codeLenses(view, off)).toEqual([]);
    expect(codeLenses(view, { ...off, devices: true }).map(({ span, title }) => `${place(span)}: ${title}`)).toEqual([
      'board.dts:3 d1: translated by the IOMMU, strict invalidation',
      'board.dts:3 d2: translated by the IOMMU, strict invalidation',
    ]);
  });

  test('rows of `iommu-map` with two output cells, as Linux reads them since 7.2', () => {
    const lenses = (kernel: string) => {
      const { view } = editor(
        `//- /board.dts
/dts-v1/;
/ { smmu: iommu@1000 { compatible = "arm,mmu-500"; #iommu-cells = <2>; };
	pcie@3 { device_type = "pci"; iommu-map = <0x0 &smmu 0x1400 0x0 0x1>, <0x100 &smmu 0x1401 0x0 0x1>; };
};
//- /dt-iommu.json
{ "kernelVersion": "${kernel}" }
`,
      );
      return codeLenses(view).map(({ title }) => title);
    };
    expect(lenses('7.2')).toEqual(['0 masters, 1 host bridge', 'requester ID 0x0 → smmu, requester ID 0x100 → smmu']);
    const empty = editor(
      '/ { smmu: iommu@1000 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; }; bus@4 { compatible = "fsl,qoriq-mc"; iommu-map = <0 &smmu 0 0>; }; };',
    );
    // A boot loader fills such an entry in.
    expect(codeLenses(empty.view).map(({ title }) => title)).toEqual([
      '0 masters, 1 host bridge',
      'no requester ID → smmu',
    ]);
    // Ten cells are no rows of four: an older Linux refuses the whole map.
    expect(lenses('7.1')).toEqual(['0 masters']);
  });

  test('how many boards near a shared file include it', () => {
    const { view } = editor(
      '//- /soc.dtsi\n/ { a { };$0 };\n//- /a.dts\n/dts-v1/;\n#include "soc.dtsi"\n//- /b.dts\n/dts-v1/;\n#include "soc.dtsi"\n',
    );
    const shown = { iommus: true, hostBridges: true, devices: true, sharedFiles: true };
    expect(codeLenses(view, shown)).toEqual([
      { span: { file: '/soc.dtsi', start: 0, end: 0 }, title: '2 boards near here' },
    ]);
  });
});
