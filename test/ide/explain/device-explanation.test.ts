// SPDX-License-Identifier: MIT
// The head of a device's page: what the node is comes before what would apply to it.
import { expect, test } from 'vitest';
import { explanationOf } from '#ide/explain/device-explanation.ts';
import { explanationPage } from '#ide/explain/markdown.ts';
import { reportText } from '#ide/explain/report-text.ts';
import { editor } from '#test/support/views.ts';
import { nodeByPath } from '#tree/query.ts';

const { snapshot } = editor(`//- /board.dts
/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { compatible = "arm,cortex-a53"; reg = <0>; }; };
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	off: iommu@2000000 { compatible = "arm,smmu-v3"; reg = <0x2000000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
	dma: dma-controller@3000 { compatible = "fsl,imx8mq-sdma"; reg = <0x3000 0x100>; #dma-cells = <3>; iommus = <&smmu 3>; };
	ethernet@4000 { compatible = "fsl,imx6q-fec"; reg = <0x4000 0x100>; iommus = <&smmu 4>; };
	disabled@5000 { compatible = "fsl,imx6q-fec"; reg = <0x5000 0x100>; iommus = <&smmu 5>; status = "disabled"; };
	pins: pinctrl@6000 { compatible = "fsl,imx8mq-iomuxc"; reg = <0x6000 0x100>; };
	uart: serial@7000 { compatible = "fsl,imx8mq-uart", "fsl,imx6q-uart"; reg = <0x7000 0x100>; dmas = <&dma 1 4 0>; dma-names = "rx"; };
	pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; ranges; iommu-map = <0 &smmu 0x400 0x10>;
	};
};`).view;

function lines(path: string): string[] {
  const node = nodeByPath(snapshot.tree, path);
  if (!node) throw new Error(path);
  const explanation = explanationOf(snapshot, snapshot.report(node));
  const [, head = ''] = reportText(explanation.report, () => '', explanation).split('\n');
  // The page in the editor says the same.
  expect(explanationPage(explanation, snapshot.platform, { place: () => '' })).toContain(`**DMA: ${head.trim()}**`);
  return reportText(explanation.report, () => '', explanation).split('\n');
}

test('an IOMMU has its masters, and does no DMA for a device', () => {
  const smmu = lines('/iommu@1000000');
  expect(smmu[1]).toBe('  an IOMMU: it walks its tables, and its masters do DMA; itself: direct DMA, no IOMMU');
  expect(smmu).toContain('  masters    3: dma, ethernet@4000 and pcie@40000000');
  expect(lines('/iommu@2000000').filter((line) => line.includes('masters '))).toEqual([]);
});

test('what does no DMA, or lets another do it, says so first', () => {
  expect(lines('/pinctrl@6000')[1]).toMatch(
    /^ {2}no DMA of its own: no driver of Linux \d.* if it did any: direct DMA/,
  );
  expect(lines('/serial@7000')[1]).toBe(
    '  its DMA is that of another device: dmas lets /dma-controller@3000 do it; itself: direct DMA, no IOMMU',
  );
});

test('what has no device, and what does DMA, keep the verdict as head', () => {
  expect(lines('/disabled@5000')[1]).toBe('  no device: Linux creates none for this node');
  expect(lines('/iommu@2000000')[1]).toBe('  no device: Linux creates none for this node');
  expect(lines('/ethernet@4000')[1]).toBe('  translated by the IOMMU, strict invalidation');
});
