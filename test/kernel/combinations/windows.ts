// SPDX-License-Identifier: MIT
// Nested windows: what `dma-ranges` of one, two and three buses leave to a master, alone and behind an IOMMU.
import { bus, type Combination, more, reserved, root, transport, type Windows } from './parts.ts';

const GIB = 0x40000000;
const MIB = 0x100000;

interface Nest {
  readonly name: string;
  readonly shows: string;
  /** From the outermost bus to that of the master. */
  readonly buses: readonly (Windows | 'all' | 'none')[];
}

/** Memory is at 1 GiB, and 1 GiB large. */
const NESTS: readonly Nest[] = [
  { name: '40-bit', shows: 'a master of 40 bits on a bus that passes them all', buses: [[[0, 0, 2 ** 40]]] },
  {
    name: '40-bit-inside-32',
    shows: 'a window of 40 bits inside one of 32',
    buses: [[[0, 0, 2 ** 32]], [[0, 0, 2 ** 40]]],
  },
  {
    name: '32-bit-inside-40',
    shows: 'a window of 32 bits inside one of 40',
    buses: [[[0, 0, 2 ** 40]], [[0, 0, 2 ** 32]]],
  },
  {
    name: 'shift-twice',
    shows: 'two buses that each move memory down by 512 MiB',
    buses: [[[GIB / 2, GIB, GIB]], [[0, GIB / 2, GIB]]],
  },
  {
    name: 'shift-back',
    shows: 'the inner bus undoes what the outer one does',
    buses: [[[0, GIB, GIB]], [[GIB, 0, GIB]]],
  },
  { name: 'shift-above-4g', shows: 'memory appears above 4 GiB for the master', buses: [[[4 * GIB, GIB, GIB]]] },
  {
    name: 'two-windows',
    shows: 'memory in two halves that swap places',
    buses: [
      [
        [GIB, 1.5 * GIB, GIB / 2],
        [1.5 * GIB, GIB, GIB / 2],
      ],
    ],
  },
  {
    name: 'hole',
    shows: 'two windows with a hole between them',
    buses: [
      [
        [GIB, GIB, 256 * MIB],
        [1.5 * GIB, 1.5 * GIB, GIB / 2],
      ],
    ],
  },
  {
    name: 'neighbours',
    shows: 'two windows that follow each other, and become one',
    buses: [
      [
        [GIB, GIB, GIB / 2],
        [1.5 * GIB, 1.5 * GIB, GIB / 2],
      ],
    ],
  },
  {
    name: 'apart',
    shows: 'three windows of 128 MiB, far apart',
    buses: [[0, 1, 2].map((part) => [part * GIB, GIB + part * 256 * MIB, 128 * MIB] as const)],
  },
  { name: 'upper-half', shows: 'a window of the upper half of memory', buses: [[[1.5 * GIB, 1.5 * GIB, GIB / 2]]] },
  { name: 'no-ram', shows: 'a window that has no memory in it', buses: [[[0, 0, GIB]]] },
  {
    name: 'inner-wider',
    shows: 'the inner window is wider than the outer one',
    buses: [[[GIB, GIB, GIB / 2]], [[0, 0, 2 ** 32]]],
  },
  {
    name: 'inner-outside',
    shows: 'the inner window lies outside of the outer one',
    buses: [[[GIB, GIB, GIB / 2]], [[1.75 * GIB, 1.75 * GIB, GIB / 4]]],
  },
  {
    name: 'inner-half-outside',
    shows: 'one of two inner windows lies outside of the outer one',
    buses: [
      [[GIB, GIB, GIB / 2]],
      [
        [0, GIB, GIB / 4],
        [GIB, 1.75 * GIB, GIB / 4],
      ],
    ],
  },
  { name: 'all-inside', shows: 'an empty property inside a window', buses: [[[0, GIB, GIB]], 'all'] },
  { name: 'inside-all', shows: 'a window inside an empty property', buses: ['all', [[0, GIB, GIB]]] },
  { name: 'none-inside', shows: 'no property inside a window', buses: [[[0, GIB, GIB]], 'none'] },
  { name: 'inside-none', shows: 'a window inside a bus without the property', buses: ['none', [[0, GIB, GIB]]] },
  {
    name: 'three',
    shows: 'three buses, of which the middle one passes all',
    buses: [[[0, GIB, GIB]], 'all', [[2 * GIB, 0, GIB]]],
  },
  {
    name: 'three-shifts',
    shows: 'three buses that each move memory by 256 MiB',
    buses: [[[0.75 * GIB, GIB, GIB]], [[0.5 * GIB, 0.75 * GIB, GIB]], [[0.25 * GIB, 0.5 * GIB, GIB]]],
  },
  {
    name: 'three-around-none',
    shows: 'of three buses the middle one has no property',
    buses: [[[0, GIB, GIB]], 'none', [[2 * GIB, 0, GIB]]],
  },
  {
    name: 'overlap',
    shows: 'two windows of the master for one piece of memory',
    buses: [
      [
        [0, GIB, GIB],
        [2 * GIB, GIB, GIB],
      ],
    ],
  },
  { name: 'odd-size', shows: 'a window that ends inside a page', buses: [[[0, GIB, GIB / 2 + 0x800]]] },
];

