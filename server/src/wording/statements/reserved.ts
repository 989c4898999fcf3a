// SPDX-License-Identifier: MIT
// Words for reserved addresses and for the way of MSIs.
import { hex } from '#base/numbers.ts';
import type { ReservedBecause, ReservedStatement } from '#model/statements/reserved.ts';
import { bounds, quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

export const RESERVED: Words<ReservedStatement> = {
  'iova-reserved': ({ region, start, end }) =>
    `${quoted(region)} reserves ${bounds(start, end)} in the IOVA space; nothing is mapped there.`,
  'iova-direct': ({ region, start, end }) =>
    `${quoted(region)} is mapped one to one at ${bounds(start, end)} before the device is attached.`,
  'iova-elsewhere': ({ region, start, end }) =>
    `${quoted(region)} lies elsewhere than its IOVA ${bounds(start, end)}, so Linux only reserves these addresses.`,
  'iova-untranslatable': ({ region }) =>
    `An address in \`iommu-addresses\` of ${quoted(region)} does not get through the \`dma-ranges\` above this device; Linux goes on reading at address 0, and the kernel oopses.`,
  'msi-window': ({ start, end, overRam }) => {
    const overlap = overRam ? '; the machine has RAM there, which a user of VFIO cannot map one to one' : '';
    return `The driver keeps ${bounds(start, end)} for MSI doorbells${overlap}.`;
  },
  'msi-window-unless-reported': ({ start, end }) =>
    `Unless the device reports an MSI region of its own, the driver keeps ${bounds(start, end)} for MSI doorbells.`,
  'doorbell-mapped': ({ controller }) =>
    `Where the domain translates, Linux maps the doorbell of ${quoted(controller)} at an IOVA of its choice; the device's MSIs arrive.`,
  'doorbell-blocked': ({ controller }) =>
    `The driver of ${quoted(controller)} does not map its doorbell: where the domain translates, the IOMMU blocks the device's MSIs.`,
  'msi-map-uncovered': ({ bus, id }) => `\`msi-map\` on ${quoted(bus)} has nothing for requester ID ${hex(id)}.`,
};

const BECAUSE: Words<ReservedBecause> = {
  'iommu-addresses': ({ region }) => `\`iommu-addresses\` of ${region}`,
  'software-msi-window': ({ driver }) => `${driver} software MSI window`,
};

/** Where a reserved region comes from. */
export function reservedBecause(because: ReservedBecause): string {
  return wordsOf(BECAUSE, because);
}
