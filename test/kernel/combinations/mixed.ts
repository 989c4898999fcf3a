// SPDX-License-Identifier: MIT
// What meets on real boards and nowhere else in the lab: maps that wrap, bridges below windows, suppliers of every kind,
// pools that cannot be, options that Linux reads in an unusual way. On the newest, the middle and the oldest kernel.
import { bus, type Combination, functions, more, reserved, root, SPREAD, secondFunctions, transport } from './parts.ts';

const GIB = 0x40000000;
const SECOND_SMMU = root(`second: iommu@70020000 {
	compatible = "arm,mmu-500", "arm,smmu-v2";
	reg = <0x0 0x70020000 0x0 0x20000>;
	#global-interrupts = <1>;
	interrupts = <0 90 4>, <0 91 4>, <0 92 4>, <0 93 4>, <0 94 4>;
	#iommu-cells = <2>;
};`);

/** 6.1 shows a first address and a size, not a limit: of several windows, or of one that ends at 4 GiB, too little. */
const LIMITS = ['7.3', '6.12'];
const TWO = functions('2', '3');

const maps: readonly Combination[] = [
  {
    name: 'mixed-map-wraps',
    shows: 'an entry whose IDs run past 32 bits and begin again at 0',
    machine: 'smmuv3',
    qemu: TWO,
    tree: more('pcie', 'iommu-map = <0xfffffff0 &smmu 0x100 0x40>, <0x18 &smmu 0x18 0x1>;'),
  },
  {
    name: 'mixed-map-output-wraps',
    unseen: 'have the bits for',
    shows: 'an entry whose outputs run past 32 bits and begin again at 0',
    machine: 'smmuv3',
    qemu: TWO,
    tree: more('pcie', 'iommu-map = <0x0 &smmu 0xfffffff8 0x40>;'),
  },
  {
    name: 'mixed-map-longest',
    shows: 'an entry of all 32 bits but one, behind a hole that an empty entry leaves',
    machine: 'smmuv3',
    qemu: TWO,
    tree: more('pcie', 'iommu-map = <0x10 &smmu 0x77 0x0>, <0x0 &smmu 0x0 0xffffffff>;'),
  },
  {
    name: 'mixed-map-mask-long',
    shows: 'a mask of two cells: the first one is read',
    machine: 'smmuv3',
    qemu: TWO,
    tree: more('pcie', 'iommu-map = <0x0 &smmu 0x40 0x10>, <0x10 &smmu 0x20 0x10>;', 'iommu-map-mask = <0x1f 0xffff>;'),
  },
  {
    name: 'mixed-map-mask-short',
    shows: 'a mask of two bytes is none',
    machine: 'smmuv3',
    qemu: TWO,
    tree: more('pcie', 'iommu-map = <0x0 &smmu 0x40 0x10>, <0x10 &smmu 0x20 0x10>;', 'iommu-map-mask = [ff f8];'),
  },
  {
    name: 'mixed-map-tail',
    shows: 'bytes behind the last whole entry, and IDs that match before and behind it',
    machine: 'smmuv3',
    qemu: TWO,
    tree: more('pcie', 'iommu-map = <0x10 &smmu 0x10 0x1>, <0x18 &smmu>;'),
  },
  {
    name: 'mixed-map-holes-of-two',
    shows:
      'two SMMUs of two cells share the functions of a bridge, with a mask and a hole, in entries of four cells: 7.2 reads five',
    machine: 'smmuv2 twice',
    qemu: functions('2', '3', '4', '5'),
    tree:
      SECOND_SMMU +
      more(
        'pcie',
        'iommu-map = <0x10 &smmu2 0x210 0x8>, <0x18 &second 0x18 0x8>, <0x28 &smmu2 0x210 0x1>;',
        'iommu-map-mask = <0xfff8>;',
      ),
  },
];

