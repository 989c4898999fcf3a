// SPDX-License-Identifier: MIT
// What the kernel lab's probe at arch_setup_dma_ops shows of a device: coherence, limit, windows, IDs, operations.
import type { ObservedDevice } from './observation.ts';

/** `0x…` of a number in any form. */
export const hex = (value: string | bigint) => `0x${BigInt(value).toString(16)}`;

/**
 * Linux 6.1 hands over a first address and a size: those of `dma-ranges`, or else zero and at least the 4 GiB of the
 * device's mask, which is no limit of the tree.
 */
function limitOf(base: string | undefined, size: string | undefined): bigint {
  const limited = BigInt(base ?? 0) !== 0n || BigInt(size ?? 0) < 1n << 32n;
  return limited && size !== undefined ? BigInt(base ?? 0) + BigInt(size) - 1n : 0n;
}

/** By the field of struct device, or by bit 2 of its flags (enum struct_device_flags of Linux 7.2: DEV_FLAG_DMA_IOMMU). */
const usesIommu = (field: string | undefined, flags: string | undefined) =>
  flags === undefined ? field === '1' : (BigInt(flags) & 4n) !== 0n;

export type Range = NonNullable<ObservedDevice['dmaRanges']>[number];

export interface Probe {
  readonly name: string | undefined;
  readonly coherent: boolean;
  readonly dmaLimit: string | null;
  readonly reach: string | null;
  readonly dmaRanges: readonly Range[];
  readonly iommuOps: boolean | null;
  readonly ids: readonly number[] | null;
}

/** The values of one line of the `dma` probe (see boot.mjs), or of Linux 6.1's shorter one. */
export function probeFields(line: string): Probe {
  const field = (name: string) => new RegExp(`\\b${name}=("[^"]*"|\\{[^}]*\\}|\\S+)`).exec(line)?.[1];
  const list = (text: string | undefined) => (text?.startsWith('{') ? text.slice(1, -1).split(',') : []);
  const number = (text: string | undefined) => (text === undefined || text.includes('fault') ? 0 : Number(text));
  const limit = field('limit') ?? limitOf(field('base'), field('size'));
  const map = list(field('map'));
  const windows: Range[] = [];
  for (let at = 0; at + 2 < map.length && BigInt(map[at + 2] ?? 0) !== 0n; at += 3) {
    windows.push({ dmaStart: hex(map[at + 1] ?? '0'), cpuStart: hex(map[at] ?? '0'), size: hex(map[at + 2] ?? '0') });
  }
  const whole = field('limit') !== undefined;
  return {
    name: field('name')?.replaceAll('"', ''),
    coherent: field('coherent') === '1',
    dmaLimit: BigInt(limit) === 0n ? null : hex(limit),
    reach: field('size') ?? null,
    dmaRanges: whole && BigInt(limit) !== 0n ? windows : [],
    iommuOps: whole ? usesIommu(field('ops'), field('flags')) : null,
    ids: whole
      ? list(field('ids'))
          .slice(0, number(field('count')))
          .map(Number)
      : null,
  };
}
