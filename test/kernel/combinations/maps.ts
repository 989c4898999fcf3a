// SPDX-License-Identifier: MIT
// Maps with holes, masks and several targets, on one host bridge or two.
import { type Combination, functions, more, root, secondFunctions, secondHost } from './parts.ts';

const THREE = functions('2', '3', '4');

/** An SMMUv2 of memory registers beside the SMMUv3 or the virtio-iommu: QEMU writes no registers, so it does not probe. */
const ROCKCHIP = root(
  `reserved-memory {
	#address-cells = <2>;
	#size-cells = <2>;
	ranges;
	registers@70000000 { reg = <0x0 0x70000000 0x0 0x100000>; no-map; };
};
rk: iommu@70040000 {
	compatible = "rockchip,iommu";
	reg = <0x0 0x70040000 0x0 0x100>;
	interrupts = <0 100 4>;
	#iommu-cells = <0>;
};`,
);

interface OneMap {
  readonly name: string;
  readonly shows: string;
  readonly map: string;
  readonly mask?: string;
  readonly unseen?: string;
}

/** What the SMMUv3 gets of the functions 2, 3 and 4 of its host bridge. */
const ON_ONE_BRIDGE: readonly OneMap[] = [
  { name: 'hole', shows: 'a hole between two entries', map: '<0x10 &smmu 0x10 0x1>, <0x20 &smmu 0x20 0x1>' },
  {
    name: 'two-holes',
    shows: 'entries for single IDs, the last function left out',
    map: '<0x0 &smmu 0x0 0x1>, <0x18 &smmu 0x18 0x1>',
  },
  {
    name: 'out-of-order',
    shows: 'entries from the last to the first',
    map: '<0x20 &smmu 0x3 0x1>, <0x18 &smmu 0x2 0x1>, <0x0 &smmu 0x10 0x18>',
  },
  { name: 'shifted', shows: 'all outputs are moved by 0x100', map: '<0x0 &smmu 0x100 0x100>' },
  {
    name: 'swapped',
    shows: 'two functions swap their IDs',
    map: '<0x0 &smmu 0x0 0x10>, <0x10 &smmu 0x18 0x1>, <0x18 &smmu 0x10 0x1>, <0x20 &smmu 0x20 0x8>',
  },
  {
    name: 'overlap',
    shows: 'two entries have an ID, and the first one counts',
    map: '<0x10 &smmu 0x200 0x9>, <0x0 &smmu 0x0 0x100>',
  },
  {
    name: 'overlap-behind',
    shows: 'a wide entry hides a narrow one behind it',
    map: '<0x0 &smmu 0x0 0x100>, <0x10 &smmu 0x200 0x8>',
  },
  {
    name: 'empty-between',
    shows: 'an entry of length 0 between two others',
    map: '<0x0 &smmu 0x0 0x18>, <0x18 &smmu 0x300 0x0>, <0x18 &smmu 0x18 0x10>',
  },
  {
    name: 'single-last',
    shows: 'the last ID of 16 bits is mapped alone',
    map: '<0xffff &smmu 0x10 0x1>, <0x10 &smmu 0x20 0x1>',
  },
  {
    name: 'mask-hole',
    shows: 'a mask without one bit in the middle, so that functions 2 and 4 take their ID from others',
    map: '<0x0 &smmu 0x100 0x40>',
    mask: '<0xffef>',
    unseen: 'the mask makes equal',
  },
  {
    name: 'mask-functions',
    shows: 'a mask keeps the device and drops the function',
    map: '<0x0 &smmu 0x0 0x100>',
    mask: '<0xfff8>',
  },
  {
    name: 'mask-buses',
    shows: 'a mask keeps the bus alone: all functions have one ID',
    map: '<0x0 &smmu 0x7 0x1>',
    mask: '<0xff00>',
    unseen: 'the mask makes equal',
  },
  {
    name: 'mask-low',
    shows: 'a mask keeps the low five bits, and the map has a hole for what they make',
    map: '<0x10 &smmu 0x40 0x8>',
    mask: '<0x1f>',
  },
  {
    name: 'mask-over-entries',
    shows: 'a mask brings function 4 into the entry of function 0',
    map: '<0x0 &smmu 0x50 0x1>, <0x10 &smmu 0x60 0x9>',
    mask: '<0x1f>',
    unseen: 'the mask makes equal',
  },
  {
    name: 'mask-outside-base',
    shows: 'of two entries one has a base that the mask does not keep',
    map: '<0x10 &smmu 0x10 0x8>, <0x9 &smmu 0x90 0x1>',
    mask: '<0xfff8>',
  },
  {
    name: 'last-phandle-dead',
    shows: 'the second entry names no node',
    map: '<0x0 &smmu 0x0 0x18>, <0x18 0x7777 0x18 0x8>',
  },
  { name: 'wide-output', shows: 'the first function is above what 15 bits hold', map: '<0x0 &smmu 0x8000 0x100>' },
];