const nest = ({ buses }: Nest, properties = ''): string =>
  buses.reduceRight(
    (inner, windows, depth) => bus(depth === 0 ? 'soc' : `level${depth}`, windows, inner),
    transport(0, properties),
  );

const direct: readonly Combination[] = NESTS.map((each) => ({
  name: `windows-${each.name}`,
  shows: each.shows,
  machine: 'plain',
  tree: root(nest(each)),
}));

/** Those that decide something behind an IOMMU, too: its aperture is cut by the outermost limit. */
const BEHIND = [
  '40-bit',
  '40-bit-inside-32',
  'shift-twice',
  'two-windows',
  'hole',
  'upper-half',
  'inside-none',
  'three',
  'overlap',
];

const behind: readonly Combination[] = NESTS.filter(({ name }) => BEHIND.includes(name)).map((each) => ({
  name: `windows-smmu-${each.name}`,
  shows: `${each.shows}, behind an SMMUv3`,
  machine: 'smmuv3',
  tree: root(nest(each, 'iommus = <&smmu 0x20>;')),
}));

/** Addresses that a region keeps from a device, or maps one to one. */
const kept: readonly Combination[] = [
  {
    name: 'resv-two-regions',
    shows: 'two regions for one device, one mapped and one kept free, that follow each other',
    machine: 'smmuv3',
    tree:
      reserved(
        'fb: fb@60000000 { reg = <0x0 0x60000000 0x0 0x100000>; iommu-addresses = <&vio0 0x0 0x60000000 0x0 0x100000>; };',
        'hole: hole { iommu-addresses = <&vio0 0x0 0x60100000 0x0 0x100000>; };',
      ) + more('vio0', 'iommus = <&smmu 0x10>;', 'memory-region = <&fb>, <&hole>;'),
  },
  {
    name: 'resv-overlap',
    shows: 'two regions that are kept free overlap, and become one',
    machine: 'smmuv3',
    tree:
      reserved(
        'a: a { iommu-addresses = <&vio0 0x0 0x10000000 0x0 0x200000>; };',
        'b: b { iommu-addresses = <&vio0 0x0 0x10100000 0x0 0x200000>; };',
      ) + more('vio0', 'iommus = <&smmu 0x10>;', 'memory-region = <&b>, <&a>;'),
  },
  {
    name: 'resv-two-ranges',
    shows: 'two ranges in one region, the one above 4 GiB',
    machine: 'smmuv3',
    tree:
      reserved('a: a { iommu-addresses = <&vio0 0x0 0x10000000 0x0 0x200000>, <&vio0 0x10 0x0 0x1 0x0>; };') +
      more('vio0', 'iommus = <&smmu 0x10>;', 'memory-region = <&a>;'),
  },
  {
    name: 'resv-over-msi',
    shows: 'a region over the window of the SMMU for doorbells',
    machine: 'smmuv3',
    tree:
      reserved('a: a { iommu-addresses = <&vio0 0x0 0x8080000 0x0 0x200000>; };') +
      more('vio0', 'iommus = <&smmu 0x10>;', 'memory-region = <&a>;'),
  },
  {
    name: 'resv-pool-and-region',
    shows: 'a pool, a region for another device and one of its own in `memory-region`',
    machine: 'smmuv3',
    tree:
      reserved(
        'pool: pool@58000000 { compatible = "shared-dma-pool"; reg = <0x0 0x58000000 0x0 0x400000>; no-map; };',
        'b: b { iommu-addresses = <&vio1 0x0 0x20000000 0x0 0x200000>; };',
        'a: a { iommu-addresses = <&vio0 0x0 0x10000000 0x0 0x200000>; };',
      ) +
      more('vio0', 'iommus = <&smmu 0x10>;', 'memory-region = <&pool>, <&b>, <&a>;') +
      more('vio1', 'iommus = <&smmu 0x11>;', 'memory-region = <&b>;'),
  },
  {
    name: 'resv-lazy',
    shows: 'a region that is mapped one to one, lazy',
    machine: 'smmuv3',
    cmdline: 'iommu.strict=0',
    tree:
      reserved(
        'fb: fb@60000000 { reg = <0x0 0x60000000 0x0 0x100000>; iommu-addresses = <&vio0 0x0 0x60000000 0x0 0x100000>; };',
      ) + more('vio0', 'iommus = <&smmu 0x10>;', 'memory-region = <&fb>;'),
  },
  {
    name: 'resv-through-window',
    shows:
      'the bus of the device moves memory: the range is translated by its window before it is compared with the region',
    machine: 'smmuv3',
    tree:
      reserved(
        'fb: fb@60000000 { reg = <0x0 0x60000000 0x0 0x100000>; iommu-addresses = <&dev0 0x0 0x20000000 0x0 0x100000>; };',
      ) + root(bus('soc', [[0, GIB, GIB]], transport(0, 'iommus = <&smmu 0x10>; memory-region = <&fb>;'))),
  },
  {
    name: 'resv-inside-window',
    shows: 'a region without memory inside the window of the bus',
    machine: 'smmuv3',
    tree:
      reserved('a: a { iommu-addresses = <&dev0 0x0 0x50000000 0x0 0x100000>; };') +
      root(bus('soc', [[GIB, GIB, GIB]], transport(0, 'iommus = <&smmu 0x10>; memory-region = <&a>;'))),
  },
];

export const WINDOWS: readonly Combination[] = [...direct, ...behind, ...kept];
