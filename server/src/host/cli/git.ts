// SPDX-License-Identifier: MIT
// What differs from a revision of Git. Git is the one program that the product ever starts, and a repository is not
// trusted: its configuration names filters, monitors, hooks and helpers. So Git is only asked what its trees and its
// index say, which runs none of them; files of the working tree are compared here, byte by byte.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { decodeText } from '#base/bytes.ts';
import { join } from '#base/files.ts';
import { onDisk, readBytes } from '#host/disk-bytes.ts';
import { Failure } from './io.ts';

/** Absolute: those that Git follows, and new ones that it does not ignore. */
export function changedFiles(folder: string, revision: string): ReadonlySet<string> {
  // `--output=FILE` would make it write.
  if (revision.startsWith('-') || revision === '') {
    throw new Failure(`--changed-since takes a revision of Git, like HEAD~1 or origin/main..., not '${revision}'`);
  }
  const [shown = ''] = git(folder, ['rev-parse', '--show-toplevel']).split('\n');
  const top = realpathSync(shown);
  const named = git(top, ['rev-parse', revision, '--']).split('\n').filter(Boolean);
  const commits = named.filter((name) => /^[0-9a-f]{40,64}$/.test(name));
  const bases = named.filter((name) => /^\^[0-9a-f]{40,64}$/.test(name)).map((name) => name.slice(1));
  const [commit] = commits;
  if (commit === undefined) throw new Failure(`--changed-since takes a revision of Git, not '${revision}'`);
  const differing =
    bases.length > 0
      ? bases.flatMap((base) => list(top, ['diff-tree', '-r', ...NAMES, base, commit]))
      : [...list(top, ['diff-index', '--cached', ...NAMES, commit, '--']), ...edited(top)];
  const fresh = list(top, ['ls-files', '--others', '--exclude-standard', '-z']);
  return new Set([...differing, ...fresh].map((name) => join(top, name)));
}

const NAMES = ['--name-only', '--no-renames', '--ignore-submodules=all', '-z'];

/** Tracked files of the working tree that are not as the index has them. A filter that would make them so is not run. */
function edited(top: string): string[] {
  const indexTime = statOf(git(top, ['rev-parse', '--absolute-git-dir']).replace(/\n$/, ''), 'index')?.mtimeNs;
  const entries = git(top, ['ls-files', '-s', '--debug', '-z']);
  const changed: string[] = [];
  // An entry, a NUL, and what `--debug` says of it, to the next entry.
  const pattern = /(\d{6}) ([0-9a-f]{40,64}) \d\t([^\0]*)\0((?: {2}[^\n]*\n)*)/g;
  for (const [, mode = '', id = '', name = '', debug = ''] of entries.matchAll(pattern)) {
    // A submodule is a repository of its own; and Git itself makes no such name.
    if (mode === '160000' || name.startsWith('/') || name.split('/').includes('..')) continue;
    const stats = statOf(top, name);
    const seen = remembered(debug);
    // Left out of the working tree on purpose (sparse checkout), or said to stay as it is.
    if (!stats && seen.isSkipped) continue;
    if (stats && seen.isSame(stats) && indexTime !== undefined && stats.mtimeNs < indexTime) continue;
    if (!stats || !isBlob(join(top, name), stats, mode, id)) changed.push(name);
  }
  return changed;
}

function statOf(folder: string, name: string): BigIntStats | undefined {
  try {
    return lstatSync(onDisk(join(folder, name)), { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const SKIP_WORKTREE = 0x40000000;

/** What the index knows of the file from when it was last the same. Words that are not understood match nothing. */
function remembered(debug: string): { readonly isSkipped: boolean; isSame(stats: BigIntStats): boolean } {
  const number = (pattern: RegExp) => BigInt(pattern.exec(debug)?.[1] ?? -1);
  const time = (name: string) => {
    const [, seconds, nanoseconds] = new RegExp(`\\b${name}: (\\d+):(\\d+)`).exec(debug) ?? [];
    return seconds === undefined ? -1n : BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds ?? 0);
  };
  const flags = Number.parseInt(/\bflags: ([0-9a-f]+)/.exec(debug)?.[1] ?? '0', 16);
  return {
    isSkipped: (flags & SKIP_WORKTREE) !== 0,
    isSame: (stats) =>
      time('mtime') === stats.mtimeNs &&
      time('ctime') === stats.ctimeNs &&
      number(/\bsize: (\d+)/) === BigInt.asUintN(32, stats.size) &&
      number(/\bino: (\d+)/) === BigInt.asUintN(32, stats.ino),
  };
}

/** Whether a file has the content of a blob; line ends may be those of Windows. */
function isBlob(path: string, stats: BigIntStats, mode: string, id: string): boolean {
  if (mode === '120000') {
    return stats.isSymbolicLink() && hashed(readlinkSync(onDisk(path), 'buffer'), id) === id;
  }
  if (!stats.isFile()) return false;
  const read = readBytes(path);
  if (!read || 'refusal' in read) return false;
  if (hashed(read.bytes, id) === id) return true;
  return read.bytes.includes('\r\n') && hashed(withoutCarriageReturns(read.bytes), id) === id;
}

function withoutCarriageReturns(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** As Git names a blob, in a repository with names like this one. */
function hashed(bytes: Buffer, like: string): string {
  return createHash(like.length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}

function list(top: string, words: readonly string[]): string[] {
  return git(top, words).split('\0').filter(Boolean);
}

/** No monitor, no hook, no pager; and nothing is fetched that a partial clone lacks, for which Git would run a helper. */
const HARMLESS = ['fsmonitor=false', 'hooksPath=/dev/null', 'pager=cat', 'sshCommand=false', 'askPass=false'].flatMap(
  (setting) => ['-c', `core.${setting}`],
);
const ENVIRONMENT = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  LC_ALL: 'C',
};

function git(folder: string, words: readonly string[]): string {
  try {
    const bytes = execFileSync('git', [...HARMLESS, '-c', 'submodule.recurse=false', '-C', folder, ...words], {
      // Where a repository is, a file could be called git.
      cwd: '/',
      maxBuffer: 1 << 29,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...ENVIRONMENT },
    });
    return decodeText(bytes);
  } catch (error) {
    throw new Failure(`--changed-since: ${whyNot(error)}`);
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return 'there is no git to ask; install it, or name the files';
  }
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  const line = said.split('\n').find((each) => each.trim() !== '') ?? 'git failed';
  return `${line.replace(/^fatal: /, 'git says: ').slice(0, 300)}; give a revision of the repository around the files`;
}
