// SPDX-License-Identifier: MIT
// `dt-iommu format`: a diff, a check, files written, and what it leaves alone.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolders } from '#test/support/cli.ts';

const folder = temporaryFolders();

const FILES = '//- /a.dts\n/dts-v1/;\n/ {\n  a=<1>;\n};\n//- /b.dtsi\n/ {\n\tb;\n};\n';

test('prints a diff that patch takes, and changes nothing', async () => {
  const files = folder(FILES);
  const { code, out, error } = await files.run('format', '.');
  expect({ code, error }).toEqual({ code: 0, error: '1 file of 2 not in style; --write changes them\n' });
  expect(out).toBe(
    '--- a/a.dts\n+++ b/a.dts\n@@ -1,4 +1,4 @@\n /dts-v1/;\n / {\n-  a=<1>;\n-};\n\\ No newline at end of file\n+\ta = <1>;\n+};\n',
  );
  expect(files.read('a.dts').toString()).toContain('  a=<1>;');
});

test('--check names files and has its exit code', async () => {
  const files = folder(FILES);
  expect(await files.run('format', '--check', '.')).toEqual({
    code: 1,
    out: 'a.dts\n',
    error: '1 file of 2 not in style\n',
  });
  expect((await files.run('format', '--check', 'b.dtsi')).code).toBe(0);
  expect((await files.run('format', '--check', '--write', '.')).code).toBe(2);
});

test('--write changes them once; a link out of the folder is not followed', async () => {
  const files = folder(FILES);
  mkdirSync(join(files.path, 'in'));
  symlinkSync(join(files.path, 'a.dts'), join(files.path, 'in/a.dts'));
  expect((await files.run('format', '--write', 'in', 'b.dtsi')).error).toBe('0 files of 1 written\n');
  expect((await files.run('format', '--write', '.')).error).toBe('1 file of 2 written\n');
  expect(files.read('a.dts').toString()).toBe('/dts-v1/;\n/ {\n\ta = <1>;\n};\n');
  expect((await files.run('format', '--write', '.')).error).toBe('0 files of 2 written\n');
});

test('bytes that are no UTF-8 stay as they are', async () => {
  const files = folder(FILES);
  writeFileSync(join(files.path, 'a.dts'), Buffer.from('/* \xe9\xff */\n/ {\n a;\n};\n', 'latin1'));
  await files.run('format', '--write', 'a.dts');
  expect(files.read('a.dts').toString('latin1')).toBe('/* \xe9\xff */\n/ {\n\ta;\n};\n');
});

test('what has errors stays there and is counted; a blob and a missing file are refused', async () => {
  const files = folder('//- /a.dts\n/dts-v1/;\n/ {\n  a = <1\n};\n');
  const { out, error } = await files.run('format', '.');
  expect({ out, error }).toEqual({
    out: '',
    error: '0 files of 1 not in style; --write changes them; 1 file with syntax errors, which stay as they are there\n',
  });
  writeFileSync(join(files.path, 'a.dtb'), Buffer.from('d00dfeed'.padEnd(80, '0'), 'hex'));
  expect((await files.run('format', 'a.dtb')).error).toMatch(/a\.dtb: is a blob/);
  expect((await files.run('format', 'no.dts')).code).toBe(2);
  expect((await files.run('format')).code).toBe(2);
});
