// SPDX-License-Identifier: MIT
// Properties that every engineer may need, with what is written behind the name and what each is for.

export interface PropertyRow {
  readonly name: string;
  /** Behind the name, in snippet syntax; without the `;`. */
  readonly rest: string;
  /** What it is, as a sentence of our own. */
  readonly what: string;
  /** About DMA. */
  readonly dma?: true;
}

const dma = (name: string, rest: string, what: string): PropertyRow => ({ name, rest, what, dma: true });
const spec = (name: string, rest: string, what: string): PropertyRow => ({ name, rest, what });

/** In the order in which they are offered. Who says so: Devicetree Specification 0.4, and the bindings of Linux 7.3. */
export const PROPERTY_TABLE: readonly PropertyRow[] = [
  dma('iommus', ' = <&$1>', 'The IOMMU that translates the DMA of this device, and the IDs under which it sees it.'),
  dma('dma-coherent', '', 'DMA of this device is coherent with the caches of the CPUs.'),
  dma('dma-noncoherent', '', 'DMA of this device is not coherent with the caches of the CPUs.'),
  dma('dma-ranges', '', 'Which addresses on this bus reach memory; empty: the same ones as the CPU uses.'),
  dma('memory-region', ' = <&$1>', 'Reserved memory that belongs to this device.'),
  dma('memory-region-names', ' = "$1"', 'A name for each entry of memory-region.'),
  dma(
    'iommu-map',
    ` = <\${1:0x0} &\${2:iommu} \${3:0x0} \${4:0x10000}>`,
    'On a host bridge: which requester IDs become which IDs of which IOMMU.',
  ),
  dma('iommu-map-mask', ` = <\${1:0xffff}>`, 'On a host bridge: the bits of a requester ID that count in iommu-map.'),
  dma('msi-parent', ' = <&$1>', 'The MSI controller that takes the MSIs of this device.'),
  dma(
    'msi-map',
    ` = <\${1:0x0} &\${2:msi-controller} \${3:0x0} \${4:0x10000}>`,
    'On a host bridge: which requester IDs become which IDs of which MSI controller.',
  ),
  dma('msi-map-mask', ` = <\${1:0xffff}>`, 'On a host bridge: the bits of a requester ID that count in msi-map.'),
  dma(
    'iommu-addresses',
    ` = <&\${1:device} \${2:0x0 0x0} \${3:0x0 0x0}>`,
    'In reserved memory: the address and size under which a device sees it.',
  ),
  dma('#iommu-cells', ` = <\${1:1}>`, 'How many cells follow the phandle of this IOMMU.'),
  dma('dmas', ' = <&$1>', 'Channels of DMA controllers that serve this device.'),
  dma('dma-names', ' = "$1"', 'A name for each entry of dmas.'),

  spec('status', ' = "okay"', 'Whether the device works: okay, disabled, reserved, fail.'),
  spec('compatible', ' = "$1"', 'What the device is, the most specific name first: by it the driver is found.'),
  spec(
    'reg',
    ' = <$1>',
    'Where its registers are on the bus of its parent: address and size, as the parent counts cells.',
  ),
  spec('reg-names', ' = "$1"', 'A name for each entry of reg.'),
  spec('interrupts', ' = <$1>', 'Its interrupts, in cells of its interrupt parent.'),
  spec('interrupts-extended', ' = <&$1>', 'Its interrupts, each with its controller.'),
  spec('interrupt-names', ' = "$1"', 'A name for each interrupt.'),
  spec('interrupt-parent', ' = <&$1>', 'The controller that interrupts count for, here and below.'),
  spec('interrupt-controller', '', 'This node is an interrupt controller.'),
  spec('#interrupt-cells', ` = <\${1:2}>`, 'How many cells describe an interrupt of this controller.'),
  spec('interrupt-map', ' = <$1>', 'Which interrupts of this bus are which interrupts of which controller.'),
  spec('interrupt-map-mask', ' = <$1>', 'The bits that count in interrupt-map.'),
  spec('clocks', ' = <&$1>', 'Its clocks, each with its controller.'),
  spec('clock-names', ' = "$1"', 'A name for each clock.'),
  spec('assigned-clocks', ' = <&$1>', 'Clocks that are set up before the device probes.'),
  spec('assigned-clock-rates', ' = <$1>', 'A rate in Hz for each of assigned-clocks.'),
  spec('assigned-clock-parents', ' = <&$1>', 'A parent for each of assigned-clocks.'),
  spec('resets', ' = <&$1>', 'Its reset lines, each with its controller.'),
  spec('reset-names', ' = "$1"', 'A name for each reset line.'),
  spec('power-domains', ' = <&$1>', 'The power domains that must be on.'),
  spec('power-domain-names', ' = "$1"', 'A name for each power domain.'),
  spec('interconnects', ' = <&$1>', 'Paths through interconnects whose bandwidth it asks for.'),
  spec('interconnect-names', ' = "$1"', 'A name for each path.'),
  spec('phys', ' = <&$1>', 'Its PHYs.'),
  spec('phy-names', ' = "$1"', 'A name for each PHY.'),
  spec('pinctrl-0', ' = <&$1>', 'The pins of the first state, usually default.'),
  spec('pinctrl-1', ' = <&$1>', 'The pins of the second state, usually sleep.'),
  spec('pinctrl-names', ` = "\${1:default}"`, 'A name for each pinctrl-N: default, sleep, idle, init.'),
  spec('#address-cells', ` = <\${1:1}>`, 'How many cells an address of a child has.'),
  spec('#size-cells', ` = <\${1:1}>`, 'How many cells a size of a child has.'),
  spec('ranges', '', 'How addresses of children become addresses of the parent; empty: they are the same.'),
  spec('device_type', ' = "$1"', 'Only of cpu, memory and PCI nodes.'),
  spec('phandle', ' = <$1>', 'A number by which other nodes name this one; dtc makes it.'),
  spec('model', ' = "$1"', 'The name of the board.'),
  spec('label', ' = "$1"', 'A name for people.'),
  spec('#clock-cells', ` = <\${1:1}>`, 'How many cells name a clock of this controller.'),
  spec('#reset-cells', ` = <\${1:1}>`, 'How many cells name a reset line of this controller.'),
  spec('#power-domain-cells', ` = <\${1:1}>`, 'How many cells name a power domain of this controller.'),
  spec('gpio-controller', '', 'This node is a GPIO controller.'),
  spec('#gpio-cells', ` = <\${1:2}>`, 'How many cells name a GPIO of this controller.'),
  spec('#phy-cells', ` = <\${1:0}>`, 'How many cells name a PHY of this node.'),
  spec('#dma-cells', ` = <\${1:1}>`, 'How many cells name a channel of this controller.'),
  spec('no-map', '', 'In reserved memory: the kernel makes no mapping of it.'),
  spec('reusable', '', 'In reserved memory: the kernel uses it until its owner wants it.'),
  spec('size', ' = <$1>', 'In reserved memory without `reg`: how much of it, as the root counts cells.'),
  spec('alignment', ' = <$1>', 'In reserved memory without `reg`: at which multiples it may begin.'),
  spec('alloc-ranges', ' = <$1>', 'In reserved memory without `reg`: in which ranges it may lie.'),
  spec('linux,cma-default', '', 'In reserved memory: what Linux allocates contiguous memory from.'),
  spec('numa-node-id', ' = <$1>', 'The NUMA node that it belongs to.'),
  spec('chassis-type', ' = "$1"', 'What kind of machine it is: desktop, laptop, tablet, handset, server, embedded, …'),
  spec('serial-number', ' = "$1"', 'The serial number of the machine; the boot loader writes it.'),
  spec('target', ' = <&$1>', 'In an overlay: the node that the fragment changes, by its label.'),
  spec('target-path', ' = "$1"', 'In an overlay: the node that the fragment changes, by its path.'),
  spec('bootargs', ' = "$1"', 'The command line of the kernel.'),
  spec(
    'stdout-path',
    ` = "\${1:serial0:115200n8}"`,
    'The console: an alias or a path, and behind a colon its settings.',
  ),
];

