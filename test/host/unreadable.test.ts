// SPDX-License-Identifier: MIT
// Files that are there and cannot be read: one clear error each, at once, whoever names them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiskFiles } from '#host/sources.ts';
import { type Folder, folderOf } from '#test/support/cli.ts';

const MB = 1024 * 1024;
const board = (text: string) => `/dts-v1/;\n${text}\n`;

let made: Folder;

beforeAll(() => {
  made = folderOf('//- /board.dts\n/dts-v1/;\n/ { };\n');
  const at = (name: string) => join(made.path, name);
  execFileSync('mkfifo', [at('pipe')]);
  mkdirSync(at('folder'));
  symlinkSync('loop', at('loop'));
  symlinkSync('/dev/zero', at('link'));
  writeFileSync(at('large'), Buffer.alloc(10 * MB + 1, 'x'));
  writeFileSync(at('bomb.gz'), gzipSync(Buffer.alloc(200 * MB), { level: 9 }));
  writeFileSync(at('torn.gz'), gzipSync('CONFIG_64BIT=y\n'.repeat(1000)).subarray(0, 40));
  writeFileSync(at('plain.gz'), 'CONFIG_64BIT=y\n');
  writeFileSync(at('letter'), 'Dear Sir,\n');
  writeFileSync(at('packed'), gzipSync('# CONFIG_ARM_SMMU_V3 is not set\n'));
});
afterAll(() => made.remove());

/** What nothing may be read from, and the words for why. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['pipe', /pipe"?`? is a pipe, so it is not read/],
  ['/dev/zero', /\/dev\/zero"?`? is a device, so it is not read/],
  ['link', /link"?`? is a device, so it is not read/],
  ['loop', /loop"?`? cannot be read \(ELOOP\)/],
  ['large', /large"?`? has more than 10 MB, so it is not read/],
];

describe('--kernel-config', () => {
  test.each([
    ...REFUSED,
    ['bomb.gz', /bomb\.gz has more than 10 MB when it is unpacked/],
    ['torn.gz', /torn\.gz is a damaged gzip file/],
    ['plain.gz', /plain\.gz is not a gzip file, though its name says so/],
    ['folder', /folder is a folder; give the \.config in it/],
    ['absent', /absent does not exist; correct the path/],
    ['letter', /letter has no `CONFIG_…` line/],
  ] as const)('%s is exit code 2 and one line', async (name, message) => {
    for (const command of ['check', 'explain']) {
      const { code, out, error } = await made.run(command, 'board.dts', '--kernel-config', name);
      expect({ code, out, error }).toEqual({ code: 2, out: '', error: expect.stringMatching(message) });
      expect(error.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  test('a packed one is read under any name', async () => {
    const { out } = await made.run('explain', 'board.dts', '--kernel-config', 'packed', '--format', 'json');
    expect(JSON.parse(out).platform.assumed).not.toContain('kernelConfig');
  });
});

describe('--config', () => {
  test.each([
    ...REFUSED.filter(([name]) => name !== 'loop'),
    ['loop', /loop: cannot be read \(ELOOP\)/],
    ['folder', /folder is a folder; give the dt-iommu\.json in it/],
    ['absent', /absent: cannot be read \(ENOENT\)/],
  ] as const)('%s is exit code 2, not a project without fields', async (name, message) => {
    const { code, out, error } = await made.run('check', 'board.dts', '--config', name);
    expect({ code, out, error }).toEqual({ code: 2, out: '', error: expect.stringMatching(message) });
  });
});

describe.each([
  ['#include', (name: string) => `#include "${name}"\n/ { };`],
  ['/include/', (name: string) => `/include/ "${name}"\n/ { };`],
  ['/incbin/', (name: string) => `/ { a = /incbin/("${name}"); };`],
])('%s', (_, text) => {
  test.each(REFUSED)('of %s is one error at its place, and exit code 2', async (name, message) => {
    writeFileSync(join(made.path, 'b.dts'), board(text(name)));
    const { code, out, error } = await made.run('check', 'b.dts', '--format', 'json');
    const { problems } = JSON.parse(out);
    expect({ code, error }).toEqual({ code: 2, error: expect.stringMatching(message) });
    expect(problems).toMatchObject([
      { rule: 'syntax/unreadable-file', severity: 'error', file: 'b.dts', range: { start: { line: 1 } } },
    ]);
    const compiled = await made.run('compile', 'b.dts', '-o', 'b.dtb');
    expect(compiled).toMatchObject({ code: 2, error: expect.stringMatching(message) });
    expect(existsSync(join(made.path, 'b.dtb'))).toBe(false);
  });
});

describe.each([['check'], ['explain'], ['compile'], ['fix'], ['tree']])('%s', (command) => {
  test.each(REFUSED)('of the board %s', async (name) => {
    const { code, error } = await made.run(command, name, ...(command === 'compile' ? ['-o', 'x.dtb'] : []));
    expect({ code, lines: error.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(error).toContain(name);
  });
});

test('what never ends or makes a reader wait is given up', { skip: !existsSync('/proc/kmsg') }, () => {
  // A regular file for stat(2): only the system knows that there is nothing to read now.
  const files = new DiskFiles();
  const started = Date.now();
  files.read('/proc/kmsg');
  files.readBinary('/proc/kmsg');
  files.peek('/proc/kmsg');
  expect(Date.now() - started).toBeLessThan(2000);
});

test('permissions that come later are noticed', () => {
  const files = new DiskFiles();
  const path = join(made.path, 'grows');
  writeFileSync(path, Buffer.alloc(10 * MB + 1));
  expect([files.read(path), files.refusal(path)]).toEqual([undefined, expect.stringMatching(/10 MB/)]);
  writeFileSync(path, 'small');
  expect(files.refresh()).toEqual([path]);
  expect([files.read(path)?.text, files.refusal(path)]).toEqual(['small', undefined]);
});
