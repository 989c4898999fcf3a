// SPDX-License-Identifier: MIT
// Files on a disk, for the server and the command line: read once, bounded in size, read again after they changed.
import { accessSync, constants, realpathSync, type Stats, statSync } from 'node:fs';
import { decodeText } from '#base/bytes.ts';
import { dirname, normalize, type SourceFile } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { decompile, isBlob } from '#tree/blob/decompile.ts';
import { ubootStatements } from '#tree/uboot-script.ts';
import { timestamp } from './clock.ts';
import { type DiskBytes, entriesOf, onDisk, readBytes, readUnpacked } from './disk-bytes.ts';

interface Cached {
  /** `undefined`: there was no readable file at the path. */
  readonly file: SourceFile | undefined;
  /** Why there is none, though something is at the path. */
  readonly refusal?: string;
  /** Where the file was refused, when it was renamed or its permissions changed. */
  readonly mtimeMs: number;
  readonly size: number;
}

const ABSENT: Cached = { file: undefined, mtimeMs: 0, size: -1 };

export class DiskFiles implements FileSystem {
  readonly #cache = new Map<string, Cached>();
  /** Folders of include-prefixes are symbolic links: a file that is reached on two ways must be one file. */
  readonly #realFolders = new Map<string, string>();
  readonly #byRealPath = new Map<string, Cached>();
  /** Scripts of U-Boot that are read as changes to a tree. */
  readonly #scripts = new Set<string>();
  /** What `/incbin/` named. */
  readonly binaries = new Set<string>();
  /** Paths whose bytes came otherwise. */
  readonly #lent = new Set<string>();
  /** Device and inode of what was given out. */
  readonly #given = new Set<string>();

  read(path: string): SourceFile | undefined {
    let cached = this.#cache.get(path);
    if (!cached) {
      cached = this.#load(this.#real(path));
      if (cached.file && this.#scripts.has(path))
        cached = { ...cached, file: { path, text: ubootStatements(cached.file.text) } };
      this.#cache.set(path, cached);
    }
    return cached.file;
  }

  /** From now on this file is a script whose `fdt` commands are statements. */
  readAsChanges(path: string): void {
    this.#scripts.add(path);
  }

  /** From now on these bytes are the file, whatever is stored there. */
  give(path: string, bytes: Uint8Array): void {
    this.#lent.add(path);
    const cached = { file: { path, text: textOf(Buffer.from(bytes)) }, mtimeMs: 0, size: bytes.length };
    this.#cache.set(path, cached);
    this.#byRealPath.set(this.#real(path), cached);
  }

  peek(path: string): string | undefined {
    const read = this.#cache.has(path) ? undefined : readUnpacked(path);
    return this.#cache.get(path)?.file?.text ?? (read && 'bytes' in read ? textOf(read.bytes) : undefined);
  }

  readBinary(path: string): Uint8Array | undefined {
    const bytes = this.#bytesOf(readBytes(path));
    if (bytes) this.binaries.add(path);
    return bytes;
  }

  modified(path: string): string | undefined {
    const mtimeMs = statOf(path)?.mtimeMs;
    return mtimeMs === undefined ? undefined : timestamp(mtimeMs);
  }

  stamp(path: string): string | undefined {
    const stats = statOf(path);
    return stats && `${stats.mtimeMs}:${stats.size}`;
  }

  refusal(path: string): string | undefined {
    const cached = this.#cache.get(path);
    if (cached) return cached.refusal;
    const read = readBytes(path);
    return read && 'refusal' in read ? read.refusal : undefined;
  }

  /** Whether this file was read, under whatever name. */
  wasRead(stats: Stats): boolean {
    return this.#given.has(identity(stats));
  }

  isFile(path: string): boolean {
    return this.#lent.has(path) || (statOf(path)?.isFile() ?? false);
  }

  isFolder(path: string): boolean {
    return statOf(path)?.isDirectory() ?? false;
  }

  /** For root the system lets everything pass, so the mode is looked at too. */
  isReadOnly(path: string): boolean {
    const stats = statOf(path);
    if (!stats) return false;
    if ((stats.mode & 0o222) === 0) return true;
    try {
      accessSync(onDisk(path), constants.W_OK);
      return false;
    } catch {
      return true;
    }
  }

  list(folder: string): string[] {
    try {
      return entriesOf(folder)
        .map(({ name, kind }) => (kind === 'folder' ? `${name}/` : name))
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
      if (name === path || name === real || cached.file?.path === real || !cached.file) this.#cache.delete(name);
    }
  }

  /** Looks at everything that was read or missed before; the paths whose files changed, appeared or went away. */
  refresh(): string[] {
    const changed: string[] = [];
    for (const [path, cached] of this.#cache) {
      const stats = statOf(path);
      const time = cached.refusal === undefined ? stats?.mtimeMs : stats?.ctimeMs;
      const same = stats?.isFile() ? time === cached.mtimeMs && stats.size === cached.size : !cached.file;
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
        real = normalize(fromDisk(realPath(folder)));
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
    const read = readUnpacked(path);
    if (!read) return ABSENT;
    const bytes = this.#bytesOf(read);
    if (!bytes || 'refusal' in read) {
      const stats = statOf(path);
      const refusal = 'refusal' in read ? read.refusal : '';
      return { file: undefined, refusal, mtimeMs: stats?.ctimeMs ?? 0, size: stats?.size ?? -1 };
    }
    const { mtimeMs, size } = read.stats;
    const cached = { file: { path, text: textOf(bytes) }, mtimeMs, size };
    this.#byRealPath.set(path, cached);
    return cached;
  }

  #bytesOf(read: DiskBytes): Buffer | undefined {
    if (!read || 'refusal' in read) return undefined;
    this.#given.add(identity(read.stats));
    return read.bytes;
  }
}

function textOf(bytes: Buffer): string {
  return isBlob(bytes) ? decompile(bytes) : textFrom(bytes);
}

/** Bytes that are no UTF-8 are kept (base/bytes.ts); they are rare, and Node is faster. */
function textFrom(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? decodeText(bytes) : text;
}

function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(onDisk(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function realPath(folder: string): string {
  const path = onDisk(folder);
  const real = typeof path === 'string' ? realpathSync(path) : undefined;
  // The target of a link may have another name than UTF-8 names can have.
  return real === undefined || real.includes('\ufffd') ? decodeText(realpathSync(path, 'buffer')) : real;
}

function fromDisk(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
