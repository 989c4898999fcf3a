// SPDX-License-Identifier: MIT
// Two boards compared: devices whose DMA differs, then the trees; each place a link, values with the labels of the source.
import { expect, test } from 'vitest';
import { comparePage } from '#ide/compare/compare-boards.ts';
import { editor } from '#test/support/views.ts';

const SOC = `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000000 {
		compatible = "arm,smmu-v3";
		reg = <0x1000000 0x20000>;
		#iommu-cells = <1>;
	};
	eth: ethernet@2000000 {
		compatible = "fsl,imx6q-fec";
		reg = <0x2000000 0x1000>;
		iommus = <&smmu 0x10>;
		phy-handle = <&phy>;
	};
	phy: phy {
		reset-us = <1>;
	};
};
`;

/** The page for two boards of one chip; `plain` makes the second one a tree with numbers for references, as of a blob. */
function page(first: string, second: string, { blob = false } = {}): string {
  const { analysis, place } = editor(
    `//- /a.dts\n/dts-v1/;\n#include "soc.dtsi"\n${first}\n//- /b.dts\n/dts-v1/;\n#include "soc.dtsi"\n${second}\n//- /soc.dtsi\n${SOC}`,
  );
  const side = (name: string) => {
    const snapshot = analysis.board(`/${name}`);
    const link = (span: Parameters<typeof place>[0]) => ({ text: place(span).split(' ')[0] ?? '', href: '#' });
    return { name, snapshot, booted: analysis.booted(snapshot.tree), link };
  };
  const other = side('b.dts');
  return comparePage(side('a.dts'), blob ? { ...other, booted: analysis.booted(other.booted) } : other);
}

test('a device that loses its IOMMU, and what else is set', () => {
  const text = page('', '&eth { /delete-property/ iommus; max-speed = <100>; phy-handle = <&smmu>; };');
  expect(text).toContain('# A: a.dts, B: b.dts');
  expect(text).toContain(
    '| **1** eth ([soc.dtsi:9](#)) | translated by the IOMMU, strict invalidation | direct DMA, no IOMMU | No `iommus`:',
  );
  expect(text).toContain(
    '## What DMA can depend on (1)\n\n- `/ethernet@2000000` `iommus`: only in A · [soc.dtsi:12](#)  \n  A: `<&smmu 0x10>`',
  );
  expect(text).toContain(
    '`/ethernet@2000000` `phy-handle`: differs · [soc.dtsi:13](#) → [b.dts:3](#)  \n  A: `<&phy>`  \n  B: `<&smmu>`',
  );
  expect(text).toContain('`/ethernet@2000000` `max-speed`: only in B · [b.dts:3](#)  \n  B: `<0x64>`');
});

test('a device that the second board alone has, by what it gets', () => {
  const text = page('', '/ { mmc@3000000 { compatible = "fsl,imx7d-usdhc"; reg = <0x3000000 0x1000>; }; };');
  expect(text).toContain('| **1** mmc@3000000 ([b.dts:3](#)) | no such device | direct DMA, no IOMMU |  |');
  expect(text).toContain('`/mmc@3000000`: only in B');
});

test('a source and its own blob are equal: phandles have numbers there', () => {
  const text = page('', '', { blob: true });
  expect(text).toContain('None: 1 device is the same on both.');
  expect(text).toContain('The trees are equal.');
});

test('names and values of a tree are no markup', () => {
  const text = page('', '/ { x = "`</code>[a](b)"; };');
  expect(text).toContain('B: `"\'</code>[a](b)"`');
});
