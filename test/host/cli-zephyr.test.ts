// SPDX-License-Identifier: MIT
// `check FOLDER` in Zephyr: the overlays of applications and shields, each on the board that its name or folder says.
import { appendFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type Folder, folderOf } from '#test/support/cli.ts';

const ZEPHYR = fileURLToPath(new URL('../projects/zephyr', import.meta.url));

function zephyr(): Folder {
  const made = folderOf('//- /notes.txt\nnothing\n');
  onTestFinished(() => made.remove());
  cpSync(ZEPHYR, made.path, { recursive: true });
  return made;
}

test('lists boards and overlays', async () => {
  const { code, out } = await zephyr().run('check', '.', '--list-boards', '--quiet');
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual(
    expect.arrayContaining(['boards/acme/kit/kit.dts', 'samples/app/boards/kit.overlay']),
  );
});

test('finds nothing where nothing is wrong, and what is wrong at its line', async () => {
  const made = zephyr();
  expect(await made.run('check', '.', '--quiet')).toEqual({ code: 0, out: '', error: '' });
  appendFileSync(join(made.path, 'samples/app/boards/kit.overlay'), '&no_such_label { status = "okay"; };\n');
  const { code, out } = await made.run('check', 'samples/app');
  expect(code).toBe(1);
  expect(out).toContain('samples/app/boards/kit.overlay:4:1: error: &no_such_label names no node');
  expect(out).toContain('seen from 1 board: boards/acme/kit/kit.dts');
});
