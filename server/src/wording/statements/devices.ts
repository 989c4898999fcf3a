// SPDX-License-Identifier: MIT
// Words for whether a node becomes a device.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { DeviceAlternative, DeviceCondition, DeviceStatement } from '#model/statements/devices.ts';
import { idName, quoted } from './terms.ts';
import type { Words } from './words.ts';

export const DEVICES: Words<DeviceStatement> = {
  root: () => t('The root is not a device; Linux makes devices for its children.'),
  'status-off': () => t('`status` is neither "okay" nor "ok": Linux makes no device.'),
  'made-by-parent': ({ parent }) =>
    t('The driver of {0} makes a device for the node and sets up its DMA.', quoted(parent)),
  'no-compatible': () => t('No `compatible`: Linux makes no device.'),
  'operating-points': () => t('Operating points are skipped: Linux makes no device.'),
  'taken-early': ({ compatible }) => t('{0} is set up before devices exist and gets none.', quoted(compatible)),
  'passed-over': ({ folder }) => t('Linux makes no device for this child of {0}.', quoted(folder)),
  'device-made': ({ bus }) =>
    t('Linux makes {0} device, whose bus sets up its DMA.', bus === 'amba' ? t('an AMBA') : t('a platform')),
  'child-of-controller': ({ parent, bus }) =>
    t(
      'A child of {0} is a device of the {1} bus, which has no dma_configure: its DMA, if any, is that of the controller.',
      quoted(parent),
      bus,
    ),
  'not-a-bus': ({ parent }) =>
    t(
      '{0} is not a bus that Linux descends into, and no driver that makes devices for its children is known to this tool.',
      quoted(parent),
    ),
  'parent-absent': ({ parent, off }) => {
    const below = off === null ? t('has no device') : t('is below {0}, which is disabled', quoted(off));
    return t(
      '{0} {1}, so Linux does not look at its children.',
      quoted(parent),
      off === parent ? t('is disabled') : below,
    );
  },
  'no-pci-function': () => t('No `reg`: Linux finds no PCI function for the node.'),
  'pci-function-off': () =>
    t('Linux makes a device of the PCI function; as its `status` is neither "okay" nor "ok", no driver binds it.'),
  'pci-function': () =>
    t(
      'A PCI function: Linux makes a device when it finds the function, and sets up its DMA by the node of the host bridge.',
    ),
  'set-up-by-node': ({ what }) => t('The driver sets up {0}, by this node, too.', what),
  'made-by-map': ({ count, by }) => {
    if (by === 'channels')
      return t(
        "The driver sets up each of its {0} DMA channels by `iommu-map`, with the channel's number as ID.",
        count,
      );
    const each = by === 'lengths' ? t('ID of the {0} that the lengths in', count) : t('of the {0} entries of', count);
    const up = by === 'lengths' ? t(' add up to') : '';
    return t(
      'The driver makes a device for each {0} `iommu-map`{1}, and sets up its DMA by this node with its number as ID.',
      each,
      up,
    );
  },
  'made-devices': ({ first, last, verdict, iommu }) => {
    const names = first === last ? quoted(first) : t('{0} to {1}', quoted(first), quoted(last));
    if (!iommu) return t('{0}: {1}, no IOMMU.', names, verdict);
    return t(
      '{0}: {1} through {2} with {3} {4}.',
      names,
      verdict,
      quoted(iommu.path),
      idName(iommu.idKind),
      iommu.ids.map(hex).join(', '),
    );
  },
  'made-without-iommu': ({ device, node }) =>
    t('{0} has no IOMMU, so the probe of {1} fails or waits.', quoted(device), quoted(node)),
};

export const DEVICE_CONDITIONS: Words<DeviceCondition | DeviceAlternative> = {
  'driver-populates': ({ driver }) => t('whether the driver of {0} makes devices for its children', quoted(driver)),
  'undescribed-bridges': ({ below }) => {
    const where = below === null ? t('above it') : t('between it and {0}', quoted(below));
    return t(
      'the bridges {0}, which no node describes (without ACS it shares their group; a conventional PCI bridge adds a second ID)',
      where,
    );
  },
  'bus-number': ({ bridge }) => t('the bus number that Linux gives the bus below {0}', quoted(bridge)),
  'bridge-kind': ({ bridge }) =>
    t('whether {0} is a PCI Express port (a conventional PCI bridge adds a second ID)', quoted(bridge)),
  'parent-makes-device': () => t('the driver of the parent makes the device'),
};

export const DEVICE_OTHERWISE: Words<DeviceAlternative> = {
  'parent-makes-device': () => t('the driver of the parent makes the device'),
};