/** A second bridge of a bus with windows: PCI domain 1, whose configuration space is memory. */
const inside = (windows: Parameters<typeof bus>[1], ...properties: readonly string[]): string =>
  reserved('ecam@70100000 { reg = <0x0 0x70100000 0x0 0x100000>; no-map; };') +
  root(
    bus(
      'soc',
      windows,
      `pcie2: pcie@70100000 {
	compatible = "pci-host-ecam-generic";
	device_type = "pci";
	#address-cells = <3>;
	#size-cells = <2>;
	reg = <0x0 0x70100000 0x0 0x100000>;
	ranges = <0x2000000 0x0 0x70800000 0x0 0x70800000 0x0 0x100000>;
	bus-range = <0 0>;
	linux,pci-domain = <1>;
	${properties.join('\n\t')}
};`,
    ),
  );

const bridges: readonly Combination[] = [
  {
    name: 'mixed-bridge-in-window',
    shows: 'a bridge without windows below a bus with one, and its functions behind the SMMU of the other bridge',
    machine: 'smmuv3',
    qemu: `${functions('2')} ${secondFunctions(1, 2)}`,
    tree:
      inside([[0, GIB, GIB / 2]], 'iommu-map = <0x8 &smmu 0x108 0x1>;') +
      more('pcie', 'iommu-map = <0x0 &smmu 0x0 0x100>;'),
  },
  {
    name: 'mixed-bridge-window-in-window',
    shows: 'two windows of a bridge inside two of its bus, no IOMMU',
    machine: 'plain',
    qemu: `${functions('2')} ${secondFunctions(1)}`,
    tree: inside(
      [
        [0, GIB, GIB / 2],
        [2 * GIB, 1.5 * GIB, GIB / 2],
      ],
      'dma-ranges = <0x42000000 0x0 0x80000000 0x0 0x0 0x0 0x20000000>, <0x43000000 0x8 0x0 0x0 0x80000000 0x0 0x10000000>;',
    ),
  },
  {
    name: 'mixed-bridge-empty-in-none',
    shows: 'an empty property of a bridge below a bus without one',
    machine: 'plain',
    qemu: secondFunctions(1),
    tree: inside('none', 'dma-ranges;'),
  },
  {
    name: 'mixed-bridge-above-none',
    shows: 'windows of a bridge below a bus without any',
    machine: 'plain',
    qemu: secondFunctions(1),
    tree: inside('none', 'dma-ranges = <0x2000000 0x0 0x0 0x0 0x40000000 0x0 0x40000000>;'),
  },
  {
    name: 'mixed-bridge-io-window',
    kernels: LIMITS,
    shows: 'an entry of I/O space among the windows of a bridge, and one of configuration space',
    machine: 'plain',
    qemu: functions('2'),
    tree: more(
      'pcie',
      'dma-ranges = <0x1000000 0x0 0x0 0x0 0x40000000 0x0 0x10000000>, <0x0 0x0 0x20000000 0x0 0x50000000 0x0 0x10000000>, <0x3000000 0x0 0x80000000 0x0 0x60000000 0x0 0x10000000>;',
    ),
  },
  {
    name: 'mixed-bridge-window-zero',
    kernels: LIMITS,
    shows: 'a window of no size between two others of a bridge',
    machine: 'plain',
    qemu: functions('2'),
    tree: more(
      'pcie',
      'dma-ranges = <0x2000000 0x0 0x40000000 0x0 0x40000000 0x0 0x10000000>, <0x2000000 0x0 0x50000000 0x0 0x50000000 0x0 0x0>, <0x2000000 0x0 0x60000000 0x0 0x60000000 0x0 0x20000000>;',
    ),
  },
  {
    name: 'mixed-bridges-two-smmus',
    shows: 'two bridges, each with an SMMU of its own, and a device of both SMMUs',
    machine: 'smmuv2 twice',
    qemu: `${functions('2')} ${secondFunctions(1, 2)}`,
    tree:
      SECOND_SMMU +
      inside('none', 'iommu-map = <0x0 &second 0x10 0x10>;') +
      more('pcie', 'iommu-map = <0x10 &smmu2 0x10 0x8>;') +
      more('vio0', 'iommus = <&second 0x20 0x0>, <&smmu2 0x18 0x0>;') +
      more('vio1', 'iommus = <&smmu2 0x40 0x3>;'),
  },
];

