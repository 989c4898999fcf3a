// SPDX-License-Identifier: MIT
// Which files the operands of a command stand for.
import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { dirname } from '#base/files.ts';
import { entriesOf, isUtf8Name, onDisk } from '#host/disk-bytes.ts';
import { DiskFiles } from '#host/sources.ts';
import { sharedAmong } from '#ide/boards/boards.ts';
import { Failure, type Piped } from './io.ts';
import { reason } from './output.ts';

export interface Found {
  /** Absolute, `/`-separated. */
  readonly file: string;
  /** The operand that led to it: a folder to mirror, or the folder of the file itself. */
  readonly root: string;
}

/** What is looked for below a folder. */
export interface Wanted {
  readonly names: RegExp;
  /** A link is a board of its own, for which a build makes a blob; as a text it is the file that it leads to. */
  readonly links: boolean;
}

export const BOARDS: Wanted = { names: /\.dts$/, links: true };
/** Of Zephyr also what an application adds to a board: it is checked on the one that its name or build says. */
export const CHECKED: Wanted = { names: /\.(dts|overlay)$/, links: true };
export const BLOBS: Wanted = { names: /\.dtso?$/, links: true };
/** What is repaired: a link is repaired where it leads to. */
export const SOURCES: Wanted = { names: /\.dtso?$/, links: false };
export const TEXTS: Wanted = { names: /\.dts[io]?$/, links: false };

/** Files named by operands as they are; below folders those that are wanted; in path order, each once. */
export function findFiles(operands: readonly string[], cwd: string, wanted: Wanted, piped?: Piped): Found[] {
  const found = new Map<string, Found>();
  for (const operand of operands) {
    const path = absolute(cwd, operand);
    if (piped?.file !== path && isFolder(path, operand)) {
      const files = [...below(path, wanted)];
      // Files that boards of the folder include are shown with those.
      const shared = wanted === TEXTS ? new Set() : sharedAmong(new DiskFiles(), files);
      for (const file of files) if (!found.has(file) && !shared.has(file)) found.set(file, { file, root: path });
    } else if (!found.has(path)) {
      found.set(path, { file: path, root: dirname(path) });
    }
  }
  return [...found.values()];
}

/** Absolute and `/`-separated, as the core wants its paths. */
export function absolute(cwd: string, path: string): string {
  const result = resolve(cwd, path);
  return sep === '/' ? result : result.replaceAll(sep, '/');
}

const NO_UTF8 = 'the name is not UTF-8, and Node hands over arguments as UTF-8 only';

/** Files that are written: Node makes temporary names, and messages of other tools, from UTF-8 only. */
export function requireUtf8Names(found: readonly Found[]): void {
  const other = found.find(({ file }) => !isUtf8Name(file));
  if (other) throw new Failure(`${other.file}: the name is not UTF-8, so it is checked, but not written; rename it`);
}

/** Fails when there is nothing at the path. `operand` is what the user wrote. */
export function isFolder(path: string, operand = path): boolean {
  try {
    return statSync(onDisk(path)).isDirectory();
  } catch (error) {
    if (operand.includes('\ufffd')) {
      throw new Failure(`${operand}: ${NO_UTF8}; name its folder, or give it as \`dt-iommu check - < FILE\``);
    }
    throw new Failure(`${operand}: cannot be read (${reason(error)}); check the path`);
  }
}

/** `--shard i/n`: the i-th of n runs of neighbours, which share their `.dtsi` files. */
export function shard<T>(items: readonly T[], text: string | undefined): readonly T[] {
  if (text === undefined) return items;
  const { index, count } = partOf(text);
  const size = items.length / count;
  return items.slice(Math.round(size * (index - 1)), Math.round(size * index));
}

/** `2/8`: the second of eight. */
export function partOf(text: string): { readonly index: number; readonly count: number } {
  const [, index, count] = /^(\d{1,5})\/(\d{1,5})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index < 1 || index > count) {
    throw new Failure(`--shard is I/N with 1 ≤ I ≤ N, not '${text}'`);
  }
  return { index, count };
}

function* below(folder: string, wanted: Wanted): Generator<string> {
  for (const { name, kind } of entriesOf(folder)) {
    const path = `${folder}/${name}`;
    if (kind === 'folder') {
      if (name !== 'node_modules' && name !== '.git') yield* below(path, wanted);
    } else if (wanted.names.test(name) && (kind === 'file' || (wanted.links && kind === 'link'))) {
      yield path;
    }
  }
}
