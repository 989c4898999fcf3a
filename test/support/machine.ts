// SPDX-License-Identifier: MIT
// A machine of a CI system: temporary folders, `dt-iommu` of dist/ on the path, programs that run, repositories of Git.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Run {
  /** `null`: the program did not end by itself, or is not there. */
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Makes folders; the file that has this at its top has them removed after its tests. */
export function emptyFolders(): () => string {
  const made: string[] = [];
  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-machine-'));
    made.push(folder);
    return folder;
  };
}

/** Files by their names, in a folder. */
export function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** `dt-iommu` as a program in `folder`, with this machine's Node and this checkout, or those of another root. */
export function installCommand(folder: string, { node = process.execPath, root = ROOT } = {}): void {
  const script = `#!/bin/sh\nexec '${node}' '${root}dist/cli.cjs' "$@"\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'dt-iommu'), script, { mode: 0o755 });
}

/** Stands at the top of a test file: what it makes is removed after the tests. */
export class Machine {
  readonly #folder = emptyFolders();
  /** On the path of what runs here; a place for files beside the repositories, too. */
  readonly bin = this.#folder();

  constructor() {
    installCommand(this.bin);
  }

  /** Runs a program in a folder. */
  run(cwd: string, words: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}): Run {
    const [program, ...rest] = words;
    const PATH = `${this.bin}${delimiter}${process.env.PATH}`;
    const { status, stdout, stderr } = spawnSync(program, rest, {
      cwd,
      env: { ...process.env, PATH, NO_COLOR: '1', ...env },
      encoding: 'utf8',
    });
    return { code: status, out: stdout, error: stderr };
  }

  git(cwd: string, ...words: readonly string[]): void {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
    const { code, error } = this.run(cwd, ['git', ...who, ...words]);
    if (code !== 0) throw new Error(`git ${words.join(' ')}: ${error}`);
  }

  /** A repository with these files in its one commit. */
  repository(files: Readonly<Record<string, string>>): string {
    const at = this.#folder();
    this.git(at, 'init', '-q');
    put(at, files);
    this.commit(at);
    return at;
  }

  commit(at: string): void {
    this.git(at, 'add', '-A');
    this.git(at, 'commit', '-q', '-m', 'change');
  }
}
