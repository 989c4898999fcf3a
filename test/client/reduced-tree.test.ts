// SPDX-License-Identifier: MIT
// What a report says of a tree: the device and what decides about its DMA, as a tree that compiles and says the same.
import { expect, it } from 'vitest';
import { reportAt } from '#test/support/reports.ts';
import { treeOf } from '#test/support/tree.ts';
import { printTree } from '#tree/blob/print.ts';
import { reducedTree } from '../../client/src/report/reduced-tree.ts';

const TREE = treeOf(`/ {
	compatible = "acme,board";
	#address-cells = <1>;
	#size-cells = <1>;
	interrupt-parent = <&gic>;
	aliases { ethernet0 = &eth; };
	gic: interrupt-controller@1000 { compatible = "arm,gic-400"; reg = <0x1000 0x1000>; #interrupt-cells = <3>; interrupt-controller; };
	clk: clock@2000 { compatible = "acme,clock"; reg = <0x2000 0x1000>; #clock-cells = <1>; };
	soc {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		dma-ranges = <0x0 0x40000000 0x40000000>;
		smmu: iommu@3000 { compatible = "arm,smmu-v3"; reg = <0x3000 0x20000>; #iommu-cells = <1>; clocks = <&clk 3>; };
		eth: ethernet@40000 {
			compatible = "acme,ethernet";
			reg = <0x40000 0x1000>;
			iommus = <&smmu 0x10>;
			clocks = <&clk 1>, <&{/clock@2000} 2>;
			label = "&clk";
			mdio { phy@1 { reg = <1>; }; };
		};
		uart@50000 { compatible = "acme,uart"; reg = <0x50000 0x1000>; };
	};
};`);

const text = printTree(TREE, ({ file }) => `${file}:12`);

it('keeps the device whole, what it names for DMA, and the buses above; lines that name other nodes are comments', () => {
  // By hand: printed as dtc would, without what a reader of a DMA problem does not need.
  expect(reducedTree(text, '/soc/ethernet@40000')).toBe(`/dts-v1/;

/ {
	compatible = "acme,board";
	#address-cells = <0x1>;
	#size-cells = <0x1>;
	/* interrupt-parent: left out */

	soc {
		compatible = "simple-bus";
		#address-cells = <0x1>;
		#size-cells = <0x1>;
		ranges;
		dma-ranges = <0x0 0x40000000 0x40000000>;

		smmu: iommu@3000 {
			compatible = "arm,smmu-v3";
			reg = <0x3000 0x20000>;
			#iommu-cells = <0x1>;
			/* clocks: left out */
		};

		eth: ethernet@40000 {
			compatible = "acme,ethernet";
			reg = <0x40000 0x1000>;
			iommus = <&smmu 0x10>;
			/* clocks: left out */
			label = "&clk";

			mdio {

				phy@1 {
					reg = <0x1>;
				};
			};
		};
	};
};
`);
});

it('is a tree that compiles and gives the device the same DMA', () => {
  const reduced = treeOf((reducedTree(text, '/soc/ethernet@40000') ?? '').replace('/dts-v1/;', ''));
  const [before, after] = [TREE, reduced].map((tree) => reportAt(tree, '/soc/ethernet@40000'));
  expect(after?.verdict).toEqual(before?.verdict);
});

it('names no file, and has nothing to say about a node that is not there', () => {
  expect(reducedTree(text, '/soc/ethernet@40000')).not.toContain('board.dts');
  expect(reducedTree(text, '/soc/usb@1')).toBeUndefined();
  expect(reducedTree('', '/soc')).toBeUndefined();
});

it('keeps host bridges above a function with what they name', () => {
  const bridged = `/dts-v1/;\n\n/ {\n\tits: msi@1 {\n\t};\n\n\tpcie@1 {\n\t\tmsi-map = <0x0 &its 0x0 0x10000>;\n\n\t\twifi@0 {\n\t\t};\n\t};\n};\n`;
  expect(reducedTree(bridged, '/pcie@1/wifi@0')).toContain('msi-map = <0x0 &its 0x0 0x10000>;');
});
