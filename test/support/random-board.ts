// SPDX-License-Identifier: MIT
// Small boards from a seed, about DMA alone: IOMMUs of several drivers, masters and maps that are right, wrong in one
// way or in several, windows, pools and reserved addresses.
import { random } from './describe-tree.ts';

class Dice {
  readonly below: (limit: number) => number;

  constructor(seed: number) {
    this.below = random(seed);
  }

  of<T>(...list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  times<T>(limit: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(limit + 1) }, (_, index) => make(index));
  }
}

interface Iommu {
  readonly label: string;
  readonly cells: number;
  readonly text: string;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Strings of drivers, with the cells that each asks for and what else it insists on. */
const KINDS: readonly (readonly [compatible: string, cells: number, more: string])[] = [
  ['arm,smmu-v3', 1, ''],
  ['arm,mmu-500", "arm,smmu-v2', 2, '#global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>, <&gic 3>;'],
  ['arm,mmu-500", "arm,smmu-v2', 1, '#global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>;'],
  ['qcom,sdm845-smmu-500", "arm,mmu-500', 2, '#global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>;'],
  ['rockchip,iommu', 0, 'interrupts-extended = <&gic 4>;'],
  ['rockchip,rk3568-iommu', 0, 'interrupts-extended = <&gic 4>;'],
  ['apple,t8103-dart', 1, 'interrupts-extended = <&gic 5>;'],
  ['renesas,ipmmu-r8a7795', 1, 'interrupts-extended = <&gic 6>;'],
  ['sprd,iommu-v1', 0, ''],
  ['samsung,exynos-sysmmu', 0, 'interrupts-extended = <&gic 7>; clocks = <&ccu 1>; clock-names = "sysmmu";'],
  ['vendor,unknown-iommu', 1, ''],
  ['virtio,mmio', 1, 'interrupts-extended = <&gic 8>;'],
];

function iommu(dice: Dice, index: number): Iommu {
  const [compatible, wanted, more] = KINDS[dice.below(KINDS.length)] ?? ['arm,smmu-v3', 1, ''];
  const cells = dice.chance(92) ? wanted : dice.below(4);
  const base = 0x1000000 + index * 0x100000;
  const lines = [
    `compatible = "${compatible}";`,
    dice.chance(96) ? `reg = <0x0 ${hex(base)} 0x0 ${dice.of('0x20000', '0x20000', '0x20000', '0x800')}>;` : '',
    dice.chance(96) ? `#iommu-cells = <${cells}>;` : '',
    dice.chance(95) ? more : '',
    dice.chance(15) ? 'status = "disabled";' : '',
    dice.chance(10) ? `clocks = <&ccu 3>;` : '',
    dice.chance(6) ? `power-domains = <&${dice.of('pd', 'dev0')}>;` : '',
    dice.chance(8) ? `stream-match-mask = <${dice.of('0x7f80', '0xff80', '0xf')}>;` : '',
  ];
  return { label: `iommu${index}`, cells, text: `iommu${index}: iommu@${base.toString(16)} { ${lines.join(' ')} };` };
}

const STREAMS = ['0x1', '0x2', '0x10', '0x11', '0x80', '0x3ff', '0x10000', '0xffffffff'] as const;

function specifier(dice: Dice, iommus: readonly Iommu[]): string {
  const target = iommus[dice.below(iommus.length)];
  if (!target || dice.chance(3)) return dice.of('<0x77 1>', '<&gic 1>', '<&pd>', '<&ccu 1>');
  const count = dice.chance(95) ? target.cells : dice.below(4);
  const args = Array.from({ length: count }, (_, cell) =>
    cell === 0 ? dice.of(...STREAMS) : dice.of('0x0', '0x0', '0xf', '0x7f', '0xffff'),
  );
  return `<${[`&${target.label}`, ...args].join(' ')}>`;
}

function iommus(dice: Dice, list: readonly Iommu[]): string {
  const entries = Array.from({ length: 1 + (dice.chance(35) ? 1 + dice.below(3) : 0) }, () => specifier(dice, list));
  return dice.chance(4) ? 'iommus;' : `iommus = ${entries.join(', ')};`;
}

function master(dice: Dice, index: number, list: readonly Iommu[]): string {
  const base = 0x9000000 + index * 0x10000;
  const lines = [
    `compatible = "${dice.of('arasan,sdhci-8.9a', 'vendor,dma', 'vendor,gpu', 'qcom,sdm845-mdss', 'virtio,mmio')}";`,
    `reg = <0x0 ${hex(base)} 0x0 0x1000>;`,
    dice.chance(75) ? iommus(dice, list) : '',
    dice.chance(30) ? 'dma-coherent;' : '',
    dice.chance(25) ? `memory-region = <&${dice.of('pool', 'cma', 'kept', 'hole')}>;` : '',
    dice.chance(10) ? 'status = "disabled";' : '',
    dice.chance(15) ? '#power-domain-cells = <0>; #clock-cells = <1>;' : '',
  ];
  return `dev${index}: dma@${base.toString(16)} { ${lines.join(' ')} };`;
}

function map(dice: Dice, list: readonly Iommu[]): string {
  const rows = Array.from({ length: 1 + dice.below(3) }, () => {
    const target = list[dice.below(list.length)];
    const base = dice.of('0x0', '0x8', '0x10', '0x100', '0xfff8');
    const outs = dice.chance(97) ? [dice.of(...STREAMS)] : [dice.of(...STREAMS), '0x0'];
    const name = target && dice.chance(95) ? `&${target.label}` : dice.of('0x77', '&gic');
    return `<${[base, name, ...outs, dice.of('0x1', '0x8', '0x100', '0x10000', '0x0')].join(' ')}>`;
  });
  const mask = dice.chance(25) ? `iommu-map-mask = <${dice.of('0xfff8', '0xff00', '0xffff', '0x0', '0xf')}>;` : '';
  return `iommu-map = ${rows.join(', ')}${dice.chance(4) ? ', <0x20>' : ''}; ${mask}`;
}

function window(dice: Dice): string {
  if (dice.chance(40)) return dice.of('', 'dma-ranges;');
  const rows = Array.from({ length: 1 + dice.below(2) }, () =>
    [0, 1]
      .map(() => `0x0 ${dice.of('0x0', '0x40000000', '0x80000000')}`)
      .concat(dice.of('0x0 0x40000000', '0x0 0x20000000', '0x1 0x0', '0x100 0x0', '0x0 0x0'))
      .join(' '),
  );
  return `dma-ranges = ${rows.map((row) => `<${row}>`).join(', ')};`;
}

function host(dice: Dice, index: number, list: readonly Iommu[]): string {
  const base = 0x20000000 + index * 0x1000000;
  const lines = [
    'compatible = "pci-host-ecam-generic"; device_type = "pci"; #address-cells = <3>; #size-cells = <2>;',
    `reg = <0x0 ${hex(base)} 0x0 0x1000000>;`,
    `ranges = <0x2000000 0x0 0x50000000 0x0 0x50000000 0x0 0x1000000>;`,
    list.length > 0 && dice.chance(80) ? map(dice, list) : '',
    dice.chance(10) && list.length > 0 ? iommus(dice, list) : '',
    dice.chance(20) ? 'dma-ranges = <0x2000000 0x0 0x40000000 0x0 0x40000000 0x0 0x20000000>;' : '',
    dice.chance(8) ? 'status = "disabled";' : '',
    dice.chance(30)
      ? 'pcie@1,0 { device_type = "pci"; reg = <0x800 0 0 0 0>; #address-cells = <3>; #size-cells = <2>; ranges; };'
      : '',
  ];
  return `pcie@${base.toString(16)} { ${lines.join(' ')} };`;
}

/** A board of its own for each seed. */
export function randomBoard(seed: number): string {
  const dice = new Dice(seed);
  const list = dice.times(3, (index) => iommu(dice, index));
  let made = 0;
  const masters = (limit: number): string[] => dice.times(limit, () => master(dice, made++, list));
  // The one that the reserved addresses are for.
  const first = master(dice, made++, list);
  const isInside = dice.chance(30);
  const outside = [...(isInside ? [] : [first]), ...masters(3)];
  const inside = [...(isInside ? [first] : []), ...masters(3)];
  const deeper = masters(2);
  const lines = [
    '#address-cells = <2>; #size-cells = <2>;',
    'memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x40000000>; };',
    'gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };',
    'ccu: clock { compatible = "vendor,clock"; #clock-cells = <1>; };',
    'pd: power { compatible = "vendor,power"; #power-domain-cells = <0>; };',
    `reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
	pool: pool@60000000 { compatible = "restricted-dma-pool"; reg = <0x0 0x60000000 0x0 0x400000>; };
	cma: cma@64000000 { compatible = "shared-dma-pool"; ${dice.of('reusable;', 'no-map;', '')} reg = <0x0 0x64000000 0x0 0x1000000>; };
	kept: kept@68000000 { reg = <0x0 0x68000000 0x0 0x100000>; iommu-addresses = <&dev0 0x0 ${dice.of('0x68000000', '0x10000000', '0x8000000')} 0x0 0x100000>; };
	hole: hole { iommu-addresses = <&dev0 0x0 0x10000000 0x0 ${dice.of('0x100000', '0x0')}>; }; };`,
    ...list.map(({ text }) => text),
    ...outside,
    inside.length + deeper.length > 0
      ? `soc { compatible = "${dice.chance(90) ? 'simple-bus' : 'vendor,bus'}"; #address-cells = <2>; #size-cells = <2>; ranges; ${window(dice)} ${inside.join('\n\t')} bus { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges; ${window(dice)} ${deeper.join('\n\t')} }; };`
      : '',
    ...dice.times(2, (index) => host(dice, index, list)),
  ];
  return `/dts-v1/;\n/ {\n\t${lines.join('\n\t')}\n};\n`;
}

const CMDLINES = [
  '',
  '',
  'iommu.passthrough=1',
  'iommu.strict=0',
  'deferred_probe_timeout=0',
  'fw_devlink=off',
] as const;

/** The command line that goes with it. */
export function randomCmdline(seed: number): string {
  return new Dice(seed ^ 0x5bd1).of(...CMDLINES);
}
