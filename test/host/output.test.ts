// SPDX-License-Identifier: MIT
// Where results go: nothing is replaced that should stay, nothing is written where nobody asked for it.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Repairs } from '#ide/fixes/repairs.ts';
import { type Folder, folderOf } from '#test/support/cli.ts';

const BOARD = '/dts-v1/;\n/ { model = "one"; };\n';
const GUEST = `/dts-v1/;

/ {
	compatible = "xen,xenvm";

	virtio {
		compatible = "virtio,mmio";
		dma-coherent;
		xen,backend-domid = <1>;
	};
};
`;
const ROOT = process.getuid?.() === 0;

function folder(files: Readonly<Record<string, string>>): Folder {
  const made = folderOf(
    Object.entries(files)
      .map(([name, text]) => `//- /${name}\n${text}`)
      .join('\n'),
  );
  onTestFinished(() => made.remove());
  return made;
}

const isBlob = (bytes: Buffer) => bytes.length > 4 && bytes.readUInt32BE(0) === 0xd00dfeed;

describe('compile -o', () => {
  test('a device stays a device', { skip: process.platform === 'win32' }, async () => {
    const made = folder({ 'a.dts': BOARD });
    const before = lstatSync('/dev/null');
    expect(await made.run('compile', 'a.dts', '-o', '/dev/null')).toEqual({ code: 0, out: '', error: '' });
    const after = lstatSync('/dev/null');
    expect([after.isCharacterDevice(), after.ino, after.mode]).toEqual([true, before.ino, before.mode]);
  });

  test('a full device is told', { skip: !existsSync('/dev/full') }, async () => {
    const { code, error } = await folder({ 'a.dts': BOARD }).run('compile', 'a.dts', '-o', '/dev/full');
    expect({ code, error }).toEqual({ code: 2, error: expect.stringMatching(/\/dev\/full: .*ENOSPC.*\n$/) });
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  test('a report goes to standard output, and no file has that name', async () => {
    const made = folder({ 'a.dts': BOARD });
    const tree = await made.run('tree', 'a.dts');
    expect(await made.run('tree', 'a.dts', '-o', '-')).toEqual(tree);
    const check = await made.run('check', 'a.dts', '--format', 'json');
    expect(await made.run('check', 'a.dts', '--format', 'json', '-o', '-')).toEqual(check);
    expect(existsSync(join(made.path, '-'))).toBe(false);
  });

  test('a blob goes to standard output', { skip: !existsSync('dist/cli.cjs') }, async () => {
    const made = folder({ 'a.dts': BOARD });
    const program = join(process.cwd(), 'dist/cli.cjs');
    const blob = execFileSync(process.execPath, [program, 'compile', 'a.dts', '-o', '-'], { cwd: made.path });
    await made.run('compile', 'a.dts', '-o', 'a.dtb');
    expect(blob.equals(made.read('a.dtb'))).toBe(true);
    expect(existsSync(join(made.path, '-'))).toBe(false);
  });

  test('a pipe gets the blob and stays', { skip: process.platform === 'win32' }, async () => {
    const made = folder({ 'a.dts': BOARD });
    const pipe = join(made.path, 'pipe');
    await new Promise((resolve) => spawn('mkfifo', [pipe]).on('close', resolve));
    const reader = spawn('cat', [pipe]);
    const chunks: Buffer[] = [];
    reader.stdout.on('data', (chunk) => chunks.push(chunk));
    const closed = new Promise((resolve) => reader.on('close', resolve));
    expect((await made.run('compile', 'a.dts', '-o', 'pipe')).code).toBe(0);
    await closed;
    await made.run('compile', 'a.dts', '-o', 'a.dtb');
    expect(Buffer.concat(chunks).equals(made.read('a.dtb'))).toBe(true);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  test('a symbolic link stays, and what it leads to is written', async () => {
    const made = folder({ 'a.dts': BOARD, 'elsewhere/old.dtb': 'old' });
    const old = statSync(join(made.path, 'elsewhere/old.dtb'));
    symlinkSync('elsewhere/old.dtb', join(made.path, 'a.dtb'));
    symlinkSync('elsewhere/new.dtb', join(made.path, 'b.dtb'));
    for (const name of ['a.dtb', 'b.dtb']) expect((await made.run('compile', 'a.dts', '-o', name)).code).toBe(0);
    expect(readlinkSync(join(made.path, 'a.dtb'))).toBe('elsewhere/old.dtb');
    expect(isBlob(made.read('elsewhere/old.dtb'))).toBe(true);
    expect(isBlob(made.read('elsewhere/new.dtb'))).toBe(true);
    expect(statSync(join(made.path, 'elsewhere/old.dtb')).ino).toBe(old.ino);
    expect(readdirSync(join(made.path, 'elsewhere')).sort()).toEqual(['new.dtb', 'old.dtb']);
  });

  test('a longer file is cut off behind the blob', async () => {
    const made = folder({ 'a.dts': BOARD, 'long.dtb': 'x'.repeat(5000) });
    linkSync(join(made.path, 'long.dtb'), join(made.path, 'other.dtb'));
    expect((await made.run('compile', 'a.dts', '-o', 'long.dtb')).code).toBe(0);
    const blob = made.read('other.dtb');
    expect([isBlob(blob), blob.readUInt32BE(4)]).toEqual([true, blob.length]);
  });

  test('no folder is invented', async () => {
    const made = folder({ 'a.dts': BOARD });
    const { code, error } = await made.run('compile', 'a.dts', '-o', 'out/a.dtb');
    expect({ code, error }).toEqual({ code: 2, error: expect.stringMatching(/no folder .*out\); make it first\n$/) });
    expect(readdirSync(made.path)).toEqual(['a.dts']);
    expect((await made.run('compile', 'a.dts', '--out-dir', 'x/y')).error).toMatch(
      /x\/y: cannot be written \(ENOENT\)/,
    );
    expect(readdirSync(made.path)).toEqual(['a.dts']);
  });

  test.each([
    ['the board', 'a.dts', /named like a source/],
    ['a shared file', 'soc.dtsi', /named like a source/],
    ['an overlay that is not there', 'new.dtso', /named like a source/],
    ['bytes that the board reads', 'firmware.bin', /is one of the files that are read/],
    ['the same under another name', 'link.bin', /is one of the files that are read/],
    ['a hard link of the board', 'copy.dtb', /is one of the files that are read/],
  ])('%s is refused as output', async (_, output, message) => {
    const files = {
      'a.dts': '/dts-v1/;\n#include "soc.dtsi"\n/ { f = /incbin/("firmware.bin"); };\n',
      'soc.dtsi': '/ { };\n',
      'firmware.bin': 'bytes',
    };
    const made = folder(files);
    symlinkSync('firmware.bin', join(made.path, 'link.bin'));
    linkSync(join(made.path, 'a.dts'), join(made.path, 'copy.dtb'));
    const before = Object.keys(files).map((name) => made.read(name).toString());
    const { code, error } = await made.run('compile', 'a.dts', '-o', output);
    expect({ code, error }).toEqual({ code: 2, error: expect.stringMatching(message) });
    expect(Object.keys(files).map((name) => made.read(name).toString())).toEqual(before);
    expect(existsSync(join(made.path, 'new.dtso'))).toBe(false);
  });

  test('tree and graph do not write over their board', async () => {
    const made = folder({ 'a.dts': BOARD });
    for (const command of ['tree', 'graph']) {
      expect((await made.run(command, 'a.dts', '-o', 'a.dts')).error).toMatch(/is one of the files that are read/);
    }
    expect(made.read('a.dts').toString().trim()).toBe(BOARD.trim());
  });

  test('a read-only file is refused', async () => {
    const made = folder({ 'a.dts': BOARD, 'a.dtb': 'mine' });
    chmodSync(join(made.path, 'a.dtb'), 0o444);
    expect((await made.run('compile', 'a.dts', '-o', 'a.dtb')).error).toMatch(/a\.dtb: is read-only/);
    expect(made.read('a.dtb').toString()).toMatch(/^mine/);
  });
});

describe('compile --out-dir', () => {
  test('two boards of one name are refused before anything is written', async () => {
    const made = folder({ 'A/board.dts': BOARD, 'B/board.dts': BOARD.replace('one', 'two') });
    const { code, error } = await made.run('compile', 'A/board.dts', 'B/board.dts', '--out-dir', 'out');
    expect({ code, error }).toEqual({
      code: 2,
      error: expect.stringMatching(/A\/board\.dts and B\/board\.dts: both would be out\/board\.dtb/),
    });
    expect(existsSync(join(made.path, 'out'))).toBe(false);
    expect((await made.run('compile', '.', '--out-dir', 'out')).out).toBe('2 boards, 0 failed\n');
    expect(made.read('out/B/board.dtb').includes('two')).toBe(true);
  });

  test('what has another ending gets one of its own', async () => {
    const made = folder({ 'board.txt': BOARD });
    expect((await made.run('compile', 'board.txt', '--out-dir', '.')).code).toBe(0);
    expect(made.read('board.txt').toString().trim()).toBe(BOARD.trim());
    expect(isBlob(made.read('board.txt.dtb'))).toBe(true);
  });
});

describe('fix --write', () => {
  const FIXED = /iommus = <&xen_iommu 1>;/;

  test('keeps the mode, and the owner where the system lets it', async () => {
    const made = folder({ 'guest.dts': GUEST });
    const file = join(made.path, 'guest.dts');
    chmodSync(file, 0o640);
    if (ROOT) chownSync(file, 12345, 23456);
    const before = statSync(file);
    expect((await made.run('fix', '.', '--write')).code).toBe(0);
    expect(made.read('guest.dts').toString()).toMatch(FIXED);
    const after = statSync(file);
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
  });

  test('keeps all names of a file', async () => {
    const made = folder({ 'guest.dts': GUEST });
    mkdirSync(join(made.path, 'backup'));
    linkSync(join(made.path, 'guest.dts'), join(made.path, 'backup/guest.old'));
    await made.run('fix', 'guest.dts', '--write');
    expect(made.read('backup/guest.old').toString()).toMatch(FIXED);
    expect(statSync(join(made.path, 'guest.dts')).nlink).toBe(2);
  });

  test('writes a file once that the folder has under two names', async () => {
    const made = folder({ 'guest.dts': GUEST });
    linkSync(join(made.path, 'guest.dts'), join(made.path, 'twin.dts'));
    await made.run('fix', '.', '--write');
    expect(
      made
        .read('twin.dts')
        .toString()
        .match(/iommus = /g),
    ).toHaveLength(1);
    expect(statSync(join(made.path, 'guest.dts')).nlink).toBe(2);
  });

  test('refuses a read-only file, and then writes none', async () => {
    const made = folder({ 'guest.dts': GUEST, 'other.dts': GUEST });
    chmodSync(join(made.path, 'other.dts'), 0o444);
    const { code, error } = await made.run('fix', '.', '--write');
    expect({ code, error }).toEqual({ code: 2, error: expect.stringMatching(/other\.dts: is read-only/) });
    for (const name of ['guest.dts', 'other.dts']) expect(made.read(name).toString()).not.toMatch(FIXED);
  });

  test.each([
    ['a linked file', (path: string) => symlinkSync('../outside/guest.dtsi', join(path, 'boards/guest.dtsi'))],
    ['a linked folder', (path: string) => symlinkSync('../outside', join(path, 'boards/shared'))],
  ])('changes nothing outside the folder through %s', async (_, link) => {
    const made = folder({
      'outside/guest.dtsi': GUEST,
      'boards/a.dts': '#include "guest.dtsi"\n',
      'boards/b.dts': '#include "shared/guest.dtsi"\n',
    });
    link(made.path);
    const before = made.read('outside/guest.dtsi').toString();
    expect((await made.run('fix', 'boards', '--write')).error).toMatch(/0 files written/);
    expect(made.read('outside/guest.dtsi').toString()).toBe(before);
  });

  test('keeps what somebody saves while the repairs are planned, and then writes none', async () => {
    const made = folder({ 'guest.dts': GUEST, 'other.dts': GUEST });
    const settle = vi.spyOn(Repairs.prototype, 'settle').mockImplementationOnce(() => {
      writeFileSync(join(made.path, 'other.dts'), `${GUEST}// mine\n`);
    });
    onTestFinished(() => settle.mockRestore());
    const { code, error } = await made.run('fix', '.', '--write');
    expect({ code, error }).toEqual({ code: 2, error: expect.stringMatching(/other\.dts: was changed while/) });
    expect(made.read('other.dts').toString()).toBe(`${GUEST}// mine\n`);
    expect(made.read('guest.dts').toString()).toBe(GUEST);
  });

  test('leaves no other file behind', async () => {
    const made = folder({ 'guest.dts': GUEST });
    await made.run('fix', '.', '--write');
    expect(readdirSync(made.path)).toEqual(['guest.dts']);
    expect(readFileSync(join(made.path, 'guest.dts'), 'utf8')).toMatch(FIXED);
  });
});

test('a file in a folder that takes no new names is written all the same', { skip: ROOT }, async () => {
  const made = folder({ 'a.dts': BOARD, 'out/a.dtb': 'old' });
  chmodSync(join(made.path, 'out'), 0o555);
  onTestFinished(() => chmodSync(join(made.path, 'out'), 0o755));
  expect((await made.run('compile', 'a.dts', '-o', 'out/a.dtb')).code).toBe(0);
  expect(isBlob(made.read('out/a.dtb'))).toBe(true);
});

describe('a report', () => {
  const SHARED = '/ { model = "one"; };\n';
  const files = { 'a.dts': '/dts-v1/;\n#include "a.inc"\n', 'a.inc': SHARED, 'other.dtsi': SHARED, '.config': '' };

  test.each([
    ['the board', ['a.dts', '-o', 'a.dts'], 'a.dts'],
    ['an include', ['a.dts', '-o', 'a.inc'], 'a.inc'],
    ['a link to an include', ['a.dts', '-o', 'link'], 'a.inc'],
    ['another source', ['a.dts', '-o', 'other.dtsi'], 'other.dtsi'],
    ['the list of files on the board', ['a.dts', '-o', 'out', '--depfile', 'a.dts'], 'a.dts'],
    ['the list of files on an include', ['a.dts', '-o', 'out', '--depfile', 'a.inc'], 'a.inc'],
  ])('does not replace %s', async (_what, args, kept) => {
    const made = folder(files);
    symlinkSync('a.inc', join(made.path, 'link'));
    const before = made.read(kept).toString();
    const { code, error } = await made.run('check', ...args);
    expect({ code, error }).toEqual({
      code: 2,
      error: expect.stringMatching(/named like a source|one of the files that are read/),
    });
    expect(made.read(kept).toString()).toBe(before);
  });

  test('and the list of its files are two', async () => {
    const made = folder(files);
    const { code, error } = await made.run('check', 'a.dts', '-o', 'out', '--depfile', './out');
    expect({ code, error }).toEqual({
      code: 2,
      error: 'dt-iommu: out: -o and --depfile are one file; give each its own\n',
    });
    expect(existsSync(join(made.path, 'out'))).toBe(false);
  });

  test('of several machines does not replace a part', async () => {
    const made = folder(files);
    await made.run('check', 'a.dts', '--shard', '1/1', '--format', 'json', '-o', 'part.json');
    const before = made.read('part.json').toString();
    const { code, error } = await made.run('merge', 'part.json', '-o', 'part.json');
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining('one of the files that are read') });
    expect(made.read('part.json').toString()).toBe(before);
  });
});
