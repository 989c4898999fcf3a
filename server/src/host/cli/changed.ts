// SPDX-License-Identifier: MIT
// `--changed-since REV`: which boards read a file that differs from a revision of Git.
import { DiskFiles } from '#host/sources.ts';
import { Contexts } from '#ide/boards/context.ts';
import { BoardReads } from '#ide/boards/reads.ts';
import type { Found } from './find.ts';
import { changedFiles } from './git.ts';
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