const masks: readonly Combination[] = ON_ONE_BRIDGE.map(({ name, shows, map, mask, unseen }) => ({
  name: `map-${name}`,
  shows,
  machine: 'smmuv3',
  qemu: THREE,
  tree: more('pcie', '/delete-property/ iommu-map;', `iommu-map = ${map};`, mask ? `iommu-map-mask = ${mask};` : ''),
  ...(unseen !== undefined && { unseen }),
}));

const targets: readonly Combination[] = [
  {
    name: 'map-two-iommus',
    shows: 'functions of one bridge behind an SMMUv3 and behind another driver, whose IOMMU takes no cells',
    machine: 'smmuv3',
    qemu: THREE,
    tree: ROCKCHIP + more('pcie', 'iommu-map = <0x0 &smmu 0x0 0x18>, <0x18 &rk 0x0 0x1>, <0x20 &smmu 0x20 0x8>;'),
  },
  {
    name: 'map-one-target-off',
    shows: 'one of two targets is disabled: its functions are direct, those of the other are not',
    machine: 'smmuv3',
    qemu: THREE,
    tree:
      ROCKCHIP +
      more('rk', 'status = "disabled";') +
      more('pcie', 'iommu-map = <0x18 &rk 0x0 0x1>, <0x0 &smmu 0x0 0x18>, <0x20 &smmu 0x20 0x8>;'),
  },
  {
    name: 'map-and-iommus',
    shows: 'a map, `iommus` on the bridge, and on a platform device beside it, of one SMMUv3',
    machine: 'smmuv3',
    qemu: THREE,
    tree:
      more('pcie', 'iommus = <&smmu 0x400>;', 'iommu-map = <0x10 &smmu 0x10 0x9>;') +
      more('vio0', 'iommus = <&smmu 0x401>;'),
  },
  {
    name: 'map-and-window',
    shows: 'a map with a hole on a bridge whose window ends in the middle of memory: a limit for each function',
    machine: 'smmuv3',
    qemu: THREE,
    tree: more(
      'pcie',
      'iommu-map = <0x10 &smmu 0x10 0x1>, <0x20 &smmu 0x20 0x1>;',
      'dma-ranges = <0x2000000 0x0 0x40000000 0x0 0x40000000 0x0 0x20000000>;',
    ),
  },
  {
    name: 'map-passthrough-hole',
    shows: 'a map with a hole where everything passes through by default',
    machine: 'smmuv3',
    qemu: THREE,
    cmdline: 'iommu.passthrough=1',
    tree: more('pcie', 'iommu-map = <0x10 &smmu 0x10 0x1>, <0x20 &smmu 0x20 0x1>;'),
  },
];

const FIRST = functions('2', '3');
const SECOND = secondFunctions(1, 2);

interface TwoBridges {
  readonly name: string;
  readonly shows: string;
  readonly first?: string;
  readonly second: readonly string[];
  readonly more?: string;
  readonly cmdline?: string;
  readonly unseen?: string;
}

