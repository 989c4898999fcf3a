// SPDX-License-Identifier: MIT
// Words for DMA without an IOMMU.
import type { DirectAlternative, DirectCondition, DirectStatement } from '#model/statements/direct.ts';
import { becauseText } from './platform.ts';
import { bounds, quoted } from './terms.ts';
import type { Words } from './words.ts';

export const DIRECT: Words<DirectStatement> = {
  'swiotlb-forced': () => '`swiotlb=force` makes every transfer bounce through swiotlb.',
  'no-ram-known': () =>
    'The tree describes no RAM: only what lies in the windows of `dma-ranges` is reached without bouncing.',
  'nothing-in-reach': () => 'No memory has a bus address, and no bounce buffer: every transfer of the device fails.',
  'out-of-reach': ({ start, end, bounces, because }) => {
    const outcome = bounces
      ? 'buffers there bounce through swiotlb'
      : `transfers there fail, as there is no swiotlb (${becauseText(because)})`;
    return `The device cannot reach the RAM from ${bounds(start, end)}: ${outcome}.`;
  },
  'unattached-streams': ({ iommu, blocked, because }) =>
    `${quoted(iommu)} is on and ${blocked ? 'blocks' : 'passes untranslated'} all DMA of devices that it did not take (${becauseText(because)}).`,
  'unlisted-stream': ({ iommu, because }) =>
    `${quoted(iommu)} is on and serves other devices of this bus: where it lies in the path of this one, too, it blocks its DMA, as no entry lists its streams (${becauseText(because)}).`,
  'no-restricted-pools': ({ pool }) =>
    `${quoted(pool)} is a restricted DMA pool, but this kernel has no CONFIG_DMA_RESTRICTED_POOL.`,
  'pool-refused': ({ pool, property }) => {
    const why = property === null ? 'has neither `reg` nor `size`' : `has ${quoted(property)}`;
    return `The restricted DMA pool ${quoted(pool)} ${why}, so Linux refuses it and the device continues without it.`;
  },
  'pool-used': ({ pool }) => `No IOMMU translates, so all DMA bounces through the restricted DMA pool ${quoted(pool)}.`,
  'pool-unused': ({ pool }) =>
    `The device is behind an IOMMU, so Linux does not use the restricted DMA pool ${quoted(pool)}.`,
  zephyr: () => 'Zephyr does not configure DMA by bus: each driver decides.',
};

export const DIRECT_CONDITIONS: Words<DirectCondition | DirectAlternative> = {
  'zephyr-driver': () => 'the Zephyr driver of the device',
  'ram-from-boot-loader': () => 'the RAM that the boot loader adds to the tree',
  'restricted-pools-built': () => 'CONFIG_DMA_RESTRICTED_POOL',
};

export const DIRECT_OTHERWISE: Words<DirectAlternative> = {
  'ram-from-boot-loader': () => 'the machine has RAM outside the windows',
  'restricted-pools-built': () => 'the kernel has no CONFIG_DMA_RESTRICTED_POOL',
};
