// SPDX-License-Identifier: MIT
// Command lines with several options, late modules, pools, several IOMMUs of one or two drivers.
import { bus, type Combination, functions, more, reserved, root, transport } from './parts.ts';

const MASTERS =
  more('vio0', 'iommus = <&smmu 0x10>;') +
  more('vio1', 'iommus = <&smmu 0x11>;') +
  more('rtc', 'iommus = <&smmu 0x12>;');

/** Two masters on the platform bus, one on the AMBA bus, two functions, one SMMUv3. */
const CMDLINES: Readonly<Record<string, readonly [cmdline: string, shows: string]>> = {
  'strict-then-lazy': ['iommu.strict=1 iommu.strict=0', 'the last word about strictness counts'],
  'lazy-then-strict': ['iommu.strict=0 iommu.strict=1', 'the last word about strictness counts, the other way round'],
  'passthrough-then-off': ['iommu.passthrough=1 iommu.passthrough=0', 'the last word about passing through counts'],
  'passthrough-on': ['iommu.passthrough=on', 'on is a value'],
  'passthrough-yes-lazy': ['iommu.passthrough=yes iommu.strict=0', 'passing through makes strictness irrelevant'],
  'passthrough-no-lazy': ['iommu.passthrough=no iommu.strict=n', 'no and n are values, and translation is lazy'],
  'passthrough-2': ['iommu.passthrough=2 iommu.strict=0', 'a value that is none changes nothing'],
  'passthrough-empty': ['iommu.passthrough', 'an option without a value'],
  'strict-unknown': ['iommu.strict=maybe', 'a value of strictness that is none'],
  'other-iommu-words': ['iommu=off iommu=pt intel_iommu=off', 'words of other machines change nothing'],
  'devlink-off-lazy': ['fw_devlink=off iommu.strict=0', 'no links of fw_devlink, and lazy'],
  'devlink-permissive-passthrough': [
    'fw_devlink=permissive iommu.passthrough=1',
    'permissive links, and passing through',
  ],
  'devlink-strict-timeout': [
    'fw_devlink.strict=1 deferred_probe_timeout=1',
    'strict links and a short timeout, with an IOMMU that is there',
  ],
  'swiotlb-noforce': ['swiotlb=noforce iommu.strict=0', 'no bouncing at all, and lazy translation'],
  'small-pools': ['cma=8M coherent_pool=256K swiotlb=512', 'small pools'],
  'less-memory': ['mem=512M cma=16M', 'half of the memory'],
  'blacklist-initcall': [
    'initcall_blacklist=arm_smmu_driver_init deferred_probe_timeout=5',
    'the init call of the driver is left out: its masters wait',
  ],
  forcedac: ['iommu.forcedac=1 iommu.strict=1', 'addresses above 4 GiB for PCI functions at once'],
};

const cmdlines: readonly Combination[] = Object.entries(CMDLINES).map(([name, [cmdline, shows]]) => ({
  name: `cmdline-${name}`,
  shows,
  machine: 'smmuv3',
  cmdline,
  qemu: functions('2', '3'),
  tree: MASTERS,
}));

const VIRTIO = 'virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci';

const late: readonly Combination[] = [
  {
    name: 'late-iommu-short-timeout',
    shows: 'the driver of the virtio-iommu comes after a timeout of a second',
    machine: 'virtio-iommu',
    cmdline: 'deferred_probe_timeout=1',
    qemu: functions('2'),
    boot: `load virtio_mmio virtio-rng ${VIRTIO}; snapshot; wait 4; load virtio-iommu; settle 8`,
    unseen: 'reports an MSI region',
    tree: '',
  },
  {
    name: 'late-iommu-lazy',
    shows: 'the driver of the virtio-iommu comes in time, and translation is lazy',
    machine: 'virtio-iommu',
    cmdline: 'iommu.strict=0 deferred_probe_timeout=30',
    qemu: functions('2'),
    boot: `load virtio_mmio virtio-rng ${VIRTIO}; snapshot; wait 2; load virtio-iommu; settle 8`,
    unseen: 'reports an MSI region',
    tree: '',
  },
  {
    name: 'late-iommu-first',
    shows: 'the driver of the virtio-iommu is there before the masters',
    machine: 'virtio-iommu',
    qemu: functions('2', '3'),
    boot: `load ${VIRTIO} virtio-iommu; wait 1; load virtio_mmio virtio-rng; settle 8`,
    unseen: 'reports an MSI region',
    tree: '',
  },
  {
    name: 'late-iommu-passthrough',
    shows: 'a late virtio-iommu with everything passed through',
    machine: 'virtio-iommu',
    cmdline: 'iommu.passthrough=1 deferred_probe_timeout=30',
    qemu: functions('2'),
    boot: `load virtio_mmio virtio-rng ${VIRTIO}; snapshot; wait 2; load virtio-iommu; settle 8`,
    unseen: 'reports an MSI region',
    tree: '',
  },
  {
    name: 'late-supplier-lazy',
    shows: 'a master behind an SMMU waits for a clock whose driver is a late module',
    machine: 'smmuv3',
    cmdline: 'iommu.strict=0 deferred_probe_timeout=20',
    boot: 'snapshot; wait 2; load virtio_mmio virtio-rng; settle 8',
    tree: more('rtc', 'clocks = <&clk24>, <&vio0>;', 'iommus = <&smmu 0x20>;') + more('vio0', 'iommus = <&smmu 0x10>;'),
  },
];

