// SPDX-License-Identifier: MIT
// What the lab's combined trees are made of: buses with windows, masters, maps, a second host bridge, pieces of memory.

/** One combined tree: what is special about it in a line or two, on one of the lab's machines. */
export interface Combination {
  readonly name: string;
  readonly shows: string;
  /** The `Machine:` of a head, and the file that describes it. */
  readonly machine: string;
  readonly tree: string;
  readonly cmdline?: string;
  readonly qemu?: string;
  readonly boot?: string;
  readonly unseen?: string;
  /** From new to old; the newest alone where it does not say. */
  readonly kernels?: readonly string[];
}

/** The newest, the middle and the oldest. */
export const SPREAD = ['7.3', '6.12', '6.1'] as const;

/** A transport of QEMU's machine that `virt.dtsi` leaves out, the first one 0: Linux configures its DMA as for a device. */
export function transport(number: number, properties = '', label = `dev${number}`): string {
  const address = (0xa002e00 - number * 0x200).toString(16);
  return `${label}: virtio_mmio@${address} {
		compatible = "virtio,mmio";
		reg = <0x0 0x${address} 0x0 0x200>;
		interrupts = <0 ${39 - number} 1>;
		dma-coherent;
		${properties}
	};`;
}

/** `dma-ranges` of a bus whose addresses, and those of the bus around it, have two cells: `[bus, parent, size]` each. */
export type Windows = readonly (readonly [number, number, number])[];

const cells = (value: number): string =>
  `0x${Math.floor(value / 2 ** 32).toString(16)} 0x${(value >>> 0).toString(16)}`;

/** A bus that passes all of `reg` upwards, and DMA through these windows: `all` is an empty property, `none` no property. */
export function bus(name: string, windows: Windows | 'all' | 'none', ...children: readonly string[]): string {
  const list = typeof windows === 'string' ? [] : windows.map((window) => `<${window.map(cells).join(' ')}>`);
  const property = windows === 'none' ? '' : windows === 'all' ? 'dma-ranges;' : `dma-ranges = ${list.join(', ')};`;
  return `${name} {
	compatible = "simple-bus";
	#address-cells = <2>;
	#size-cells = <2>;
	ranges;
	${property}
	${children.join('\n\t')}
};`;
}

export const root = (...parts: readonly string[]): string => `/ {\n${parts.join('\n')}\n};\n`;

/** A reference to a node with more properties. */
export const more = (label: string, ...properties: readonly string[]): string =>
  `&${label} {\n\t${properties.join('\n\t')}\n};\n`;

/** Functions of QEMU that have a driver in the guest. */
export const functions = (...addresses: readonly string[]): string =>
  addresses.map((address) => `-device virtio-net-pci,addr=${address},romfile=`).join(' ');

/** Where {@link secondHost} has its configuration space: memory, so what QEMU writes there is a function. */
const SECOND = 0x70100000;

/** A function of the second host bridge: a vendor and device that no driver knows, and a class. */
export const secondFunctions = (...devices: readonly number[]): string =>
  devices
    .flatMap((device) => [
      [device * 0x8000, 0x11e81234],
      [device * 0x8000 + 8, 0x02000000],
    ])
    .map(([offset = 0, data]) => `-device loader,addr=${SECOND + offset},data=${data},data-len=4`)
    .join(' ');

/** A second host bridge, PCI domain 1, whose one bus is described by memory. */
export function secondHost(...properties: readonly string[]): string {
  return root(
    `reserved-memory {
	#address-cells = <2>;
	#size-cells = <2>;
	ranges;
	ecam@${SECOND.toString(16)} { reg = <0x0 0x${SECOND.toString(16)} 0x0 0x100000>; no-map; };
};`,
    `pcie2: pcie@${SECOND.toString(16)} {
	compatible = "pci-host-ecam-generic";
	device_type = "pci";
	#address-cells = <3>;
	#size-cells = <2>;
	reg = <0x0 0x${SECOND.toString(16)} 0x0 0x100000>;
	ranges = <0x2000000 0x0 0x70800000 0x0 0x70800000 0x0 0x100000>;
	bus-range = <0 0>;
	linux,pci-domain = <1>;
	${properties.join('\n\t')}
};`,
  );
}

/** `/reserved-memory` with these nodes. */
export const reserved = (...nodes: readonly string[]): string =>
  root(`reserved-memory {
	#address-cells = <2>;
	#size-cells = <2>;
	ranges;
	${nodes.join('\n\t')}
};`);