/** Two host bridges and one SMMUv3; the second one has the functions 1 and 2. */
const ON_TWO_BRIDGES: readonly TwoBridges[] = [
  {
    name: 'apart',
    shows: 'each bridge has a range of the stream IDs of its own',
    first: '<0x0 &smmu 0x0 0x100>',
    second: ['iommu-map = <0x0 &smmu 0x100 0x100>;'],
  },
  {
    name: 'one-stream',
    shows: 'both maps send their function 2 to one stream: whoever is first keeps it',
    first: '<0x10 &smmu 0x10 0x9>',
    second: ['iommu-map = <0x8 &smmu 0x8 0x9>;'],
    unseen: 'the same ID is probed first',
  },
  {
    name: 'same-map',
    shows: 'both have the same map of all functions, of which they share two IDs',
    second: ['iommu-map = <0x0 &smmu 0x0 0x10000>;'],
    unseen: 'the same ID is probed first',
  },
  { name: 'second-without-map', shows: 'the second bridge has no map: its functions are direct', second: [] },
  {
    name: 'first-without-map',
    shows: 'the map of the first bridge is empty',
    first: '<>',
    second: ['iommu-map = <0x0 &smmu 0x100 0x100>;'],
  },
  {
    name: 'second-hole',
    shows: 'the second map leaves its first function out',
    first: '<0x0 &smmu 0x0 0x100>',
    second: ['iommu-map = <0x10 &smmu 0x110 0x8>;'],
  },
  {
    name: 'second-mask',
    shows: 'a mask on the second bridge brings its two functions to one stream',
    first: '<0x0 &smmu 0x0 0x100>',
    second: ['iommu-map = <0x0 &smmu 0x100 0x1>;', 'iommu-map-mask = <0xff00>;'],
    unseen: 'the mask makes equal',
  },
  {
    name: 'second-window',
    shows: 'a window of 512 MiB on the second bridge, behind the SMMU',
    first: '<0x0 &smmu 0x0 0x100>',
    second: [
      'iommu-map = <0x0 &smmu 0x100 0x100>;',
      'dma-ranges = <0x2000000 0x0 0x40000000 0x0 0x40000000 0x0 0x20000000>;',
    ],
  },
  {
    name: 'windows-direct',
    shows: 'two bridges with windows of their own and no IOMMU',
    first: '<>',
    second: ['dma-ranges = <0x2000000 0x0 0x0 0x0 0x40000000 0x0 0x20000000>;'],
    more: more('pcie', 'dma-ranges = <0x3000000 0x0 0x40000000 0x0 0x40000000 0x0 0x40000000>;'),
  },
  {
    name: 'second-coherent',
    shows: 'the second bridge is not coherent, unlike the first',
    first: '<0x0 &smmu 0x0 0x100>',
    second: ['iommu-map = <0x0 &smmu 0x100 0x100>;', 'dma-noncoherent;'],
  },
  {
    name: 'second-off',
    shows: 'the second bridge is disabled, and its stream is that of the first',
    second: ['iommu-map = <0x0 &smmu 0x0 0x10000>;', 'status = "disabled";'],
  },
  {
    name: 'smmu-off',
    shows: 'the SMMU of both is disabled',
    second: ['iommu-map = <0x0 &smmu 0x100 0x100>;'],
    more: more('smmu', 'status = "disabled";'),
  },
  {
    name: 'passthrough',
    shows: 'two bridges behind one SMMU, both pass through',
    first: '<0x0 &smmu 0x0 0x100>',
    second: ['iommu-map = <0x0 &smmu 0x100 0x100>;'],
    cmdline: 'iommu.passthrough=1',
  },
  {
    name: 'lazy',
    shows: 'two bridges behind one SMMU, both lazy',
    first: '<0x0 &smmu 0x0 0x100>',
    second: ['iommu-map = <0x0 &smmu 0x100 0x100>;'],
    cmdline: 'iommu.strict=0',
  },
  {
    name: 'and-platform',
    shows: 'two bridges and a platform device whose stream is between theirs',
    first: '<0x0 &smmu 0x0 0x100>',
    second: ['iommu-map = <0x0 &smmu 0x200 0x100>;'],
    more: more('vio0', 'iommus = <&smmu 0x100>;'),
  },
  {
    name: 'and-platform-same',
    shows: 'a platform device has the stream of a function of the second bridge',
    first: '<0x0 &smmu 0x0 0x100>',
    second: ['iommu-map = <0x0 &smmu 0x200 0x100>;'],
    more: more('vio0', 'iommus = <&smmu 0x208>;'),
    unseen: 'the same ID is probed first',
  },
];

const bridges: readonly Combination[] = ON_TWO_BRIDGES.map(
  ({ name, shows, first, second, more: extra = '', cmdline, unseen }) => ({
    name: `bridges-${name}`,
    shows,
    machine: 'smmuv3',
    qemu: `${FIRST} ${SECOND}`,
    tree: secondHost(...second) + (first ? more('pcie', `iommu-map = ${first};`) : '') + extra,
    ...(cmdline !== undefined && { cmdline }),
    ...(unseen !== undefined && { unseen }),
  }),
);

export const MAPS: readonly Combination[] = [...masks, ...targets, ...bridges];