const windows: readonly Combination[] = [
  {
    name: 'mixed-window-one-cell',
    shows: 'a bus of one cell inside one of two, and a master of it',
    machine: 'plain',
    tree: root(`soc {
	compatible = "simple-bus";
	#address-cells = <1>;
	#size-cells = <1>;
	ranges = <0xa000000 0x0 0xa000000 0x1000000>;
	dma-ranges = <0x80000000 0x0 0x40000000 0x40000000>;
	dev0: virtio_mmio@a002e00 {
		compatible = "virtio,mmio";
		reg = <0xa002e00 0x200>;
		interrupts = <0 39 1>;
	};
};`),
  },
  {
    name: 'mixed-window-wraps',
    kernels: LIMITS,
    shows: 'a window that runs past 64 bits',
    machine: 'plain',
    tree: root(
      `soc {
	compatible = "simple-bus";
	#address-cells = <2>;
	#size-cells = <2>;
	ranges;
	dma-ranges = <0xffffffff 0xc0000000 0x0 0x40000000 0x0 0x80000000>;
	${transport(0)}
};`,
    ),
  },
  {
    name: 'mixed-window-4g-less-one',
    kernels: LIMITS,
    shows: 'a window of one cell that ends one byte below 4 GiB',
    machine: 'plain',
    tree: root(`soc {
	compatible = "simple-bus";
	#address-cells = <2>;
	#size-cells = <1>;
	ranges = <0x0 0x0 0x0 0x0 0xffffffff>;
	dma-ranges = <0x0 0x0 0x0 0x0 0xffffffff>;
	dev0: virtio_mmio@a002e00 {
		compatible = "virtio,mmio";
		reg = <0x0 0xa002e00 0x200>;
		interrupts = <0 39 1>;
	};
};`),
  },
  {
    name: 'mixed-window-size-zero',
    kernels: LIMITS,
    shows: 'a window of no size alone, and one beside another',
    machine: 'plain',
    tree: root(
      bus('soc', [[0, GIB, 0]], transport(0)),
      bus(
        'soc2',
        [
          [0, GIB, 0],
          [GIB, GIB, GIB / 2],
        ],
        transport(1),
      ),
    ),
  },
  {
    name: 'mixed-window-smmu-narrow-inner',
    kernels: LIMITS,
    shows: 'a 40-bit bus in a bus of two windows with a hole between them, a master behind an SMMU and one beside it',
    machine: 'smmuv3',
    tree: root(
      bus(
        'soc',
        [
          [0, GIB, GIB / 4],
          [GIB, 1.5 * GIB, GIB / 2],
        ],
        bus('level1', [[0, 0, 2 ** 40]], transport(0, 'iommus = <&smmu 0x20>;'), transport(1)),
      ),
    ),
  },
  {
    name: 'mixed-window-dma-mem',
    cmdline: 'deferred_probe_timeout=3',
    shows: 'a master whose interconnect `dma-mem` leads to another bus: that one has the windows',
    machine: 'plain',
    tree: root(
      `mbus: interconnect@70000000 {
	compatible = "example,mbus";
	reg = <0x0 0x70000000 0x0 0x1000>;
	#interconnect-cells = <1>;
	#address-cells = <2>;
	#size-cells = <2>;
	dma-ranges = <0x0 0x0 0x0 0x40000000 0x0 0x40000000>;
};`,
      transport(0, 'interconnects = <&mbus 5>; interconnect-names = "dma-mem";'),
      bus(
        'soc',
        [[GIB, GIB, GIB / 2]],
        transport(1, 'interconnects = <&mbus 6>; interconnect-names = "dma-mem";'),
        transport(2, 'interconnects = <&mbus 7>; interconnect-names = "read";'),
      ),
    ),
  },
];

