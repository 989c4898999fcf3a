// SPDX-License-Identifier: MIT
// What Linux calls a device in its log: the name of the driver where it is known, and the name of the device.
import { own } from '#base/own.ts';
import { isPciBus, parentOf, rawCells, translate } from '#model/addresses/addresses.ts';
import { type Machine, type PerNode, perMachine, perNode } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { baseName, compatibles, isAvailable, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** Names of drivers by compatible string (the `name` of its `struct device_driver`, Linux 6.12), generic ones only. */
const DRIVER_NAMES: Readonly<Record<string, string>> = {
  'virtio,mmio': 'virtio-mmio',
  'pci-host-ecam-generic': 'pci-host-generic',
  'pci-host-cam-generic': 'pci-host-generic',
  'arm,pl330': 'dma-pl330',
  'arm,pl011': 'uart-pl011',
  'arm,pl031': 'rtc-pl031',
  'arm,pl061': 'pl061_gpio',
  'i2c-gpio': 'i2c-gpio',
  'simple-bus': 'simple-pm-bus',
  'simple-pm-bus': 'simple-pm-bus',
  'simple-mfd': 'simple-pm-bus',
};

/** `a003e00.virtio_mmio`, as drivers/of/device.c:of_device_make_bus_id composes it. */
export const deviceName: PerNode<string> = perNode(
  (machine, node) => {
    let name = '';
    for (let at: DtNode | undefined = node; at?.parent; at = at.parent) {
      const tail = name === '' ? '' : `:${name}`;
      const reg = at.properties.get('reg');
      const address = reg ? translate(machine, at, rawCells(reg), 'ranges', parentOf) : undefined;
      if (address === undefined) {
        name = at.name + tail;
        continue;
      }
      const mask = u32(at.properties.get('mask'));
      const bit = mask === undefined ? '' : `.${(firstSetBit(mask) - 1).toString(16)}`;
      return `${address.toString(16)}${bit}.${baseName(at)}${tail}`;
    }
    return name;
  },
  (_, node) => node.name,
);

/** As `ffs`: 1 for bit 0, 0 for none. */
function firstSetBit(value: number): number {
  return value === 0 ? 0 : 32 - Math.clz32(value & -value);
}

/** `0000:00:01.0`: the domain is `linux,pci-domain` of the host bridge, or its place among the bridges. */
export function functionName(machine: Machine, host: DtNode, id: number): string {
  const domain = u32(host.properties.get('linux,pci-domain')) ?? Math.max(0, hostBridges(machine).indexOf(host));
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `${hex(domain, 4)}:${hex(id >>> 8, 2)}:${hex((id >>> 3) & 31, 2)}.${(id & 7).toString(16)}`;
}

/** Host bridges that Linux can find, in tree order. */
const hostBridges = perMachine<readonly DtNode[]>((machine) =>
  treeNodes(machine).all.filter(
    (node) => node.parent !== undefined && isPciBus(node) && !isPciBus(node.parent) && isAvailable(node),
  ),
);

/** What the log names: a device by its node, or a function by its host bridge and requester ID. */
export interface Named {
  readonly node: DtNode;
  readonly configuredBy: DtNode;
  readonly bus: string;
  readonly id: number | undefined;
}

/** As {@link deviceLine}, for a device that may be a PCI function, whose driver only its ID registers tell. */
export function subjectLine(machine: Machine, { node, configuredBy, bus, id }: Named, text: string): string {
  if (bus !== 'pci' || id === undefined) return deviceLine(machine, node, text);
  return `${functionName(machine, configuredBy, id)}: ${text}`;
}

/** `virtio-mmio a003e00.virtio_mmio: text`; the driver is left out where only its source knows the name. */
export function deviceLine(machine: Machine, node: DtNode, text: string): string {
  for (const name of compatibles(node)) {
    const driver = own(DRIVER_NAMES, name);
    if (driver !== undefined) return `${driver} ${deviceName(machine, node)}: ${text}`;
  }
  return `${deviceName(machine, node)}: ${text}`;
}
