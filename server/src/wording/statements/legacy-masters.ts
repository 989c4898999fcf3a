// SPDX-License-Identifier: MIT
// Words for masters that the IOMMU itself lists.
import type { LegacyAlternative, LegacyStatement } from '#model/statements/legacy-masters.ts';
import { becauseText } from './platform.ts';
import { idName, idValue, quoted } from './terms.ts';
import type { Words } from './words.ts';

export const LEGACY: Words<LegacyStatement> = {
  'listed-direct': ({ iommu, blocked, because }) =>
    `The device gets direct DMA, and ${quoted(iommu)} ${blocked ? 'blocks its DMA' : 'lets its DMA pass'} (${becauseText(because)}).`,
  listed: ({ property, iommu, ids }) =>
    `${quoted(property)} of ${quoted(iommu)} lists the device with ${idName(ids[0]?.kind ?? 'stream-id')} ${ids.map(idValue).join(', ')}.`,
  'listed-unregistered': ({ property, iommu, why }, { reasonText }) =>
    `${quoted(property)} of ${quoted(iommu)} lists the device, but ${reasonText(why)}.`,
  'masters-found-late': ({ property }) =>
    `Linux before 6.1 looks for the masters of ${quoted(property)} when all SMMUs are there.`,
  'masters-found-by-later': ({ iommu, later }) =>
    `Linux finds the masters of ${quoted(iommu)} when ${quoted(later)} registers and it looks through all devices again.`,
  'masters-missed': ({ iommu, madeByDriver }) => {
    const missed = `Since Linux 6.1 ${quoted(iommu)} looks for its masters before it is bound itself, so it finds none of those that exist`;
    return madeByDriver ? `${missed}; this one is made by a driver, here before.` : `${missed}.`;
  },
  'list-unread': ({ property, iommu, symbol }) =>
    `${quoted(property)} of ${quoted(iommu)} lists the device, and Linux without CONFIG_${symbol} does not read the list.`,
};

export const LEGACY_CONDITIONS: Words<LegacyAlternative> = {
  'made-before-iommu': ({ iommu }) => `whether the device is made before ${quoted(iommu)} is bound`,
  'reads-list': ({ symbol }) => `CONFIG_${symbol}, off by default`,
};

export const LEGACY_OTHERWISE: Words<LegacyAlternative> = {
  'made-before-iommu': () => 'it is made later',
  'reads-list': () => 'the kernel reads the list',
};
