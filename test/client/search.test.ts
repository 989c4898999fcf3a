// SPDX-License-Identifier: MIT
// The map's search and filters, on the cards of real lanes.
import { expect, test } from 'vitest';
import { dmaMap } from '#ide/map/dma-map.ts';
import { lanesOf } from '#ide/map/lanes.ts';
import { shownLanes } from '#ide/map/shown.ts';
import { editor } from '#test/support/views.ts';
import type { Flag, Way } from '../../client/webview/messages.ts';
import { cardsOf, flagCounts, testOf } from '../../client/webview/search.ts';

const BOARD = `//- /board.dts
/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <3>; };
	mmu: iommu@4000000 { compatible = "arm,mmu-500"; reg = <0x4000000 0x20000>; #iommu-cells = <2>; #global-interrupts = <1>; interrupt-parent = <&gic>; interrupts = <0 1 4>, <0 2 4>; };
	off: iommu@2000000 { compatible = "arm,smmu-v3"; reg = <0x2000000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
	emmc: mmc@11000 { compatible = "fsl,imx8mm-usdhc"; reg = <0x11000 0x1000>; iommus = <&mmu 0x1c00 0x2>; };
	left: crypto@13000 { compatible = "qcom,crypto-v5.1"; reg = <0x13000 0x1000>; iommus = <&off 1>; };
	fec: ethernet@14000 { compatible = "fsl,imx6q-fec"; reg = <0x14000 0x1000>; };
	host: pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; bus-range = <0 1>; ranges = <0x2000000 0 0x50000000 0x50000000 0 0x1000000>;
		iommu-map = <0 &smmu 0x400 0x10>, <0x100 &smmu 0x500 1>;
		port@0 { device_type = "pci"; reg = <0 0 0 0 0>; #address-cells = <3>; #size-cells = <2>; ranges; bus-range = <1 1>;
			wifi@0 { compatible = "pci17cb,1107"; reg = <0x10000 0 0 0 0>; };
		};
	};
	masked: pcie@50000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x51000000 0x1000000>; linux,pci-domain = <1>;
		#address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0x60000000 0x60000000 0 0x1000000>;
		iommu-map = <0 &smmu 0x900 0x100>; iommu-map-mask = <0x7>;
	};
};`;

const lanes = lanesOf(dmaMap(editor(BOARD).view.snapshot));
const cards = lanes.lanes.flatMap(cardsOf);
const all = { query: '', ways: new Set<Way>(), flag: null };
const names = (filter: Partial<{ query: string; ways: ReadonlySet<Way>; flag: Flag | null }>): string[] =>
  cards.filter(testOf({ ...all, ...filter })).map(({ name }) => name);
const found = (query: string): string[] => names({ query });

test('everything without a search', () => {
  expect(found('')).toHaveLength(cards.length);
  expect(found(' ')).toHaveLength(cards.length);
});

test.each([
  ['the ID itself', '0x1c00', ['emmc']],
  ['a stream that only the mask matches', '0x1c02', ['emmc']],
  ['its neighbour', '0x1c01', []],
  ['a decimal number', '7168', ['emmc']],
  ['a stream in the range of a map', '0x40f', ['host']],
  ['one behind the range', '0x410', []],
  ['the stream of a function, with its bridge', 'id:0x500', ['host', 'wifi@0']],
  ['a stream that iommu-map-mask lets through', '0x907', ['masked']],
  ['one that it does not', '0x908', []],
  ['an ID that is named and refused', 'sid:1', ['left']],
])('%s', (_what, query, expected) => expect(found(query)).toEqual(expected));

test.each([
  ['a function by its ID', '01:00.0', ['host', 'wifi@0', 'masked']],
  ['a function that no row of the first map covers', '02:00.0', ['masked']],
  ['a requester ID', 'rid:0x100', ['host', 'wifi@0', 'masked']],
])('%s', (_what, query, expected) => expect(found(query)).toEqual(expected));

test.each([
  ['a name', 'EMMC', ['emmc']],
  ['a compatible', 'imx6q', ['fec']],
  ['the operations', 'dma-iommu', ['wifi@0', 'emmc']],
  ['two words', 'usdhc mmu', ['emmc']],
  ['a rule', 'iommus-target-disabled', ['left']],
  ['no regular expression', '.*', []],
])('%s', (_what, query, expected) => expect(found(query).filter((name) => name !== 'host')).toEqual(expected));

test('filters by kind and by flag, together with a search', () => {
  expect(names({ ways: new Set(['refused', 'direct']) })).toEqual(expect.arrayContaining(['left', 'fec']));
  expect(names({ ways: new Set(['refused', 'direct']), query: 'crypto' })).toEqual(['left']);
  expect(names({ flag: 'problems' })).toContain('left');
  expect(flagCounts(cards).map(({ flag }) => flag)).toContain('problems');
});

test('what is exported is what is left', () => {
  const shown = shownLanes(lanes, new Set(cards.filter(testOf({ ...all, query: '0x500' })).map(({ path }) => path)));
  expect(shown.lanes.flatMap(cardsOf).map(({ name }) => name)).toEqual(['host', 'wifi@0']);
  expect(shownLanes(lanes, new Set()).lanes).toEqual([]);
});