const pools: readonly Combination[] = [
  {
    name: 'mixed-pool-plain',
    shows: 'a pool that is neither reusable nor out of the map, and masters that name it directly and behind an SMMU',
    machine: 'smmuv3',
    tree:
      reserved('own: own@5c000000 { compatible = "shared-dma-pool"; reg = <0x0 0x5c000000 0x0 0x400000>; };') +
      more('vio0', 'memory-region = <&own>;') +
      more('vio1', 'iommus = <&smmu 0x11>;', 'memory-region = <&own>;'),
  },
  {
    name: 'mixed-pool-both',
    shows: 'a pool that is reusable and out of the map, one without size, one of no whole pages',
    machine: 'plain',
    tree:
      reserved(
        'a: a@5c000000 { compatible = "shared-dma-pool"; reusable; no-map; reg = <0x0 0x5c000000 0x0 0x400000>; };',
        'b: b@5d000000 { compatible = "shared-dma-pool"; reusable; reg = <0x0 0x5d000000 0x0 0x0>; };',
        'c: c@5e000000 { compatible = "shared-dma-pool"; no-map; reg = <0x0 0x5e000000 0x0 0x800>; };',
      ) +
      more('vio0', 'memory-region = <&a>;') +
      more('vio1', 'memory-region = <&b>;') +
      more('vio2', 'memory-region = <&c>;'),
  },
  {
    name: 'mixed-pool-cut-by-mem',
    shows: 'a pool out of the map that `mem=` leaves outside memory, and a dynamic one that does not fit below',
    machine: 'plain',
    cmdline: 'mem=512M',
    tree:
      reserved(
        'far: far@7c000000 { compatible = "shared-dma-pool"; no-map; reg = <0x0 0x7c000000 0x0 0x400000>; };',
        'dyn: dyn { compatible = "shared-dma-pool"; no-map; size = <0x0 0x400000>; alloc-ranges = <0x0 0x70000000 0x0 0x8000000>; };',
      ) +
      more('vio0', 'memory-region = <&far>;') +
      more('vio1', 'memory-region = <&dyn>;'),
  },
  {
    name: 'mixed-usable-memory',
    kernels: LIMITS,
    shows: '`linux,usable-memory-range` leaves the lower quarter, and a window reaches the upper three',
    machine: 'plain',
    tree:
      root('chosen { linux,usable-memory-range = <0x0 0x40000000 0x0 0x20000000>; };') +
      root(bus('soc', [[1.5 * GIB, 1.5 * GIB, GIB / 2]], transport(0))),
  },
  {
    name: 'mixed-hole-no-map',
    shows: 'the part of memory that a window leaves out is out of the map: nothing bounces',
    machine: 'plain',
    tree:
      reserved('gone@60000000 { reg = <0x0 0x60000000 0x0 0x20000000>; no-map; };') +
      root(bus('soc', [[GIB, GIB, GIB / 2]], transport(0))),
  },
  {
    name: 'mixed-reserved-no-cells',
    shows: '`/reserved-memory` without its cells: Linux reads no region of it, and a pool is none',
    machine: 'smmuv3',
    tree:
      root(`reserved-memory {
	ranges;
	own: own { compatible = "shared-dma-pool"; no-map; size = <0x400000>; };
};`) +
      more('vio0', 'memory-region = <&own>;', 'iommus = <&smmu 0x10>;') +
      more('vio1', 'memory-region = <&own>;'),
  },
  {
    name: 'mixed-restricted-odd',
    shows: 'a restricted pool where Linux has none, below a window that does not reach it',
    machine: 'plain',
    tree:
      reserved('own: own@78000000 { compatible = "restricted-dma-pool"; reg = <0x0 0x78000000 0x0 0x800000>; };') +
      root(bus('soc', [[GIB, GIB, GIB / 2]], transport(0, 'memory-region = <&own>;'))),
  },
];

