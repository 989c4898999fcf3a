// SPDX-License-Identifier: MIT
// A Xen host and its partial trees on the command line: named by options or by the project file, the answers are the same.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Folder, folderOf } from '#test/support/cli.ts';
import { instead, SYSTEM } from '#test/support/xen-boards.ts';

const UNMARKED = instead(SYSTEM, { 'iommus = <&smmu 0x870>;\n\t\t\txen,passthrough;': 'iommus = <&smmu 0x870>;' });
const DOMAINS = ['--xen-domain', '/chosen/domU1=domU1.dts', '--xen-domain', '/chosen/domU2=domU2.dts'];

let folder: Folder = folderOf(UNMARKED);
afterAll(() => folder.remove());
beforeEach(() => {
  folder.remove();
  folder = folderOf(UNMARKED);
});

function project(): void {
  const domains = ['domU1', 'domU2'].map((name) => ({ node: `/chosen/${name}`, deviceTree: `${name}.dts` }));
  writeFileSync(join(folder.path, 'dt-iommu.json'), JSON.stringify({ boards: [{ file: 'host.dts', domains }] }));
}

/** `file: rule` of what stands out, and the exit code. */
async function checked(...args: readonly string[]) {
  const { code, out } = await folder.run('check', ...args, '--format', 'json');
  const { problems, files } = JSON.parse(out) as {
    problems: { file: string; rule: string; severity: string }[];
    files: number;
  };
  const found = problems.filter(({ severity }) => severity !== 'hint').map(({ file, rule }) => `${file}: ${rule}`);
  return { code, files, found };
}

describe('check', () => {
  test('a partial tree alone knows nothing of its host', async () => {
    expect(await checked('domU2.dts')).toEqual({ code: 0, files: 1, found: ['domU2.dts: xen-host-not-linked'] });
  });

  test('a partial tree with --xen-host', async () => {
    expect(await checked('domU2.dts', '--xen-host', 'host.dts')).toEqual({
      code: 1,
      files: 1,
      found: ['domU2.dts: xen-path-not-marked'],
    });
  });

  test('a host with --xen-domain, or by its project file: all its trees, each problem once', async () => {
    const all = { code: 1, files: 3, found: ['domU2.dts: xen-path-not-marked'] };
    expect(await checked('host.dts', ...DOMAINS)).toEqual(all);
    project();
    expect(await checked('host.dts')).toEqual(all);
    expect(await checked('.')).toEqual(all);
  });

  test('what cannot be read is named', async () => {
    expect(await folder.run('check', 'host.dts', '--xen-domain', 'nowhere.dts')).toMatchObject({
      code: 2,
      error: expect.stringMatching(/nowhere\.dts: cannot be read/),
    });
    expect(await folder.run('check', '--xen-domain', 'domU1.dts')).toMatchObject({
      code: 2,
      error: expect.stringContaining('--xen-domain needs the .dts file of the host tree'),
    });
  });
});

describe('explain', () => {
  test('who owns a device of the host, and what its IOMMU has left', async () => {
    const { out } = await folder.run(
      'explain',
      'host.dts',
      '/soc/ethernet@ff0e0000',
      '/soc/iommu@fd800000',
      ...DOMAINS,
    );
    expect(out).toMatch(/owner +domU1\n/);
    expect(out).toMatch(/contexts +3 of 3: domU1, domU2, dom0\n/);
    const alone = await folder.run('explain', 'host.dts', '/soc/ethernet@ff0e0000');
    expect(alone.out).toMatch(/owner +the domain that it is assigned to\n/);
  });
});

describe('fix', () => {
  test('marks the device in the host, and then all is in order', async () => {
    project();
    const { code } = await folder.run('fix', '.', '--rule', 'xen-path-not-marked', '--write');
    expect(code).toBe(0);
    expect(String(folder.read('host.dts'))).toContain('iommus = <&smmu 0x870>;\n\t\t\txen,passthrough;');
    expect(await checked('.')).toEqual({ code: 0, files: 3, found: [] });
  });
});
