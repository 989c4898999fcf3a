// SPDX-License-Identifier: MIT
// A copy of a board's files on which fixes are tried one after the other: what remains, and what has changed in all.
import type { SourceFile } from '#base/files.ts';
import type { TextEdit } from '#base/text.ts';
import { applyTo, type EditedFile } from '#ide/files/edited-file.ts';
import type { Snapshot } from './snapshot.ts';

/** Evaluates the board with these versions in place of the files of the same path. */
export type Evaluate = (changed: ReadonlyMap<string, SourceFile>) => Snapshot;

export class FixSandbox {
  readonly #evaluate: Evaluate;
  readonly #files = new Map<string, EditedFile>();
  #snapshot: Snapshot;

  constructor(evaluate: Evaluate) {
    this.#evaluate = evaluate;
    this.#snapshot = evaluate(new Map());
  }

  /** The board with all edits so far. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Spans count in the texts of {@link snapshot}. */
  apply(edits: readonly TextEdit[]): void {
    applyTo(this.#files, edits, (path) => this.#snapshot.text(path));
    this.#snapshot = this.#evaluate(new Map([...this.#files].map(([path, { text }]) => [path, { path, text }])));
  }

  /** What leads from the original texts to the present ones. */
  edits(): TextEdit[] {
    return [...this.#files.values()].flatMap((file) => file.edits());
  }
}
