// SPDX-License-Identifier: MIT
// Words for reserved addresses and for the way of MSIs.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { ReservedBecause, ReservedStatement } from '#model/statements/reserved.ts';
import { bounds, quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

export const RESERVED: Words<ReservedStatement> = {
  'iova-reserved': ({ region, start, end }) =>
    t('{0} reserves {1} in the IOVA space; nothing is mapped there.', quoted(region), bounds(start, end)),
  'iova-direct': ({ region, start, end }) =>
    t('{0} is mapped one to one at {1} before the device is attached.', quoted(region), bounds(start, end)),
  'iova-elsewhere': ({ region, start, end }) =>
    t(
      '{0} lies elsewhere than its IOVA {1}, so Linux only reserves these addresses.',
      quoted(region),
      bounds(start, end),
    ),
  'iova-untranslatable': ({ region }) =>
    t(
      'An address in `iommu-addresses` of {0} does not get through the `dma-ranges` above this device; Linux goes on reading at address 0, and the kernel oopses.',
      quoted(region),
    ),
  'msi-window': ({ start, end, overRam }) => {
    const overlap = overRam ? t('; the machine has RAM there, which a user of VFIO cannot map one to one') : '';
    return t('The driver keeps {0} for MSI doorbells{1}.', bounds(start, end), overlap);
  },
  'msi-window-unless-reported': ({ start, end }) =>
    t(
      'Unless the device reports an MSI region of its own, the driver keeps {0} for MSI doorbells.',
      bounds(start, end),
    ),
  'doorbell-mapped': ({ controller }) =>
    t(
      "Where the domain translates, Linux maps the doorbell of {0} at an IOVA of its choice; the device's MSIs arrive.",
      quoted(controller),
    ),
  'doorbell-blocked': ({ controller }) =>
    t(
      "The driver of {0} does not map its doorbell: where the domain translates, the IOMMU blocks the device's MSIs.",
      quoted(controller),
    ),
  'msi-map-uncovered': ({ bus, id }) => t('`msi-map` on {0} has nothing for requester ID {1}.', quoted(bus), hex(id)),
};

const BECAUSE: Words<ReservedBecause> = {
  'iommu-addresses': ({ region }) => t('`iommu-addresses` of {0}', region),
  'software-msi-window': ({ driver }) => t('{0} software MSI window', driver),
};

/** Where a reserved region comes from. */
export function reservedBecause(because: ReservedBecause): string {
  return wordsOf(BECAUSE, because);
}
