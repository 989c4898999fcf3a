// SPDX-License-Identifier: MIT
// The bytes of one file on a disk, bounded in size and time: only regular files are opened, and nothing is waited for.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { decodeText, encodeText } from '#base/bytes.ts';

/** The largest file of a kernel's device trees has 0.2 MB; beyond this a file is not one. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** `undefined`: nothing is at the path, or a folder. `refusal` follows the name of the file in a sentence. */
export type DiskBytes = { readonly bytes: Buffer; readonly stats: Stats } | { readonly refusal: string } | undefined;

export function readBytes(path: string): DiskBytes {
  try {
    const stats = statSync(onDisk(path), { throwIfNoEntry: false });
    if (!stats || stats.isDirectory()) return undefined;
    // Not even opened: that alone starts a watchdog or rewinds a tape.
    if (!stats.isFile()) return { refusal: `is a ${kindOf(stats)}, so it is not read` };
    if (stats.size > MAX_FILE_BYTES) return { refusal: TOO_LARGE };
    return readOpened(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return code === 'ENOTDIR' || code === 'ENOENT' ? undefined : { refusal: `cannot be read (${code})` };
  }
}

/** The same, unpacked where it is a gzip file, to no more than {@link MAX_FILE_BYTES}. */
export function readUnpacked(path: string): DiskBytes {
  const read = readBytes(path);
  if (!read || 'refusal' in read) return read;
  const packed = read.bytes[0] === 0x1f && read.bytes[1] === 0x8b;
  if (!packed) return path.endsWith('.gz') ? { refusal: 'is not a gzip file, though its name says so' } : read;
  try {
    return { bytes: gunzipSync(read.bytes, { maxOutputLength: MAX_FILE_BYTES }), stats: read.stats };
  } catch (error) {
    const large = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { refusal: large ? 'has more than 10 MB when it is unpacked, so it is not read' : 'is a damaged gzip file' };
  }
}

const TOO_LARGE = 'has more than 10 MB, so it is not read';

/** Files of /proc have no size, and some of them never end or make a reader wait (/proc/kmsg): `O_NONBLOCK` ends that. */
function readOpened(path: string): DiskBytes {
  const file = openSync(onDisk(path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return { refusal: `is a ${kindOf(stats)}, so it is not read` };
    const chunks: Buffer[] = [];
    for (let length = 0; length <= MAX_FILE_BYTES; ) {
      const chunk = Buffer.alloc(Math.min(Math.max(stats.size + 1, 4096), MAX_FILE_BYTES + 1 - length));
      const read = readSync(file, chunk);
      if (read === 0) return { bytes: Buffer.concat(chunks), stats };
      chunks.push(chunk.subarray(0, read));
      length += read;
    }
    return { refusal: TOO_LARGE };
  } finally {
    closeSync(file);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'pipe';
  return stats.isSocket() ? 'socket' : 'device';
}

/** Core paths start with `/`: `/c:/dts` is `c:/dts` on Windows. Bytes that are no UTF-8 are those of base/bytes.ts. */
export function onDisk(path: string): string | Buffer {
  const native = /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
  return isUtf8Name(native) ? native : Buffer.from(encodeText(native));
}

/** Node takes other names as bytes only. */
export function isUtf8Name(path: string): boolean {
  return !/(?<![\ud800-\udbff])[\udc80-\udcff]/.test(path);
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** What is in a folder, in the order of the names. Throws as `readdir` does. */
export function entriesOf(folder: string): FolderEntry[] {
  const path = onDisk(folder);
  const entries: readonly {
    name: string | Buffer;
    isFile(): boolean;
    isDirectory(): boolean;
    isSymbolicLink(): boolean;
  }[] = readdirSync(path, { withFileTypes: true });
  const lossy = entries.some(({ name }) => name.includes('\ufffd'));
  return (lossy ? readdirSync(path, { withFileTypes: true, encoding: 'buffer' }) : entries)
    .map(
      (entry) =>
        ({
          name: typeof entry.name === 'string' ? entry.name : decodeText(entry.name),
          kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other',
        }) as const,
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
