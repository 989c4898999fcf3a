// SPDX-License-Identifier: MIT
// Words for whether a node becomes a device.
import { hex } from '#base/numbers.ts';
import type { DeviceAlternative, DeviceCondition, DeviceStatement } from '#model/statements/devices.ts';
import { idName, quoted } from './terms.ts';
import type { Words } from './words.ts';

export const DEVICES: Words<DeviceStatement> = {
  root: () => 'The root is not a device; Linux makes devices for its children.',
  'status-off': () => '`status` is neither "okay" nor "ok": Linux makes no device.',
  'made-by-parent': ({ parent }) => `The driver of ${quoted(parent)} makes a device for the node and sets up its DMA.`,
  'no-compatible': () => 'No `compatible`: Linux makes no device.',
  'operating-points': () => 'Operating points are skipped: Linux makes no device.',
  'taken-early': ({ compatible }) => `${quoted(compatible)} is set up before devices exist and gets none.`,
  'passed-over': ({ folder }) => `Linux makes no device for this child of ${quoted(folder)}.`,
  'device-made': ({ bus }) =>
    `Linux makes ${bus === 'amba' ? 'an AMBA' : 'a platform'} device, whose bus sets up its DMA.`,
  'child-of-controller': ({ parent, bus }) =>
    `A child of ${quoted(parent)} is a device of the ${bus} bus, which has no dma_configure: its DMA, if any, is that of the controller.`,
  'not-a-bus': ({ parent }) =>
    `${quoted(parent)} is not a bus that Linux descends into, and no driver that makes devices for its children is known to this tool.`,
  'parent-absent': ({ parent, off }) => {
    const below = off === null ? 'has no device' : `is below ${quoted(off)}, which is disabled`;
    return `${quoted(parent)} ${off === parent ? 'is disabled' : below}, so Linux does not look at its children.`;
  },
  'no-pci-function': () => 'No `reg`: Linux finds no PCI function for the node.',
  'pci-function-off': () =>
    'Linux makes a device of the PCI function; as its `status` is neither "okay" nor "ok", no driver binds it.',
  'pci-function': () =>
    'A PCI function: Linux makes a device when it finds the function, and sets up its DMA by the node of the host bridge.',
  'set-up-by-node': ({ what }) => `The driver sets up ${what}, by this node, too.`,
  'made-by-map': ({ count, by }) => {
    if (by === 'channels')
      return `The driver sets up each of its ${count} DMA channels by \`iommu-map\`, with the channel's number as ID.`;
    const each = by === 'lengths' ? `ID of the ${count} that the lengths in` : `of the ${count} entries of`;
    const up = by === 'lengths' ? ' add up to' : '';
    return `The driver makes a device for each ${each} \`iommu-map\`${up}, and sets up its DMA by this node with its number as ID.`;
  },
  'made-devices': ({ first, last, verdict, iommu }) => {
    const names = first === last ? quoted(first) : `${quoted(first)} to ${quoted(last)}`;
    if (!iommu) return `${names}: ${verdict}, no IOMMU.`;
    return `${names}: ${verdict} through ${quoted(iommu.path)} with ${idName(iommu.idKind)} ${iommu.ids.map(hex).join(', ')}.`;
  },
  'made-without-iommu': ({ device, node }) =>
    `${quoted(device)} has no IOMMU, so the probe of ${quoted(node)} fails or waits.`,
};

export const DEVICE_CONDITIONS: Words<DeviceCondition | DeviceAlternative> = {
  'driver-populates': ({ driver }) => `whether the driver of ${quoted(driver)} makes devices for its children`,
  'undescribed-bridges': ({ below }) => {
    const where = below === null ? 'above it' : `between it and ${quoted(below)}`;
    return `the bridges ${where}, which no node describes (without ACS it shares their group; a conventional PCI bridge adds a second ID)`;
  },
  'bus-number': ({ bridge }) => `the bus number that Linux gives the bus below ${quoted(bridge)}`,
  'bridge-kind': ({ bridge }) =>
    `whether ${quoted(bridge)} is a PCI Express port (a conventional PCI bridge adds a second ID)`,
  'parent-makes-device': () => 'the driver of the parent makes the device',
};

export const DEVICE_OTHERWISE: Words<DeviceAlternative> = {
  'parent-makes-device': () => 'the driver of the parent makes the device',
};