/** A clock that a GPIO switches: a platform driver, as the IOMMU's is. */
const gate = (properties: string): string =>
  root(`gate: gate { compatible = "gpio-gate-clock"; #clock-cells = <0>; enable-gpios = <&gpio 0 0>; ${properties} };`);

const circles: readonly Combination[] = [
  {
    name: 'circle-iommu-and-clock',
    shows:
      'an IOMMU takes its clock from one of its own masters: both wait for the timeout, and another master comes after it',
    machine: 'smmuv2',
    cmdline: 'deferred_probe_timeout=3',
    boot: 'snapshot; settle 12; load virtio_mmio virtio-rng; settle 4',
    tree:
      gate('iommus = <&smmu2 0x30 0>;') +
      more('smmu2', 'clocks = <&gate>;') +
      more('vio0', 'iommus = <&smmu2 0x10 0>;'),
  },
  {
    name: 'circle-none',
    shows: 'an IOMMU whose clock is behind nothing',
    machine: 'smmuv2',
    cmdline: 'deferred_probe_timeout=3',
    boot: 'snapshot; load virtio_mmio virtio-rng; settle 8',
    tree: gate('') + more('smmu2', 'clocks = <&gate>;') + more('vio0', 'iommus = <&smmu2 0x10 0>;'),
  },
];

const viommus: readonly Combination[] = [
  {
    name: 'viommu-boot-bypass-off',
    shows: 'a virtio-iommu that blocks what nobody attached',
    machine: 'virtio-iommu',
    qemu: `-global virtio-iommu-pci.boot-bypass=off ${functions('2')}`,
    unseen: 'reports an MSI region',
    tree: '',
  },
  {
    name: 'viommu-two-functions',
    shows: 'the map leaves out all but two functions',
    machine: 'virtio-iommu',
    qemu: functions('2', '3'),
    unseen: 'reports an MSI region',
    tree: more('pcie', 'iommu-map = <0x10 &viommu 0x10 0x1>, <0x18 &viommu 0x18 0x1>;'),
  },
  {
    name: 'viommu-hole-passthrough',
    shows: 'a virtio-iommu with a hole in its map, everything passed through',
    machine: 'virtio-iommu',
    cmdline: 'iommu.passthrough=1',
    qemu: functions('2', '3'),
    unseen: 'reports an MSI region',
    tree: more('pcie', 'iommu-map = <0x10 &viommu 0x10 0x1>;'),
  },
  {
    name: 'viommu-lazy-strict-hole',
    shows: 'strict after lazy, and a hole in the map of a virtio-iommu',
    machine: 'virtio-iommu',
    cmdline: 'iommu.strict=0 iommu.strict=1',
    qemu: functions('2', '3'),
    unseen: 'reports an MSI region',
    tree: more('pcie', 'iommu-map = <0x18 &viommu 0x18 0x1>;'),
  },
];

const pools: readonly Combination[] = [
  {
    name: 'pool-default-cma',
    shows: 'a default pool of the tree, and a device that names another one',
    machine: 'smmuv3',
    tree:
      reserved(
        'cma: cma@58000000 { compatible = "shared-dma-pool"; reusable; linux,cma-default; reg = <0x0 0x58000000 0x0 0x2000000>; };',
        'own: own@5c000000 { compatible = "shared-dma-pool"; no-map; reg = <0x0 0x5c000000 0x0 0x400000>; };',
      ) +
      more('vio0', 'memory-region = <&own>;') +
      more('vio1', 'iommus = <&smmu 0x11>;', 'memory-region = <&own>;'),
  },
  {
    name: 'pool-cma-below-limit',
    shows: 'a default pool that a master behind a window does not reach',
    machine: 'plain',
    tree:
      reserved(
        'cma: cma@78000000 { compatible = "shared-dma-pool"; reusable; linux,cma-default; reg = <0x0 0x78000000 0x0 0x2000000>; };',
      ) + root(bus('soc', [[0x40000000, 0x40000000, 0x20000000]], transport(0))),
  },
  {
    name: 'pool-dynamic',
    shows: 'a default pool that Linux places itself, within bounds',
    machine: 'plain',
    tree: reserved(
      'cma: cma { compatible = "shared-dma-pool"; reusable; linux,cma-default; size = <0x0 0x2000000>; alignment = <0x0 0x400000>; alloc-ranges = <0x0 0x50000000 0x0 0x8000000>; };',
    ),
  },
  {
    name: 'pool-window-and-swiotlb',
    shows: 'a bridge that reaches the lower half, a small swiotlb and a disk that reads',
    machine: 'plain',
    cmdline: 'swiotlb=8192 cma=16M',
    qemu: '-blockdev driver=null-co,node-name=disk,size=67108864,read-zeroes=on -device virtio-blk-pci,drive=disk,addr=3,romfile=,disable-legacy=on,iommu_platform=on',
    boot: `load virtio_mmio virtio-rng ${VIRTIO} virtio_blk; settle 8; read`,
    tree: more('pcie', 'dma-ranges = <0x2000000 0x0 0x40000000 0x0 0x40000000 0x0 0x20000000>;'),
  },
];

