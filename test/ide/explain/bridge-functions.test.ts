// SPDX-License-Identifier: MIT
// What changes for a host bridge changes for the functions behind it.
import { expect, test } from 'vitest';
import { withFunctions } from '#ide/explain/bridge-functions.ts';
import { plainReportAt, platform } from '#test/support/reports.ts';
import { treeOf } from '#test/support/tree.ts';
import { verdictText } from '#wording/values.ts';

const tree = treeOf(`/ { #address-cells = <1>; #size-cells = <1>;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	host: pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0x50000000 0x50000000 0 0x1000000>;
		iommu-map = <0 &smmu 0 0>, <0 &smmu 0 0x100>, <0x100 &smmu 0x100 0x100>;
	};
};`);

const rows = (cmdline: string) => {
  const sides = ['', cmdline].map((each) => ({ tree, platform: platform({ cmdline: each }) })) as [never, never];
  const [left, right] = ['', cmdline].map((each) => plainReportAt(tree, '/pcie@40000000', { cmdline: each }));
  return withFunctions([{ left: left!, right }], ...sides).map(
    (pair) => `${pair.left.label}: ${verdictText(pair.left)}, ${pair.right && verdictText(pair.right)}`,
  );
};

test('the first function of each row that differs is told behind its bridge', () => {
  expect(rows('iommu.passthrough=1')).toEqual([
    'host: direct DMA, no IOMMU, direct DMA, no IOMMU',
    'requester ID 0x0 of host: translated by the IOMMU, strict invalidation, behind the IOMMU, passed through untranslated',
    'requester ID 0x100 of host: translated by the IOMMU, strict invalidation, behind the IOMMU, passed through untranslated',
  ]);
});

test('where nothing differs there is the bridge alone', () => {
  expect(rows('quiet')).toEqual(['host: direct DMA, no IOMMU, direct DMA, no IOMMU']);
});