const kept: readonly Combination[] = [
  {
    name: 'mixed-resv-three-masters',
    shows: 'one region for three masters, of which two name it, one twice, and one is not translated',
    machine: 'smmuv3',
    tree:
      reserved(
        'a: a@60000000 { reg = <0x0 0x60000000 0x0 0x100000>; iommu-addresses = <&vio0 0x0 0x60000000 0x0 0x100000>, <&vio1 0x0 0x10000000 0x0 0x100000>, <&vio1 0x0 0x30000000 0x0 0x1000>, <&vio2 0x0 0x60000000 0x0 0x100000>; };',
      ) +
      more('vio0', 'iommus = <&smmu 0x10>;', 'memory-region = <&a>;') +
      more('vio1', 'iommus = <&smmu 0x11>;', 'memory-region = <&a>, <&a>;') +
      more('vio2', 'memory-region = <&a>;'),
  },
  {
    name: 'mixed-resv-shared-group',
    shows: 'two masters of one group with a region each',
    machine: 'smmuv2',
    tree:
      reserved(
        'a: a { iommu-addresses = <&vio0 0x0 0x10000000 0x0 0x100000>; };',
        'b: b { iommu-addresses = <&vio1 0x0 0x20000000 0x0 0x100000>; };',
      ) +
      more('vio0', 'iommus = <&smmu2 0x10 0>;', 'memory-region = <&a>;') +
      more('vio1', 'iommus = <&smmu2 0x10 0>;', 'memory-region = <&b>;'),
  },
  {
    name: 'mixed-resv-one-cell',
    kernels: LIMITS,
    shows: 'a region for a master of a bus with one cell, whose ranges are read with that many cells',
    machine: 'smmuv3',
    tree:
      reserved('a: a { iommu-addresses = <&dev0 0x20000000 0x100000>, <&dev0 0x30000000 0x200000>; };') +
      root(`soc {
	compatible = "simple-bus";
	#address-cells = <1>;
	#size-cells = <1>;
	ranges = <0xa000000 0x0 0xa000000 0x1000000>;
	dma-ranges = <0x0 0x0 0x0 0xffffffff>;
	dev0: virtio_mmio@a002e00 {
		compatible = "virtio,mmio";
		reg = <0xa002e00 0x200>;
		interrupts = <0 39 1>;
		iommus = <&smmu 0x20>;
		memory-region = <&a>;
	};
};`),
  },
  {
    name: 'mixed-resv-bridge',
    shows: 'a region for a host bridge: its functions do not have it',
    machine: 'smmuv3',
    qemu: TWO,
    tree:
      reserved('a: a { iommu-addresses = <&pcie 0x0 0x0 0x20000000 0x0 0x100000>; };') +
      more('pcie', 'memory-region = <&a>;'),
  },
  {
    name: 'mixed-resv-wraps',
    shows: 'ranges that end at, and run past, 64 bits, and one inside a page',
    machine: 'smmuv3',
    tree:
      reserved(
        'a: a { iommu-addresses = <&vio0 0xffffffff 0xfff00000 0x0 0x100000>; };',
        'b: b { iommu-addresses = <&vio1 0x0 0x10000800 0x0 0x800>; };',
      ) +
      more('vio0', 'iommus = <&smmu 0x10>;', 'memory-region = <&a>;') +
      more('vio1', 'iommus = <&smmu 0x11>;', 'memory-region = <&b>;'),
  },
  {
    name: 'mixed-resv-identity',
    shows: 'regions of a master where everything passes through',
    machine: 'smmuv2',
    cmdline: 'iommu.passthrough=1 iommu.strict=0',
    tree:
      reserved(
        'a: a@60000000 { reg = <0x0 0x60000000 0x0 0x100000>; iommu-addresses = <&vio0 0x0 0x60000000 0x0 0x100000>; };',
        'b: b { iommu-addresses = <&vio0 0x0 0x20000000 0x0 0x100000>; };',
      ) + more('vio0', 'iommus = <&smmu2 0x10 0>;', 'memory-region = <&a>, <&b>;'),
  },
];

export const MIXED: readonly Combination[] = [...maps, ...bridges, ...windows, ...pools, ...kept].map((each) => ({
  kernels: SPREAD,
  ...each,
}));