/** Streams of one SMMUv2: in the order of the tree, `[vio0, vio1, vio2]`. */
const STREAMS: Readonly<Record<string, readonly [streams: readonly string[], shows: string]>> = {
  'between-last-new': [
    ['<&smmu2 0x10 0>', '<&smmu2 0x10 0>, <&smmu2 0x20 0>', '<&smmu2 0x20 0>'],
    'a device that shares its first stream, between the two that have one each',
  ],
  'between-last-known': [
    ['<&smmu2 0x10 0>', '<&smmu2 0x20 0>, <&smmu2 0x10 0>', '<&smmu2 0x20 0>'],
    'a device that shares its last stream, between the two that have one each',
  ],
  'both-first': [
    ['<&smmu2 0x10 0>, <&smmu2 0x20 0>', '<&smmu2 0x10 0>', '<&smmu2 0x20 0>'],
    'a device with two streams before those that have one each: one group',
  ],
  'inside-twice': [
    ['<&smmu2 0x10 0xf>', '<&smmu2 0x12 0x1>, <&smmu2 0x18 0x7>', '<&smmu2 0x1f 0>'],
    'masks inside a mask',
  ],
  'inside-and-own': [
    ['<&smmu2 0x10 0xf>', '<&smmu2 0x12 0x1>, <&smmu2 0x40 0>', '<&smmu2 0x40 0>'],
    'a device with a stream inside another one and one of its own, which a third device has, too',
  ],
  'own-twice': [
    ['<&smmu2 0x10 0>, <&smmu2 0x10 0>', '<&smmu2 0x20 0xf>, <&smmu2 0x21 0>', '<&smmu2 0x30 0>'],
    'devices whose entries repeat, or contain, their own',
  ],
  'bits-under-mask': [['<&smmu2 0x1f 0xf>', '<&smmu2 0x15 0>', '<&smmu2 0x25 0>'], 'bits of the ID below its mask'],
};

const streams: readonly Combination[] = Object.entries(STREAMS).map(([name, [list, shows]]) => ({
  name: `streams-${name}`,
  shows,
  machine: 'smmuv2',
  tree: list.map((iommus, index) => more(`vio${index}`, `iommus = ${iommus};`)).join(''),
}));

const MEMORY_IOMMUS = `rk: iommu@70040000 {
	compatible = "rockchip,iommu";
	reg = <0x0 0x70040000 0x0 0x100>;
	interrupts = <0 100 4>;
	#iommu-cells = <0>;
};`;

const several: readonly Combination[] = [
  {
    name: 'several-smmuv2-rockchip',
    shows: 'two drivers, an SMMUv2 and a Rockchip IOMMU, and a device that names both',
    machine: 'smmuv2',
    tree:
      root(MEMORY_IOMMUS) +
      more('vio0', 'iommus = <&smmu2 0x10 0>;') +
      more('vio1', 'iommus = <&rk>;') +
      more('vio2', 'iommus = <&smmu2 0x20 0>, <&rk>;') +
      more('vio3', 'iommus = <&rk>, <&smmu2 0x30 0>;'),
  },
  {
    name: 'several-smmuv2-lazy',
    shows: 'two drivers, of which one has no lazy mode',
    machine: 'smmuv2',
    cmdline: 'iommu.strict=0',
    tree: root(MEMORY_IOMMUS) + more('vio0', 'iommus = <&smmu2 0x10 0>;') + more('vio1', 'iommus = <&rk>;'),
  },
  {
    name: 'several-smmuv2-bridge',
    shows: 'PCI functions and platform devices of one SMMUv2, with a mask for the functions',
    machine: 'smmuv2',
    qemu: functions('2', '3'),
    tree:
      more('pcie', 'iommu-map = <0x0 &smmu2 0x100 0x100>;', 'iommu-map-mask = <0xfff8>;') +
      more('vio0', 'iommus = <&smmu2 0x10 0>;') +
      more('vio1', 'iommus = <&smmu2 0x11 0x2>;'),
  },
  {
    name: 'several-one-off',
    shows: 'two IOMMUs, of which one is disabled, and devices that name both',
    machine: 'smmuv2',
    tree:
      root(MEMORY_IOMMUS) +
      more('rk', 'status = "disabled";') +
      more('vio0', 'iommus = <&smmu2 0x10 0>, <&rk>;') +
      more('vio1', 'iommus = <&rk>;') +
      more('vio2', 'iommus = <&smmu2 0x20 0>;'),
  },
];

export const KERNELS: readonly Combination[] = [
  ...cmdlines,
  ...late,
  ...circles,
  ...viommus,
  ...pools,
  ...streams,
  ...several,
];
