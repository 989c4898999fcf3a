// SPDX-License-Identifier: MIT
// Words for DMA without an IOMMU.
import { t } from '#base/language.ts';
import type { DirectAlternative, DirectCondition, DirectStatement } from '#model/statements/direct.ts';
import { becauseText } from './platform.ts';
import { bounds, quoted } from './terms.ts';
import type { Words } from './words.ts';

export const DIRECT: Words<DirectStatement> = {
  'swiotlb-forced': () => t('`swiotlb=force` makes every transfer bounce through swiotlb.'),
  'no-ram-known': () =>
    t('The tree describes no RAM: only what lies in the windows of `dma-ranges` is reached without bouncing.'),
  'nothing-in-reach': () => t('No memory has a bus address, and no bounce buffer: every transfer of the device fails.'),
  'out-of-reach': ({ start, end, bounces, because }) => {
    const outcome = bounces
      ? t('buffers there bounce through swiotlb')
      : t('transfers there fail, as there is no swiotlb ({0})', becauseText(because));
    return t('The device cannot reach the RAM from {0}: {1}.', bounds(start, end), outcome);
  },
  'unattached-streams': ({ iommu, blocked, because }) =>
    t(
      '{0} is on and {1} all DMA of devices that it did not take ({2}).',
      quoted(iommu),
      blocked ? t('blocks') : t('passes untranslated'),
      becauseText(because),
    ),
  'unlisted-stream': ({ iommu, because }) =>
    t(
      '{0} is on and serves other devices of this bus: where it lies in the path of this one, too, it blocks its DMA, as no entry lists its streams ({1}).',
      quoted(iommu),
      becauseText(because),
    ),
  'no-restricted-pools': ({ pool }) =>
    t('{0} is a restricted DMA pool, but this kernel has no CONFIG_DMA_RESTRICTED_POOL.', quoted(pool)),
  'pool-refused': ({ pool, property }) => {
    const why = property === null ? t('has neither `reg` nor `size`') : t('has {0}', quoted(property));
    return t(
      'The restricted DMA pool {0} {1}, so Linux refuses it and the device continues without it.',
      quoted(pool),
      why,
    );
  },
  'pool-used': ({ pool }) =>
    t('No IOMMU translates, so all DMA bounces through the restricted DMA pool {0}.', quoted(pool)),
  'pool-unused': ({ pool }) =>
    t('The device is behind an IOMMU, so Linux does not use the restricted DMA pool {0}.', quoted(pool)),
  zephyr: () => t('Zephyr does not configure DMA by bus: each driver decides.'),
};

export const DIRECT_CONDITIONS: Words<DirectCondition | DirectAlternative> = {
  'zephyr-driver': () => t('the Zephyr driver of the device'),
  'ram-from-boot-loader': () => t('the RAM that the boot loader adds to the tree'),
  'restricted-pools-built': () => 'CONFIG_DMA_RESTRICTED_POOL',
};

export const DIRECT_OTHERWISE: Words<DirectAlternative> = {
  'ram-from-boot-loader': () => t('the machine has RAM outside the windows'),
  'restricted-pools-built': () => t('the kernel has no CONFIG_DMA_RESTRICTED_POOL'),
};
