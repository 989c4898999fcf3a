// SPDX-License-Identifier: MIT
// The one writer of files: whole or not at all where the system allows it, and never over what should stay.
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from './io.ts';

/** What was read for the output and must not be overwritten by it. */
export type IsInput = (file: Stats) => boolean;

/** How a path is written: `into` keeps the file that is there, `replace` puts a finished one in its place. */
interface Target {
  readonly way: 'into' | 'replace';
  /** Of the file that is there. */
  readonly stats?: Stats;
}

const NOTHING_READ: IsInput = () => false;

/** In the place of a path, as for dtc. */
export const STANDARD_OUTPUT = '-';

function writeStandardOutput(bytes: Uint8Array): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // A pipe that is full for the moment.
      if (reason(error) !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}

/**
 * Writes to `path`. A file gets its new content at once, by a rename, and keeps its mode and owner. What a rename would
 * replace by something else is written into: devices, pipes, what a symbolic link leads to, and a file with several
 * names. Folders are not made.
 */
export function writeOutput(path: string, content: string | Uint8Array, isInput: IsInput = NOTHING_READ): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (path === STANDARD_OUTPUT) {
    guarded('standard output', () => writeStandardOutput(bytes));
    return;
  }
  const target = targetOf(path, isInput);
  guarded(path, () => {
    if (target.way === 'replace' && replace(path, bytes, target.stats)) return;
    writeInto(path, bytes, target.stats);
  });
}

/** Fails when {@link writeOutput} would refuse the path, before anything is written. */
export function requireWritable(path: string, isInput: IsInput = NOTHING_READ): void {
  targetOf(path, isInput);
}

/** Names that nothing made here gets: the next build, or the next check, would read it as text. */
export const SOURCE = /\.(dts|dtsi|dtso|overlay|h)$/;

/** `what`: what such a file is, and how it may be named. */
export function requireNoSource(path: string, what: string): void {
  if (SOURCE.test(path)) throw new Failure(`${path}: is named like a source; ${what}`);
}

/** The files of these paths, whatever they are called now. */
export function isOneOf(paths: Iterable<string>): IsInput {
  const known = new Set<string>();
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats) known.add(`${stats.dev}:${stats.ino}`);
  }
  return ({ dev, ino }) => known.has(`${dev}:${ino}`);
}

/** The folder below which many results are written. Its parent must be there; the folders in it are made as needed. */
export function makeOutputFolder(path: string): void {
  const stats = guarded(path, () => statSync(path, { throwIfNoEntry: false }));
  if (stats && !stats.isDirectory()) throw new Failure(`${path}: is not a folder; give another one with --out-dir`);
  if (!stats) guarded(path, () => mkdirSync(path));
}

/** A folder in the one of {@link makeOutputFolder}. */
export function makeFolderInside(path: string): void {
  guarded(path, () => mkdirSync(path, { recursive: true }));
}

/** `ENOENT`, `EACCES`, …: the short word for why the system refused. */
export function reason(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message;
  return String(error);
}

function targetOf(path: string, isInput: IsInput): Target {
  const own = guarded(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (!own) {
    const folder = guarded(path, () => statSync(dirname(path), { throwIfNoEntry: false }));
    if (!folder?.isDirectory()) {
      throw new Failure(`${path}: cannot be written (there is no folder ${dirname(path)}); make it first`);
    }
    return { way: 'replace' };
  }
  const stats = guarded(path, () => statSync(path, { throwIfNoEntry: false }));
  // A link to what is not there yet.
  if (!stats) return { way: 'into' };
  if (stats.isDirectory()) throw new Failure(`${path}: is a folder; name a file in it`);
  if (!stats.isFile()) return { way: 'into', stats };
  if (isInput(stats)) throw new Failure(`${path}: is one of the files that are read for it; choose another name`);
  if (isReadOnly(path, stats)) throw new Failure(`${path}: is read-only; \`chmod u+w\` it or choose another place`);
  return { way: own.isSymbolicLink() || stats.nlink > 1 ? 'into' : 'replace', stats };
}

/** For root the system lets everything pass, so the mode is looked at too. */
function isReadOnly(path: string, stats: Stats): boolean {
  if ((stats.mode & 0o222) === 0) return true;
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/** `false`: mode, owner or folder do not allow it, and the file is as it was. */
function replace(path: string, bytes: Uint8Array, stats: Stats | undefined): boolean {
  const temporary = join(dirname(path), `.dt-iommu-${process.pid}-${Math.random().toString(36).slice(2, 10)}`);
  let file: number;
  try {
    // Never what somebody else put there under this name.
    file = openSync(temporary, 'wx');
  } catch (error) {
    if (stats) return false;
    throw error;
  }
  try {
    try {
      if (stats && !keepsOwner(file, stats)) return false;
      writeAll(file, bytes);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    return true;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function keepsOwner(file: number, { uid, gid, mode }: Stats): boolean {
  try {
    const made = fstatSync(file);
    if (made.uid !== uid || made.gid !== gid) fchownSync(file, uid, gid);
    fchmodSync(file, mode & 0o7777);
    return true;
  } catch {
    return false;
  }
}

/** The file itself stays; when a disk is full, a regular one gets its old content back. */
function writeInto(path: string, bytes: Uint8Array, stats: Stats | undefined): void {
  if (!stats?.isFile()) {
    // Not `O_CREAT` for what is there: in a sticky folder Linux refuses it (fs.protected_fifos).
    const file = openSync(path, stats ? constants.O_WRONLY : constants.O_WRONLY | constants.O_CREAT);
    try {
      writeAll(file, bytes);
    } finally {
      closeSync(file);
    }
    return;
  }
  const before = readFileSync(path);
  const file = openSync(path, 'r+');
  try {
    try {
      overwrite(file, bytes);
    } catch (error) {
      overwrite(file, before);
      throw error;
    }
  } finally {
    closeSync(file);
  }
}

function overwrite(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at);
  ftruncateSync(file, bytes.length);
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) throw error;
    const name = basename(path) === '' ? '/' : path;
    throw new Failure(`${name}: cannot be written (${reason(error)}); choose another place or free this one`);
  }
}
