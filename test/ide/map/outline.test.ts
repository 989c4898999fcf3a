// SPDX-License-Identifier: MIT
// The side bar's tree, as lines: what is there, in which order, and where each entry leads.
import { expect, test } from 'vitest';
import { dmaMap } from '#ide/map/dma-map.ts';
import { type OutlineNode, outlineOf, problemCount } from '#ide/map/outline.ts';
import { editor } from '#test/support/views.ts';

const BOARD = `//- /board.dts
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	interrupt-parent = <&gic>;
	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <3>; };
	smmu: iommu@1000 { compatible = "arm,mmu-500"; reg = <0x1000 0x1000>; #global-interrupts = <1>; interrupts = <0 1 4>, <0 2 4>, <0 5 4>, <0 6 4>; #iommu-cells = <1>; };
	off: iommu@2000 { compatible = "arm,smmu-v3"; reg = <0x2000 0x1000>; #iommu-cells = <1>; status = "disabled"; };
	idle: iommu@3000 { compatible = "arm,mmu-500"; reg = <0x3000 0x1000>; #global-interrupts = <1>; interrupts = <0 3 4>, <0 4 4>; #iommu-cells = <1>; };
	ufs: ufs@10000 { compatible = "qcom,ufshc"; reg = <0x10000 0x1000>; iommus = <&smmu 0x60>; dma-coherent; };
	one: crypto@11000 { compatible = "qcom,crypto-v5.1"; reg = <0x11000 0x1000>; iommus = <&smmu 0x70>; };
	two: crypto@12000 { compatible = "qcom,crypto-v5.1"; reg = <0x12000 0x1000>; iommus = <&smmu 0x70>; };
	left: crypto@13000 { compatible = "qcom,crypto-v5.1"; reg = <0x13000 0x1000>; iommus = <&off 1>; };
	fec: ethernet@14000 { compatible = "fsl,imx6q-fec"; reg = <0x14000 0x1000>; };
};
`;

const { view, place } = editor(BOARD);
const map = dmaMap(view.snapshot);

function lines(nodes: readonly OutlineNode[], indent = ''): string[] {
  return nodes.flatMap((node) => [
    `${indent}${node.kind} ${node.label}: ${node.description}${node.place ? ` [${place(node.place)}]` : ''}`,
    ...lines(node.children, `${indent}  `),
  ]);
}

test('problems first, then IOMMUs with groups and devices, then what has none', () => {
  expect(lines(outlineOf(map)).join('\n')).toMatchInlineSnapshot(`
    "section Problems: 1
      problem left: iommus points to /iommu@2000, which is disabled; Linux gives this device direct DMA. [board.dts:13 crypto@13000]
    iommu smmu: arm-smmu · 3 masters [board.dts:7 iommu@1000]
      translated ufs: 0x60 · dma-iommu [board.dts:10 ufs@10000]
      group One group: 2 devices share an address space
        translated one: 0x70 · dma-iommu [board.dts:11 crypto@11000]
        translated two: 0x70 · dma-iommu [board.dts:12 crypto@12000]
    iommu-off off: disabled · 1 refused [board.dts:8 iommu@2000]
      section Refused: 1 · the IOMMU is disabled
        refused left: dma-direct [board.dts:13 crypto@13000]
    section Direct: 1 · no IOMMU
      direct fec: dma-direct [board.dts:14 ethernet@14000]
    section IOMMUs without a master: 1
      iommu idle: arm-smmu [board.dts:9 iommu@3000]"
  `);
});

test('the badge counts problems, no notes', () => expect(problemCount(map)).toBe(1));

test('a device is told in one sentence', () => {
  const all = (nodes: readonly OutlineNode[]): OutlineNode[] => nodes.flatMap((node) => [node, ...all(node.children)]);
  const tooltips = new Map(all(outlineOf(map)).map((node) => [node.label, node.tooltip]));
  expect(tooltips.get('ufs')).toBe('ufs → smmu, 0x60 · translated (dma-iommu) · coherent');
  expect(tooltips.get('left')).toBe('left names off, which does not take it · refused (dma-direct) · not coherent');
  expect(tooltips.get('fec')).toBe('fec → memory · direct (dma-direct) · not coherent');
});

test('ids are unique, so that what is open stays open', () => {
  const ids = (nodes: readonly OutlineNode[]): string[] => nodes.flatMap((node) => [node.id, ...ids(node.children)]);
  const found = ids(outlineOf(map));
  expect(new Set(found).size).toBe(found.length);
});

test('IOMMUs of one driver with a single master each are one entry', () => {
  const pair = (at: number) => `
	mmu${at}: iommu@${at}000 { compatible = "rockchip,iommu"; reg = <0x${at}000 0x100>; interrupts = <0 ${at} 4>; #iommu-cells = <0>; };
	vpu${at}: video@${at}800 { compatible = "rockchip,rk3399-vdec"; reg = <0x${at}800 0x100>; iommus = <&mmu${at}>; };`;
  const board = (count: number) => {
    const pairs = Array.from({ length: count }, (_, at) => pair(at + 1)).join('');
    const text = `//- /board.dts
/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <3>; };${pairs}
};
`;
    return outlineOf(dmaMap(editor(text).view.snapshot));
  };
  expect(board(3).map(({ label }) => label)).toEqual(['mmu1', 'mmu2', 'mmu3']);
  const [series, ...rest] = board(4);
  expect(rest).toEqual([]);
  expect([series?.label, series?.description]).toEqual([
    '4 IOMMUs with one master each',
    'rockchip · vpu1, vpu2, vpu3, vpu4',
  ]);
  expect(series?.children.map(({ label }) => label)).toEqual(['mmu1', 'mmu2', 'mmu3', 'mmu4']);
});
