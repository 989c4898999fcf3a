// SPDX-License-Identifier: MIT
// Files on a disk, for the server and the command line: read once, bounded in size, read again after they changed.
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { dirname, normalize, type SourceFile } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { decompile, isBlob } from '#tree/decompile.ts';

/** The largest file of a kernel's device trees has 0.2 MB; beyond this a file is not one. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

interface Cached {
  /** `undefined`: there was no readable file at the path. */
  readonly file: SourceFile | undefined;
  readonly mtimeMs: number;
  readonly size: number;
}

const ABSENT: Cached = { file: undefined, mtimeMs: 0, size: -1 };

export class DiskFiles implements FileSystem {
  readonly #cache = new Map<string, Cached>();
  /** Folders of include-prefixes are symbolic links: a file that is reached on two ways must be one file. */
  readonly #realFolders = new Map<string, string>();
  readonly #byRealPath = new Map<string, Cached>();

  read(path: string): SourceFile | undefined {
    let cached = this.#cache.get(path);
    if (!cached) {
      cached = this.#load(this.#real(path));
      this.#cache.set(path, cached);
    }
    return cached.file;
  }

  peek(path: string): string | undefined {
    return this.#cache.get(path)?.file?.text ?? readText(path, statOf(path));
  }

  readBinary(path: string): Uint8Array | undefined {
    try {
      const stats = statOf(path);
      return stats?.isFile() && stats.size <= MAX_FILE_BYTES ? readFileSync(onDisk(path)) : undefined;
    } catch {
      return undefined;
    }
  }

  isFile(path: string): boolean {
    return statOf(path)?.isFile() ?? false;
  }

  isFolder(path: string): boolean {
    return statOf(path)?.isDirectory() ?? false;
  }

  list(folder: string): string[] {
    try {
      return readdirSync(onDisk(folder), { withFileTypes: true })
        .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
        .sort();
    } catch {
      return [];
    }
  }

  /** Forgets what is known of a path, because something said that it changed. */
  forget(path: string): void {
    const real = this.#real(path);
    this.#byRealPath.delete(real);
    for (const [name, cached] of this.#cache) {
      if (name === path || name === real || cached.file?.path === real || cached === ABSENT) this.#cache.delete(name);
    }
  }

  /** Looks at everything that was read or missed before; the paths whose files changed, appeared or went away. */
  refresh(): string[] {
    const changed: string[] = [];
    for (const [path, cached] of this.#cache) {
      const stats = statOf(path);
      const same = stats?.isFile() ? stats.mtimeMs === cached.mtimeMs && stats.size === cached.size : !cached.file;
      if (!same) changed.push(path);
    }
    for (const path of changed) this.forget(path);
    return changed;
  }

  #real(path: string): string {
    const folder = dirname(path);
    let real = this.#realFolders.get(folder);
    if (real === undefined) {
      try {
        real = normalize(fromDisk(realpathSync(onDisk(folder))));
      } catch {
        return path;
      }
      this.#realFolders.set(folder, real);
    }
    return `${real}${path.slice(folder.length)}`;
  }

  #load(path: string): Cached {
    const known = this.#byRealPath.get(path);
    if (known) return known;
    const stats = statOf(path);
    const text = readText(path, stats);
    if (text === undefined || !stats) return ABSENT;
    const cached = { file: { path, text }, mtimeMs: stats.mtimeMs, size: stats.size };
    this.#byRealPath.set(path, cached);
    return cached;
  }
}

function readText(path: string, stats: Stats | undefined): string | undefined {
  if (!stats?.isFile() || stats.size > MAX_FILE_BYTES) return undefined;
  try {
    const bytes = readFileSync(onDisk(path));
    if (isBlob(bytes)) return decompile(bytes);
    return (path.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: MAX_FILE_BYTES }) : bytes).toString('utf8');
  } catch {
    return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(onDisk(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Core paths start with `/`: `/c:/dts` is `c:/dts` on Windows. */
function onDisk(path: string): string {
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}

function fromDisk(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
