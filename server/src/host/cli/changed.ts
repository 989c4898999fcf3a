// SPDX-License-Identifier: MIT
// `--changed-since REV`: which files differ from a revision of Git. Git is the one program that the product ever starts.
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from '#base/files.ts';
import { DiskFiles } from '#host/sources.ts';
import { Contexts } from '#ide/boards/context.ts';
import { BoardReads } from '#ide/boards/reads.ts';
import type { Found } from './find.ts';
import { Failure } from './io.ts';
import type { SessionSettings } from './session.ts';

/** Of those found, the boards that read a file which differs, as far as their text tells. */
export function touchedBy(revision: string, found: readonly Found[], settings: SessionSettings): Found[] {
  const { flags: project, projectFile, piped } = settings;
  const files = new DiskFiles();
  const contexts = new Contexts(files);
  contexts.setSettings({ project, ...(projectFile !== undefined && { projectFile }) });
  const reads = new BoardReads(files, contexts);
  const changes = new Map<string, ReadonlySet<string>>();
  return found.filter(({ file, root }) => {
    if (file === piped?.file) return true;
    const changed = changes.get(root) ?? changedFiles(root, revision);
    changes.set(root, changed);
    return changed.size > 0 && reads.any(file, changed);
  });
}

/** Absolute: those that Git follows, and new ones that it does not ignore. */
export function changedFiles(folder: string, revision: string): ReadonlySet<string> {
  // `--output=FILE` would make it write.
  if (revision.startsWith('-') || revision === '') {
    throw new Failure(`--changed-since takes a revision of Git, like HEAD~1 or origin/main..., not '${revision}'`);
  }
  const top = git(folder, ['rev-parse', '--show-toplevel']).replace(/\n$/, '');
  const diff = ['diff', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', '-z', revision, '--'];
  const names = [git(top, diff), git(top, ['ls-files', '--others', '--exclude-standard', '-z'])];
  const real = realpathSync(top);
  return new Set(names.flatMap((list) => list.split('\0').filter(Boolean)).map((name) => join(real, name)));
}

/** Nothing that the repository's own configuration names is run beside, as far as Git can be told so. */
const HARMLESS = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.pager=cat'];

function git(folder: string, words: readonly string[]): string {
  try {
    return execFileSync('git', [...HARMLESS, ...words], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
    });
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
