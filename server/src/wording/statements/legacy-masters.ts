// SPDX-License-Identifier: MIT
// Words for masters that the IOMMU itself lists.
import { t } from '#base/language.ts';
import type { LegacyAlternative, LegacyStatement } from '#model/statements/legacy-masters.ts';
import { becauseText } from './platform.ts';
import { idName, idValue, quoted } from './terms.ts';
import type { Words } from './words.ts';

export const LEGACY: Words<LegacyStatement> = {
  'listed-direct': ({ iommu, blocked, because }) =>
    t(
      'The device gets direct DMA, and {0} {1} ({2}).',
      quoted(iommu),
      blocked ? t('blocks its DMA') : t('lets its DMA pass'),
      becauseText(because),
    ),
  listed: ({ property, iommu, ids }) =>
    t(
      '{0} of {1} lists the device with {2} {3}.',
      quoted(property),
      quoted(iommu),
      idName(ids[0]?.kind ?? 'stream-id'),
      ids.map(idValue).join(', '),
    ),
  'listed-unregistered': ({ property, iommu, why }, { reasonText }) =>
    t('{0} of {1} lists the device, but {2}.', quoted(property), quoted(iommu), reasonText(why)),
  'masters-found-late': ({ property }) =>
    t('Linux before 6.1 looks for the masters of {0} when all SMMUs are there.', quoted(property)),
  'masters-found-by-later': ({ iommu, later }) =>
    t(
      'Linux finds the masters of {0} when {1} registers and it looks through all devices again.',
      quoted(iommu),
      quoted(later),
    ),
  'masters-missed': ({ iommu, madeByDriver }) => {
    const missed = t(
      'Since Linux 6.1 {0} looks for its masters before it is bound itself, so it finds none of those that exist',
      quoted(iommu),
    );
    return madeByDriver ? t('{0}; this one is made by a driver, here before.', missed) : `${missed}.`;
  },
  'list-unread': ({ property, iommu, symbol }) =>
    t(
      '{0} of {1} lists the device, and Linux without CONFIG_{2} does not read the list.',
      quoted(property),
      quoted(iommu),
      symbol,
    ),
};

export const LEGACY_CONDITIONS: Words<LegacyAlternative> = {
  'made-before-iommu': ({ iommu }) => t('whether the device is made before {0} is bound', quoted(iommu)),
  'reads-list': ({ symbol }) => t('CONFIG_{0}, off by default', symbol),
};

export const LEGACY_OTHERWISE: Words<LegacyAlternative> = {
  'made-before-iommu': () => t('it is made later'),
  'reads-list': () => t('the kernel reads the list'),
};
