// SPDX-License-Identifier: MIT
// `dt-iommu compare-live`: snapshots of booted machines (QEMU, Linux 7.3) and some made from the kernel lab's observations.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeBase64 } from '#base/bytes.ts';
import type { Observation, ObservedDevice } from '#ide/live/observation.ts';
import { readSnapshot } from '#ide/live/snapshot-file.ts';
import { folderOf } from '#test/support/cli.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const TREES = here('../../kernel/trees');
const folder = folderOf(`//- /empty.dts
/dts-v1/;
/ {
};
`);
afterAll(() => folder.remove());

interface Answer {
  readonly counts: { readonly agree: number; readonly open: number; readonly differ: number };
  readonly fields: readonly { device: string; field: string; predicted: string; observed: string; outcome: string }[];
  readonly changes: readonly object[] | null;
  readonly snapshot: { readonly missing: readonly string[] };
}

async function compare(...argv: string[]): Promise<Answer & { readonly code: number }> {
  const { code, out, error } = await folder.run('compare-live', ...argv, '--format', 'json');
  expect(error).toBe('');
  return { ...JSON.parse(out), code };
}

/** The snapshot has no line `treating non-direct mapping`, which Linux prints when a region's IOVA lies elsewhere. */
const unexpected = (fields: Answer['fields']) =>
  fields.filter(
    ({ outcome, device, field }) => outcome === 'differs' && !(device === '/virtio_mmio@a003c00' && field === 'log'),
  );

describe('a machine that was booted', () => {
  copyFileSync(here('snapshots/iommu-addresses-7.3.txt'), join(folder.path, 'booted.txt'));
  const board = join(TREES, 'iommu-addresses.dts');

  test('agrees with what the model says of its board', async () => {
    const { fields, counts, changes, snapshot } = await compare(board, '--snapshot', 'booted.txt');
    expect({ differ: unexpected(fields), changes }).toEqual({ differ: [], changes: [] });
    expect(counts.agree).toBeGreaterThan(60);
    expect(snapshot.missing.map((line) => line.split(':')[0])).toEqual(['config']);
  });

  test('agrees with what the model says of the tree that it has', async () => {
    const { fields } = await compare('--snapshot', 'booted.txt');
    expect(unexpected(fields)).toEqual([]);
  });

  test('differs from another board, and the report says where', async () => {
    const text = readFileSync(board, 'utf8').replace('#include "smmuv3.dtsi"', `#include "${TREES}/smmuv3.dtsi"`);
    writeFileSync(join(folder.path, 'other.dts'), `${text}\n&{/virtio_mmio@a003e00} { /delete-property/ iommus; };\n`);
    const { code, out } = await folder.run('compare-live', 'other.dts', '--snapshot', 'booted.txt');
    expect(code).toBe(1);
    expect(out).toContain('The tree that runs differs from the board where DMA can depend on it');
    expect(out).toContain('  /virtio_mmio@a003e00 iommus: added');
    expect(out).toContain('  verdict: DIFFERS\n    the model  no IOMMU\n    Linux      iommu-dma');
  });
});

const KERNEL = here('../../kernel/observations/7.3');
const NAMES = ['pci-dma-ranges-with-iommu', 'enable-migrate-after', 'iommus-one-disabled', 'coherence'];

