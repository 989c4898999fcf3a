// SPDX-License-Identifier: MIT
// Ignore comments of shared files that none of their boards needs: what each checked board says, put together.
import { sep } from 'node:path';
import type { Checked } from './jobs.ts';
import { merge, type ReportedProblem } from './problems.ts';
import { openSessions, type SessionSettings } from './session.ts';

/**
 * Collects over a run. A comment counts only when every board that includes its file was checked and did not need it:
 * the file lies in a folder that was checked as a whole, and no board is known beside.
 */
export class UnusedIgnores {
  readonly #candidates: ReportedProblem[] = [];
  /** File → the boards of this run that read it. */
  readonly #readers = new Map<string, Set<string>>();

  add(board: string, { files, idle = [] }: Checked): void {
    this.#candidates.push(...idle);
    for (const file of files) {
      const readers = this.#readers.get(file);
      if (readers) readers.add(board);
      else this.#readers.set(file, new Set([board]));
    }
  }

  /** `folders` were checked as a whole. Other boards are looked for only when those of the run agree, which is rare. */
  async agreed(settings: SessionSettings, folders: readonly string[]): Promise<ReportedProblem[]> {
    const unneeded = merge(this.#candidates).filter(
      ({ file, boards }) =>
        boards.length === this.#readers.get(file)?.size && folders.some((folder) => isBelow(file, folder)),
    );
    if (unneeded.length === 0) return [];
    const sessions = await openSessions(settings);
    return unneeded.filter(({ file, boards }) => {
      const all = sessions(file).analysis(file).boardsOf(file, true);
      return all.every((board) => boards.includes(board));
    });
  }
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
