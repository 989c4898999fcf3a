// SPDX-License-Identifier: MIT
// What a tree's head says that it shows (`Rows:` of the decision table, docs/kernel-lab.md) was seen in its boots, and the
// page tells of the trees that there are.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Observation, ObservedDevice } from '#ide/live/observation.ts';
import { allCases, type Case, readCases } from './cases.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const cases = readCases(here('trees'));

type Seen = (boot: Observation) => boolean;
const some =
  (test: (device: ObservedDevice) => unknown): Seen =>
  ({ devices }) =>
    devices.some(test);
const verdict = (...wanted: readonly string[]): Seen => some((device) => wanted.includes(device.verdict));
const said =
  (words: RegExp): Seen =>
  ({ devices, log }) =>
    [...log, ...devices.flatMap((device) => device.log ?? [])].some((line) => words.test(line));
const both =
  (...tests: readonly Seen[]): Seen =>
  (boot) =>
    tests.every((test) => test(boot));
const absent =
  (path: string): Seen =>
  ({ devices, undecided }) =>
    ![...devices.map(({ node }) => node), ...undecided].includes(path);

/** Per row, what Linux must have been seen to do in one of the boots of the trees that name it. */
const SHOWN: Readonly<Record<number, Seen>> = {
  1: both(absent('/off/virtio_mmio@a002800'), absent('/virtio_mmio@a003e00')),
  2: both(absent('/wrapper@70000000/virtio_mmio@a002c00'), verdict('iommu-dma')),
  3: verdict('not-configured'),
  4: some(({ verdict, dmaLimit }) => verdict === 'direct' && dmaLimit === undefined),
  5: some(({ dmaLimit, dmaRanges }) => dmaLimit !== undefined && (dmaRanges?.length ?? 0) > 0),
  6: both(
    some(({ dmaLimit }) => dmaLimit !== undefined),
    some(({ bus, dmaLimit }) => bus === 'platform' && dmaLimit === undefined),
  ),
  7: said(/translation of DMA address/),
  8: both(
    some(({ coherent }) => coherent === true),
    some(({ coherent }) => coherent === false),
  ),
  9: both(
    some(({ rid, verdict }) => rid !== undefined && verdict === 'direct'),
    said(/no iommu-map translation/),
  ),
  10: said(/Bad iommu-map length|ignores id-base/),
  11: both(verdict('direct'), said(/could not (get|find)|#iommu-cells = /)),
  12: some(
    ({ verdict, log }) => verdict === 'iommu-dma' && log?.some((line) => /could not|#iommu-cells = /.test(line)),
  ),
  13: some(({ node, verdict }) => node === '/virtio_mmio@a003e00' && verdict === 'direct'),
  14: verdict('defer->direct'),
  15: some(({ verdict, waited }) => verdict === 'defer' || (verdict === 'iommu-dma' && waited !== undefined)),
  16: some(({ node, verdict }) => node === '/virtio_mmio@a003e00' && verdict === 'direct'),
  17: said(/already in tree|out of range for/),
  18: verdict('iommu-identity'),
  20: verdict('iommu-dma-fq'),
  21: said(/retaining platform DMA ops/),
  22: verdict('iommu-dma'),
  24: verdict('restricted-pool'),
  25: both(verdict('restricted-pool'), verdict('iommu-dma')),
  26: verdict('xen-swiotlb'),
  27: some(({ verdict, ring }) => verdict === 'xen-grant' && ring === 'grant'),
  29: some(({ rid, verdict }) => rid !== undefined && verdict === 'iommu-identity'),
};

const boots = ({ name, kernels }: Case): Observation[] =>
  kernels.map((kernel) => JSON.parse(readFileSync(here(`observations/${kernel}/${name}.json`), 'utf8')) as Observation);

describe('a row of the decision table', () => {
  it.each([...new Set(cases.flatMap(({ rows }) => rows))].sort((a, b) => a - b))('%i was seen', (row) => {
    const shown = SHOWN[row];
    expect(shown, 'says what there is to see').toBeDefined();
    const trees = cases.filter(({ rows }) => rows.includes(row));
    expect(trees.filter((tree) => boots(tree).some((boot) => shown?.(boot))).map(({ name }) => name)).not.toEqual([]);
  });
});

it('docs/kernel-lab.md has each tree on each of its kernels, and no other (npm run test:kernel -- --page)', () => {
  const page = readFileSync(here('../../docs/kernel-lab.md'), 'utf8');
  const told = [...page.matchAll(/^\| `([\w-]+)` \| ([\w.-]+) \|.* \d+ of \d+(?:, \d+ open)? \|$/gm)];
  const there = allCases(here('trees')).flatMap(({ name, kernels }) => kernels.map((kernel) => `${name} ${kernel}`));
  expect(told.map(([, name, kernel]) => `${name} ${kernel}`).sort()).toEqual(there.sort());
});