/** What the script would have written on the machine that the lab booted, as far as the observation has it. */
function snapshotOf(name: string, { kernel, devices, undecided, log }: Observation): string {
  const ofNode = (device: string, node: string) =>
    `link platform/devices/${device}/of_node ../../../firmware/devicetree/base${node}`;
  const owners = new Map(
    devices.flatMap(({ iommu }) => (iommu === undefined ? [] : [[iommu, `iommu${iommu.replaceAll('/', '-')}`]])),
  );
  const linesOf = ({ node, rid, name: own, bus, driver, iommu, group }: ObservedDevice): string[] => {
    const at = `${bus}/devices/${own}`;
    const target =
      rid === undefined
        ? `../../../devices/platform/${own}`
        : `../../../devices/platform/${node.slice(1)}.pci/pci0000:00/${own}`;
    return [
      `device ${at} ${target}`,
      ...(rid === undefined
        ? [`link ${at}/of_node ../../../firmware/devicetree/base${node}`]
        : [ofNode(`${node.slice(1)}.pci`, node)]),
      ...(driver === undefined ? [] : [`link ${at}/driver ../../../bus/${bus}/drivers/${driver}`]),
      ...(group === undefined ? [] : [`link ${at}/iommu_group ../../../kernel/iommu_groups/${group}`]),
      ...(iommu === undefined ? [] : [`link ${at}/iommu ../../${owners.get(iommu)}/iommu/x`]),
    ];
  };
  const groups = new Map(devices.flatMap((each) => (each.group === undefined ? [] : [[each.group, each] as const])));
  const types: Record<string, string> = { 'iommu-dma': 'DMA', 'iommu-dma-fq': 'DMA-FQ', 'iommu-identity': 'identity' };
  const groupLines = [...groups].flatMap(([group, { verdict, reserved = [] }]) => [
    `group ${group}/type:${types[verdict]}`,
    ...reserved.map(({ start, end, type }) => `group ${group}/reserved_regions:${start} ${end} ${type}`),
  ]);
  const lines = [
    'dt-iommu-snapshot 1',
    `kernel ${kernel}`,
    `cmdline `,
    // A host bridge that no tree describes is not compared.
    'device pci/devices/10000:00:00.0 ../../../devices/pci0000:00/0000:00:0e.0/pci10000:00/10000:00:00.0',
    ...gunzipSync(readFileSync(join(KERNEL, 'config.gz')))
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('CONFIG_'))
      .map((line) => `config ${line}`),
    ...undecided
      .filter((node) => node.startsWith('/'))
      .flatMap((node, index) => [
        `device platform/devices/u${index} ../../../devices/platform/u${index}`,
        ofNode(`u${index}`, node),
      ]),
    ...devices.flatMap(linesOf),
    ...[...owners].map(([node, device]) => ofNode(device, node)),
    ...groupLines,
    'ram 40000000-7fffffff',
    ...devices.flatMap((device) => device.log ?? []).map((line) => `log ${line}`),
    ...log.map((line) => `log ${line}`),
    'end',
  ];
  expect(name).not.toBe('');
  return `${lines.join('\n')}\n`;
}

test.each(NAMES)('a snapshot made from what the lab saw: %s', async (name) => {
  const observation = JSON.parse(readFileSync(join(KERNEL, `${name}.json`), 'utf8')) as Observation;
  writeFileSync(join(folder.path, `${name}.txt`), snapshotOf(name, observation));
  const { counts, fields } = await compare(join(TREES, `${name}.dts`), '--snapshot', `${name}.txt`);
  expect(fields.filter(({ outcome }) => outcome === 'differs')).toEqual([]);
  expect(counts.agree).toBeGreaterThan(30);
});

test('the script is one that sh reads, and says what it could not read', async () => {
  const { out } = await folder.run('compare-live', '--print-script');
  writeFileSync(join(folder.path, 'snapshot.sh'), out);
  const said = execFileSync('sh', ['snapshot.sh'], {
    cwd: folder.path,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const snapshot = readSnapshot(said);
  expect('kernel' in snapshot && snapshot.kernel).toMatch(/^\d/);
});

test('what is not a snapshot is told in one line', async () => {
  expect(await folder.run('compare-live', '--snapshot', 'empty.dts')).toMatchObject({
    code: 2,
    error:
      "dt-iommu: empty.dts: has no line 'dt-iommu-snapshot 1'; dt-iommu compare-live --print-script gives the script that writes it\n",
  });
  writeFileSync(join(folder.path, 'bare.txt'), 'dt-iommu-snapshot 1\nkernel 6.12.1\nend\n');
  expect((await folder.run('compare-live', '--snapshot', 'bare.txt')).error).toBe(
    'dt-iommu: bare.txt: has no device tree; name the board that runs\n',
  );
  writeFileSync(join(folder.path, 'broken.txt'), 'dt-iommu-snapshot 1\nkernel 6.12.1\nfdt64 !!!!\nend\n');
  expect((await folder.run('compare-live', '--snapshot', 'broken.txt')).error).toContain('is not base64');
});

test('base64 as RFC 4648 has it', () => {
  const text = (bytes: Uint8Array | undefined) => bytes && String.fromCharCode(...bytes);
  expect(['Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmFy'].map((each) => text(decodeBase64(each)))).toEqual([
    'f',
    'fo',
    'foo',
    'foob',
    'foobar',
  ]);
  expect(decodeBase64('Z')).toBeUndefined();
  expect(decodeBase64('Zm9v*A==')).toBeUndefined();
});