/** Only what stands where it belongs: properties of /chosen, of the root, of reserved memory. */
export const PLACES: Readonly<Record<string, (path: string) => boolean>> = {
  bootargs: (path) => path === '/chosen',
  'stdout-path': (path) => path === '/chosen',
  model: (path) => path === '/',
  'no-map': inReservedMemory,
  reusable: inReservedMemory,
  'iommu-addresses': inReservedMemory,
  size: inReservedMemory,
  alignment: inReservedMemory,
  'alloc-ranges': inReservedMemory,
  'linux,cma-default': inReservedMemory,
  'numa-node-id': (path) => /^\/(?:memory|cpus\/cpu|soc)/.test(path),
  target: inFragment,
  'target-path': inFragment,
  'chassis-type': (path) => path === '/',
  'serial-number': (path) => path === '/',
};

function inFragment(path: string): boolean {
  return /^\/fragment(?:[@-][^/]*)?$/.test(path);
}

function inReservedMemory(path: string): boolean {
  return path.startsWith('/reserved-memory/');
}

/** Nodes that are no devices, and what belongs into each (Devicetree Specification 0.4, chapter 3; dt-schema's schemas). */
const SPECIAL_NODES: readonly (readonly [path: RegExp, names: readonly string[]])[] = [
  [
    /^\/$/,
    ['compatible', 'model', '#address-cells', '#size-cells', 'interrupt-parent', 'chassis-type', 'serial-number'],
  ],
  [/^\/chosen$/, ['stdout-path', 'bootargs']],
  [/^\/aliases$/, []],
  [/^\/cpus$/, ['#address-cells', '#size-cells']],
  [/^\/memory(?:@[^/]*)?$/, ['device_type', 'reg', 'numa-node-id']],
  [/^\/fragment(?:[@-][^/]*)?$/, ['target', 'target-path']],
  [/^\/reserved-memory$/, ['#address-cells', '#size-cells', 'ranges']],
  [
    /^\/reserved-memory\/[^/]+$/,
    [
      'reg',
      'no-map',
      'compatible',
      'size',
      'alignment',
      'alloc-ranges',
      'reusable',
      'linux,cma-default',
      'iommu-addresses',
    ],
  ],
];

/** What belongs into a node that is no device; `undefined` of devices, which may do DMA. */
export function specialNode(path: string): readonly string[] | undefined {
  return SPECIAL_NODES.find(([pattern]) => pattern.test(path))?.[1];
}

const rows = new Map(PROPERTY_TABLE.map((row) => [row.name, row]));

export function propertyRow(name: string): PropertyRow | undefined {
  return rows.get(name);
}
