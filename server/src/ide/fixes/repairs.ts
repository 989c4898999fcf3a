// SPDX-License-Identifier: MIT
// Repairs of many boards that share files: each goes on with what those before it changed, until nothing is left.
import type { Problem } from '#base/problem.ts';
import type { TextEdit } from '#base/text.ts';
import type { Analysis } from '#ide/analysis.ts';
import { applyTo, type EditedFile } from '#ide/files/edited-file.ts';
import { fixAll } from './fixes.ts';

/** A repair of a shared file can bring one to a board that was clean before; more rounds than that never help. */
const MAX_ROUNDS = 5;

/** What is repaired of one board. */
export interface RepairRequest {
  readonly file: string;
  wanted(problem: Problem): boolean;
  writable?(path: string): boolean;
}

export class Repairs {
  /** How many problems are gone. */
  fixed = 0;
  readonly #files = new Map<string, EditedFile>();
  /** Each board with the repaired texts, by path, that its tree was read from. */
  readonly #seen = new Map<RepairRequest, ReadonlyMap<string, string | undefined>>();

  /** False when there is no such file. The analysis goes on with the repaired texts, so it must be nobody else's. */
  board(analysis: Analysis, request: RepairRequest): boolean {
    const view = analysis.view(request.file);
    if (!view) return false;
    const { edits, fixed } = fixAll(analysis, { ...view.choice, ...bound(request) });
    applyTo(this.#files, edits, (path) => view.snapshot.text(path));
    for (const path of new Set(edits.map((edit) => edit.span.file))) analysis.open(path, this.text(path) ?? '');
    this.fixed += fixed;
    this.#seen.set(request, new Map(view.snapshot.tree.files.map((path) => [path, this.text(path)])));
    return true;
  }

  /** Looks again at the boards whose shared files were repaired after them. */
  settle(analysisOf: (file: string) => Analysis): void {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const stale = [...this.#seen].filter(([, files]) => [...files].some(([path, text]) => this.text(path) !== text));
      if (stale.length === 0) return;
      for (const [request] of stale) this.board(analysisOf(request.file), request);
    }
  }

  /** The files that change, in path order. */
  paths(): string[] {
    return [...this.#files.keys()].sort();
  }

  /** The repaired text of a file that changes. */
  text(path: string): string | undefined {
    return this.#files.get(path)?.text;
  }

  /** What leads from the texts as they were to the repaired ones. */
  edits(): TextEdit[] {
    return [...this.#files.values()].flatMap((file) => file.edits());
  }
}

function bound(request: RepairRequest): Pick<RepairRequest, 'wanted' | 'writable'> {
  const { writable } = request;
  return {
    wanted: (problem) => request.wanted(problem),
    ...(writable && { writable: (path) => writable.call(request, path) }),
  };
}
