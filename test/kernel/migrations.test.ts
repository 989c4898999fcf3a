// SPDX-License-Identifier: MIT
// The trees that were booted before and after `dt-iommu fix`: it still makes the one of the other, to the byte, and Linux
// changed the DMA of exactly the devices that it was meant for.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Observation, ObservedDevice } from '#ide/live/observation.ts';
import { folderOf } from '#test/support/cli.ts';
import { readCases } from './cases.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const trees = here('trees');
const folder = folderOf('');
for (const name of readdirSync(trees)) cpSync(join(trees, name), join(folder.path, name));
afterAll(() => folder.remove());

const grants = (domid: number) => ['xen-swiotlb, ring in memory', `xen-grant to domain ${domid}, ring in grant`];

/** Per pair of trees: the devices (PCI functions, or nodes) that Linux treats otherwise after it, and how. */
const MIGRATIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'bus-migrate': { '/soc': ['iommu-dma', 'direct'], '/soc/virtio_mmio@a002e00': ['direct', 'iommu-dma'] },
  'coherence-migrate': {},
  'enable-migrate': {
    '/smmuv3@9050000': ['not asked', 'direct'],
    '/virtio_mmio@a003e00': ['direct', 'iommu-dma'],
  },
  'map-migrate': { '00:02.0': ['direct', 'iommu-dma'] },
  'pci-migrate': { '00:02.0': ['direct', 'iommu-dma'], '00:03.0': ['direct', 'iommu-dma'] },
  'smmu-migrate-masters': {
    '/virtio_mmio@a003e00': ['direct', 'iommu-dma'],
    '/pl061@9030000': ['direct', 'iommu-dma'],
  },
  'xen-migrate-bridge': { '00:02.0': grants(3), '00:03.0': grants(3) },
  'xen-migrate-decompiled': { '/virtio_mmio@a003e00': grants(1), '/virtio_mmio@a003800': grants(2) },
  'xen-migrate-guest': {
    '/passthrough/virtio_mmio@a003e00': ['direct, ring in memory', 'xen-grant to domain 1, ring in grant'],
    '/passthrough/virtio_mmio@a003c00': ['direct, ring in memory', 'xen-grant to domain 2, ring in grant'],
  },
  'xen-migrate-pci': { '00:02.0': grants(1), '00:03.0': grants(7) },
  'xen-migrate-plain': { '/virtio_mmio@a003e00': grants(1), '/virtio_mmio@a003a00': grants(2) },
};

/** Releases that read both forms: what was booted before and after is the same. */
const SAME_ON: Readonly<Record<string, readonly string[]>> = { 'map-migrate': ['7.3'] };

/** What "fix all" leaves to a person. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'enable-migrate': ['--rule', 'iommus-target-disabled'],
  'map-migrate': ['--kernel-version', '6.12'],
};

function dmaOf({ verdict, domid, ring }: ObservedDevice): string {
  const domain = domid === undefined ? '' : ` to domain ${domid}`;
  return `${verdict}${domain}${ring === undefined ? '' : `, ring in ${ring}`}`;
}

/** Device → what Linux made of it. */
function observed(kernel: string, name: string): Map<string, string> {
  const text = readFileSync(here(`observations/${kernel}/${name}.json`), 'utf8');
  const { devices } = JSON.parse(text) as Observation;
  return new Map(devices.map((device) => [device.rid ?? device.node, dmaOf(device)]));
}

const cases = readCases(trees);

it('has a row for every pair of trees', () => {
  const pairs = cases.filter(({ name }) => name.endsWith('-before')).map(({ name }) => name.replace('-before', ''));
  expect(pairs).toEqual(Object.keys(MIGRATIONS).sort());
});

describe.each(Object.entries(MIGRATIONS))('%s', (name, changed) => {
  it('is repaired into the tree that was booted', async () => {
    const { code } = await folder.run('fix', '--write', ...(NAMED[name] ?? []), `${name}-before.dts`);
    expect(code).toBe(0);
    const written = folder.read(`${name}-before.dts`);
    await expect(written.toString()).toMatchFileSnapshot(join(trees, `${name}-after.dts`));
    expect(written.equals(readFileSync(join(trees, `${name}-after.dts`)))).toBe(true);
  });

  const kernels = cases.find((test) => test.name === `${name}-before`)?.kernels ?? [];
  it.each(kernels)('changed what it was meant to change on Linux %s', (kernel) => {
    const [before, after] = [observed(kernel, `${name}-before`), observed(kernel, `${name}-after`)];
    const both = [...new Set([...before.keys(), ...after.keys()])].map((device) => {
      const [was, is] = [before.get(device) ?? 'not asked', after.get(device) ?? 'not asked'];
      return { device, was, is };
    });
    // Since 6.15 an IOMMU that registers has the DMA of devices without a driver set up, too (probe_iommu_group).
    const onlyAsked = ({ device, was, is }: (typeof both)[number]) =>
      !(device in changed) && was === 'not asked' && is === 'direct' && kernel === '7.3';
    const found = both.filter((row) => row.was !== row.is && !onlyAsked(row));
    expect(Object.fromEntries(found.map(({ device, was, is }) => [device, [was, is]]))).toEqual(
      SAME_ON[name]?.includes(kernel) ? {} : changed,
    );
    expect(both.length).toBeGreaterThan(found.length);
  });
});
