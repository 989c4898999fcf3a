// SPDX-License-Identifier: MIT
// Words for bus addresses and coherence.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { AddressStatement } from '#model/statements/addresses.ts';
import { quoted } from './terms.ts';
import type { Words } from './words.ts';

export const ADDRESSES: Words<AddressStatement> = {
  'coherence-stated': ({ property, node }) => {
    const coherent = property === 'dma-coherent';
    const effect = coherent
      ? t('its DMA is coherent with the CPU caches')
      : t('its DMA does not see the CPU caches, which Linux has to maintain around it');
    return t('{0} on {1}: {2}.', quoted(property), quoted(node), effect);
  },
  'no-cache-operations': ({ built }) =>
    t(
      'Linux cannot maintain the caches: {0}. The device sees stale data.',
      built
        ? t('no processor or cache of this tree has operations for it')
        : t('the kernel has no CONFIG_RISCV_DMA_NONCOHERENT'),
    ),
  'coherence-default': ({ arch, coherent }) =>
    t(
      'Neither `dma-coherent` nor `dma-noncoherent` on the way to the root: {0}coherent, the default of {1}.',
      coherent ? '' : t('not '),
      arch,
    ),
  'ranges-interrupted': ({ bus }) =>
    t('{0} has no `dma-ranges`, so the ones above it are not used and nothing limits the addresses.', quoted(bus)),
  'ranges-none': ({ bus, empty }) =>
    t(
      '`dma-ranges` is {0} on the way from {1} to the root: bus addresses are CPU addresses, without a limit.',
      empty ? t('empty') : t('absent'),
      quoted(bus),
    ),
  'ranges-unusable': ({ bus }) =>
    t('No range in the `dma-ranges` of {0} leads to a CPU address, so Linux uses none.', quoted(bus)),
  'ranges-ended': ({ bus }) =>
    t(
      'The `dma-ranges` of {0} starts with a range of size 0, which ends the map: no memory has a bus address, and every mapping fails.',
      quoted(bus),
    ),
  ranges: ({ bus, windows, more, limit }) => {
    const listed = windows
      .map(({ dma, cpu, size }) => t('{0} to CPU {1}, size {2}', hex(dma), hex(cpu), hex(size)))
      .join('; ');
    const rest = more > 0 ? t(' and {0} more', more) : '';
    return t(
      'The `dma-ranges` of {0} maps bus address {1}{2}; the limit is {3}.',
      quoted(bus),
      listed,
      rest,
      hex(limit),
    );
  },
};
