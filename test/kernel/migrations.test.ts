// SPDX-License-Identifier: MIT
// The trees that were booted on Xen before and after `dt-iommu fix`: it still makes the one of the other, and Linux gave
// grants to exactly the devices that had named a domain.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { folderOf } from '#test/support/cli.ts';
import type { Observation } from './agreement.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const trees = here('trees');
const folder = folderOf('');
for (const name of readdirSync(trees)) cpSync(join(trees, name), join(folder.path, name));
afterAll(() => folder.remove());

/** Device (PCI function, or node) → domain. */
const MIGRATIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'xen-migrate-plain': { '/virtio_mmio@a003e00': 1, '/virtio_mmio@a003a00': 2 },
  'xen-migrate-decompiled': { '/virtio_mmio@a003e00': 1, '/virtio_mmio@a003800': 2 },
  'xen-migrate-pci': { '00:02.0': 1, '00:03.0': 7 },
};

const observed = (name: string) =>
  (JSON.parse(readFileSync(here(`observations/6.12-own/${name}.json`), 'utf8')) as Observation).devices;

it('has a row for every pair of trees', () => {
  const pairs = readdirSync(trees).filter((name) => name.endsWith('-before.dts'));
  expect(pairs.map((name) => name.replace('-before.dts', ''))).toEqual(Object.keys(MIGRATIONS).sort());
});

describe.each(Object.entries(MIGRATIONS))('%s', (name, domains) => {
  it('is repaired into the tree that was booted', async () => {
    const { code } = await folder.run('fix', '--write', `${name}-before.dts`);
    expect(code).toBe(0);
    expect(folder.read(`${name}-before.dts`).toString()).toBe(readFileSync(join(trees, `${name}-after.dts`), 'utf8'));
  });

  it('had grants for nobody before', () => {
    const rings = observed(`${name}-before`).filter(({ ring }) => ring !== undefined);
    expect(rings.length).toBeGreaterThanOrEqual(8);
    expect(new Set(rings.map(({ verdict, ring, domid }) => `${verdict} ${ring} ${domid}`))).toEqual(
      new Set(['xen-swiotlb memory undefined']),
    );
  });

  it('had grants to the named domains after', () => {
    const grants = observed(`${name}-after`).filter(({ verdict, ring }) => verdict === 'xen-grant' || ring === 'grant');
    expect(Object.fromEntries(grants.map(({ node, rid, domid }) => [rid ?? node, domid]))).toEqual(domains);
    for (const { verdict, ring } of grants) expect([verdict, ring]).toEqual(['xen-grant', 'grant']);
  });
});
