// SPDX-License-Identifier: MIT
// Which files a board may read, told from the texts alone: both branches of each `#if`, every place an include can lead.
import { dirname, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { Contexts } from './context.ts';

const INCLUDE = /^[ \t]*(?:#[ \t]*include(?:_next)?\b|\/include\/)[ \t]*(?:["<]([^">\n]+)[">]|(\S))/gm;
const BINARY = /\/incbin\/\s*\(\s*"([^"\n]+)"/g;

interface Named {
  readonly names: readonly string[];
  /** An include whose name a macro gives. */
  readonly unknown: boolean;
}

export class BoardReads {
  readonly #files: FileSystem;
  readonly #contexts: Contexts;
  readonly #named = new Map<string, Named>();

  constructor(files: FileSystem, contexts: Contexts) {
    this.#files = files;
    this.#contexts = contexts;
  }

  /** Whether the board may read one of the files, which may be there no more. Paths are real ones. */
  any(board: string, wanted: ReadonlySet<string>): boolean {
    const folders = this.#contexts.options(board).includePaths;
    const seen = new Set<string>();
    const pending = this.#beginnings(board);
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const file = this.#files.read(path)?.path ?? path;
      if (wanted.has(file) || wanted.has(path)) return true;
      if (seen.has(file)) continue;
      seen.add(file);
      const { names, unknown } = this.#namedIn(file);
      if (unknown) return true;
      for (const name of names) pending.push(...this.#candidates(name, [dirname(path), dirname(file), ...folders]));
    }
    return false;
  }

  /** The board, what is put behind it or applied to it, the trees of its Xen system, and what decides about it. */
  #beginnings(board: string): string[] {
    const { kernelConfig, xenConfig, boards = [] } = this.#contexts.project(board);
    const { appended = [] } = this.#contexts.options(board);
    const own = boards.filter(
      ({ file, domains = [] }) => file === board || domains.some(({ deviceTree }) => deviceTree === board),
    );
    const others = own.flatMap(({ file, overlays, domains = [] }) => [
      file,
      ...overlays,
      ...domains.map(({ deviceTree }) => deviceTree),
    ]);
    const beside = [this.#contexts.projectFile(board), kernelConfig, xenConfig].filter((path) => path !== undefined);
    return [board, ...appended, ...this.#contexts.overlaysOf(board), ...others, ...beside];
  }

  /** Up to the first that is there: a file that is there no more stood at one of those before it, or at any. */
  #candidates(name: string, folders: readonly string[]): string[] {
    const paths = folders.map((folder) => join(folder, name));
    const found = paths.findIndex((path) => this.#files.isFile(path));
    return found < 0 ? paths : paths.slice(0, found + 1);
  }

  #namedIn(file: string): Named {
    let named = this.#named.get(file);
    if (!named) {
      const text = this.#files.read(file)?.text ?? '';
      const includes = [...text.matchAll(INCLUDE)];
      const names = [...includes, ...text.matchAll(BINARY)].flatMap(([, name]) => (name === undefined ? [] : [name]));
      named = { names, unknown: includes.some(([, name]) => name === undefined) };
      this.#named.set(file, named);
    }
    return named;
  }
}
