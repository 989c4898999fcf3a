// SPDX-License-Identifier: MIT
// Which files the operands of a command stand for.
import { readdirSync, statSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import { Failure } from './io.ts';
import { reason } from './output.ts';

export interface Found {
  /** Absolute, `/`-separated. */
  readonly file: string;
  /** The operand that led to it: a folder to mirror, or the folder of the file itself. */
  readonly root: string;
}

/** Files named by operands as they are; below folders those whose names match; in path order, each once. */
export function findFiles(operands: readonly string[], cwd: string, wanted: RegExp): Found[] {
  const found = new Map<string, Found>();
  for (const operand of operands) {
    const path = absolute(cwd, operand);
    if (isFolder(path, operand)) {
      for (const file of below(path, wanted)) if (!found.has(file)) found.set(file, { file, root: path });
    } else if (!found.has(path)) {
      found.set(path, { file: path, root: path.slice(0, -basename(path).length - 1) });
    }
  }
  return [...found.values()];
}

/** Absolute and `/`-separated, as the core wants its paths. */
export function absolute(cwd: string, path: string): string {
  const result = resolve(cwd, path);
  return sep === '/' ? result : result.replaceAll(sep, '/');
}

/** Fails when there is nothing at the path. `operand` is what the user wrote. */
export function isFolder(path: string, operand = path): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new Failure(`${operand}: cannot be read (${reason(error)}); check the path`);
  }
}

/** `--shard i/n`: the i-th of n runs of neighbours, which share their `.dtsi` files. */
export function shard<T>(items: readonly T[], text: string | undefined): readonly T[] {
  if (text === undefined) return items;
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (part === undefined || parts === undefined || part < 1 || part > parts) {
    throw new Failure(`--shard is I/N with 1 ≤ I ≤ N, not '${text}'`);
  }
  const size = items.length / parts;
  return items.slice(Math.round(size * (part - 1)), Math.round(size * part));
}

function* below(folder: string, wanted: RegExp): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== '.git') yield* below(path, wanted);
    } else if (wanted.test(entry.name) && entry.isFile()) {
      // A symbolic link is a second name of a file that is found under its first, as in Linux's own tree.
      yield path;
    }
  }
}
