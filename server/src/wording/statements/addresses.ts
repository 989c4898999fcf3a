// SPDX-License-Identifier: MIT
// Words for bus addresses and coherence.
import { hex } from '#base/numbers.ts';
import type { AddressStatement } from '#model/statements/addresses.ts';
import { quoted } from './terms.ts';
import type { Words } from './words.ts';

export const ADDRESSES: Words<AddressStatement> = {
  'coherence-stated': ({ property, node }) => {
    const coherent = property === 'dma-coherent';
    const effect = coherent
      ? 'its DMA is coherent with the CPU caches'
      : 'its DMA does not see the CPU caches, which Linux has to maintain around it';
    return `${quoted(property)} on ${quoted(node)}: ${effect}.`;
  },
  'no-cache-operations': ({ built }) =>
    `Linux cannot maintain the caches: ${built ? 'no processor or cache of this tree has operations for it' : 'the kernel has no CONFIG_RISCV_DMA_NONCOHERENT'}. The device sees stale data.`,
  'coherence-default': ({ arch, coherent }) =>
    `Neither \`dma-coherent\` nor \`dma-noncoherent\` on the way to the root: ${coherent ? '' : 'not '}coherent, the default of ${arch}.`,
  'ranges-interrupted': ({ bus }) =>
    `${quoted(bus)} has no \`dma-ranges\`, so the ones above it are not used and nothing limits the addresses.`,
  'ranges-none': ({ bus, empty }) =>
    `\`dma-ranges\` is ${empty ? 'empty' : 'absent'} on the way from ${quoted(bus)} to the root: bus addresses are CPU addresses, without a limit.`,
  'ranges-unusable': ({ bus }) =>
    `No range in the \`dma-ranges\` of ${quoted(bus)} leads to a CPU address, so Linux uses none.`,
  'ranges-ended': ({ bus }) =>
    `The \`dma-ranges\` of ${quoted(bus)} starts with a range of size 0, which ends the map: no memory has a bus address, and every mapping fails.`,
  ranges: ({ bus, windows, more, limit }) => {
    const listed = windows.map(({ dma, cpu, size }) => `${hex(dma)} to CPU ${hex(cpu)}, size ${hex(size)}`).join('; ');
    const rest = more > 0 ? ` and ${more} more` : '';
    return `The \`dma-ranges\` of ${quoted(bus)} maps bus address ${listed}${rest}; the limit is ${hex(limit)}.`;
  },
};
