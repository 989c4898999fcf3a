// SPDX-License-Identifier: MIT
// The files of a caller as the core sees them: each version of a text one object, folders told from paths where need be.
import { ancestors, normalize, type SourceFile } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { Files } from './api.ts';

export class GivenFiles implements FileSystem {
  readonly #given: Files;
  readonly #known = new Map<string, SourceFile | undefined>();

  constructor(given: Files) {
    this.#given = given;
  }

  read(path: string): SourceFile | undefined {
    if (!this.#known.has(path)) {
      const text = this.#given.read(path);
      this.#known.set(path, text === undefined ? undefined : { path, text });
    }
    return this.#known.get(path);
  }

  peek(path: string): string | undefined {
    return this.#known.has(path) ? this.#known.get(path)?.text : this.#given.read(path);
  }

  readBinary(path: string): Uint8Array | undefined {
    const text = () => {
      const read = this.read(path)?.text;
      return read === undefined ? undefined : new TextEncoder().encode(read);
    };
    return this.#given.readBinary ? this.#given.readBinary(path) : text();
  }

  isFile(path: string): boolean {
    return this.#given.isFile?.(path) ?? this.peek(path) !== undefined;
  }

  isFolder(path: string): boolean {
    return this.#given.isFolder?.(path) ?? false;
  }

  list(folder: string): readonly string[] {
    return this.#given.list?.(folder) ?? [];
  }

  forget(paths: readonly string[]): void {
    for (const path of paths) this.#known.delete(path);
  }
}

/** Texts by path as a file system. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  const byPath = new Map(Object.entries(texts).map(([path, text]) => [normalize(`/${path}`), text]));
  const folders = new Map<string, Set<string>>();
  for (const path of byPath.keys()) {
    let name = path;
    for (const folder of ancestors(path)) {
      const names = folders.get(folder) ?? new Set();
      folders.set(folder, names.add(name === path ? last(name) : `${last(name)}/`));
      name = folder;
    }
  }
  return {
    read: (path) => byPath.get(path),
    isFile: (path) => byPath.has(path),
    isFolder: (path) => folders.has(path),
    list: (folder) => [...(folders.get(folder) ?? [])].sort(),
  };
}

function last(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
