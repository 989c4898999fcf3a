// SPDX-License-Identifier: MIT
// The folder of `--cache`: files that are whole or not there, and nothing in it is believed unread.
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#host/cli/io.ts';
import { reason } from '#host/cli/output.ts';
import { digest } from './observed.ts';

/** https://bford.info/cachedir/: backups and `rsync --cache-exclude` leave such folders out. */
const TAG = 'CACHEDIR.TAG';
const TAG_TEXT = 'Signature: 8a477f597d28d172789f06886806bc55\n# What `dt-iommu check --cache` found before.\n';

const NAME = /^[0-9a-f]{32}\.json$/;
const PARTIAL = /^[0-9a-f]{32}\.json\.\d+\.tmp$/;

/** A kernel tree has 3700 records of 10 to 40 KB; 64 MB in all. */
const MAX_RECORD = 16 << 20;
export const MAX_FOLDER = 512 << 20;
const HOUR = 3_600_000;

export class CacheFolder {
  readonly #path: string;
  readonly #limit: number;
  /** The first reason why something could not be kept. */
  #trouble: string | undefined;
  #wrote = false;

  /** Makes the folder when it is not there; fails when it cannot be written, or is none. */
  constructor(path: string, written: string, limit = MAX_FOLDER) {
    this.#path = path;
    this.#limit = limit;
    const refuse = (why: string) => new Failure(`--cache ${written}: ${why}`);
    let stats: Stats | undefined;
    try {
      stats = lstatSync(path, { throwIfNoEntry: false });
      if (!stats) mkdirSync(path);
      // For root the system lets everything pass, so the mode is looked at too.
      else if (stats.isDirectory() && (stats.mode & 0o222) !== 0) accessSync(path, constants.W_OK);
    } catch (error) {
      throw refuse(`cannot be written (${reason(error)}); choose another folder`);
    }
    if (stats?.isSymbolicLink()) throw refuse('is a symbolic link; name the folder itself');
    if (stats && !stats.isDirectory()) throw refuse('is not a folder; name one');
    if (stats && (stats.mode & 0o222) === 0) throw refuse('is read-only; `chmod u+w` it or choose another folder');
    if (!stats) this.#put(TAG, TAG_TEXT);
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** What was written under this name, whole; `undefined` for anything else. */
  read(name: string): unknown {
    const text = readRecord(join(this.#path, `${name}.json`));
    const line = text?.indexOf('\n') ?? -1;
    if (text === undefined || line < 0) return undefined;
    const body = text.slice(line + 1);
    if (text.slice(0, line) !== digest(body)) return undefined;
    try {
      return JSON.parse(body);
    } catch {
      return undefined;
    }
  }

  /** A failure is remembered, and the run goes on without. */
  write(name: string, value: unknown): void {
    const body = JSON.stringify(value);
    if (body.length > MAX_RECORD / 2) return;
    this.#put(`${name}.json`, `${digest(body)}\n${body}`);
    this.#wrote = true;
  }

  /** It was of use: others are dropped first. */
  use(name: string, now: number): void {
    const path = join(this.#path, `${name}.json`);
    try {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats?.isFile() && now - stats.mtimeMs > HOUR) utimesSync(path, now / 1000, now / 1000);
    } catch {
      // Of another user, or gone meanwhile.
    }
  }

  /** Drops what was used longest ago until the rest fits, and what a run left that was ended. */
  close(now: number): void {
    if (!this.#wrote) return;
    try {
      const files = readdirSync(this.#path).flatMap((name) => {
        const isRecord = NAME.test(name);
        if (!isRecord && !PARTIAL.test(name)) return [];
        const path = join(this.#path, name);
        const stats = lstatSync(path, { throwIfNoEntry: false });
        return stats?.isFile() ? [{ path, isRecord, size: stats.size, time: stats.mtimeMs }] : [];
      });
      let total = files.reduce((sum, { size }) => sum + size, 0);
      for (const { path, isRecord, size, time } of files.sort((a, b) => a.time - b.time)) {
        if (isRecord ? total <= this.#limit : now - time < HOUR) continue;
        rmSync(path, { force: true });
        total -= size;
      }
    } catch (error) {
      this.#trouble ??= reason(error);
    }
  }

  /** A new file and a rename: a link that stands there is replaced, never followed. */
  #put(name: string, text: string): void {
    const path = join(this.#path, name);
    const partial = `${path}.${process.pid}.tmp`;
    try {
      rmSync(partial, { force: true });
      writeFileSync(partial, text, { flag: 'wx' });
      renameSync(partial, path);
    } catch (error) {
      this.#trouble ??= reason(error);
      rmSync(partial, { force: true });
    }
  }
}

/** Only a file of its own, and of no more than a bounded size. */
function readRecord(path: string): string | undefined {
  let file: number | undefined;
  try {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    return stats.isFile() && stats.size <= MAX_RECORD ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
