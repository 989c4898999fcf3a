// SPDX-License-Identifier: MIT
// Runs `dt-iommu` in this process on files in a temporary folder, and keeps what it says.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { main } from '#host/cli/main.ts';
import { parseFixture } from './fixture.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface Folder {
  readonly path: string;
  run(...argv: string[]): Promise<Ran>;
  /** The same with this on standard input. */
  pipe(input: string | Uint8Array, ...argv: string[]): Promise<Ran>;
  read(name: string): Buffer;
  remove(): void;
}

/** A folder with the files of a fixture (see fixture.ts), which is the working directory of its commands. */
export function folderOf(fixture: string): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'dt-iommu-')));
  for (const [name, text] of parseFixture(fixture).files) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  const ran = async (input: string | Uint8Array, argv: readonly string[]): Promise<Ran> => {
    let out = '';
    let error = '';
    const code = await main(argv, {
      cwd: path,
      async *input() {
        yield Buffer.from(input);
      },
      out: (text) => {
        out += text;
      },
      error: (text) => {
        error += text;
      },
      color: false,
      interactive: false,
    });
    return { code, out, error };
  };
  return {
    path,
    run: (...argv) => ran('', argv),
    pipe: (input, ...argv) => ran(input, argv),
    read: (name) => readFileSync(join(path, name)),
    remove: () => rmSync(path, { recursive: true }),
  };
}

/** Makes such folders; what a file makes by the one that it has at its top is removed after its tests. */
export function temporaryFolders(): (fixture: string) => Folder {
  const made: Folder[] = [];
  afterAll(() => {
    for (const folder of made) folder.remove();
  });
  return (fixture) => {
    const folder = folderOf(fixture);
    made.push(folder);
    return folder;
  };
}
