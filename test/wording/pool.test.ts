// SPDX-License-Identifier: MIT
// A pool in one line: whose, how large, where, and where the device sees it.
import { expect, test } from 'vitest';
import type { DmaPool } from '#model/direct/pool.ts';
import { poolText } from '#wording/pool.ts';

const pool: DmaPool = {
  path: '/reserved-memory/a',
  kind: 'coherent',
  start: 0x50000000n,
  size: 0x400000n,
  bus: 0x50000000n,
};
const OWN = '/reserved-memory/a: coherent pool, where its driver asks for memory-region';

test.each<[string, Partial<DmaPool>, string]>([
  ['seen where it is', {}, `${OWN}, 4 MiB at 0x50000000`],
  ['seen elsewhere', { bus: 0x10000000n }, `${OWN}, 4 MiB at 0x50000000, bus 0x10000000`],
  ['not seen', { bus: undefined }, `${OWN}, 4 MiB at 0x50000000, beyond its bus`],
  ['placed when Linux boots', { start: undefined, bus: undefined }, `${OWN}, 4 MiB, placed by Linux`],
  ['in KiB', { size: 0x1400n }, `${OWN}, 5 KiB at 0x50000000`],
  ['in bytes', { size: 3n }, `${OWN}, 3 bytes at 0x50000000`],
  ['of no known size', { size: undefined }, `${OWN} at 0x50000000`],
  ['of all devices', { kind: 'cma-default' }, '/reserved-memory/a: the default CMA area, 4 MiB at 0x50000000'],
])('%s', (_name, given, expected) => expect(poolText({ ...pool, ...given })).toBe(expected));
