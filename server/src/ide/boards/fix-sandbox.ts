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
  #files: ReadonlyMap<string, EditedFile> = new Map();
  #snapshot: Snapshot;

  constructor(evaluate: Evaluate) {
    this.#evaluate = evaluate;
    this.#snapshot = evaluate(new Map());
  }

  /** The board with all edits so far. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /**
   * Makes the edits, whose spans count in the texts of {@link snapshot}, where `accept` takes what comes of them; else
   * everything stays as it was.
   */
  apply(edits: readonly TextEdit[], accept: (after: Snapshot) => boolean = () => true): boolean {
    const files = new Map([...this.#files].map(([path, file]) => [path, file.copy()]));
    applyTo(files, edits, (path) => this.#snapshot.text(path));
    const after = this.#evaluate(new Map([...files].map(([path, { text }]) => [path, { path, text }])));
    if (!accept(after)) return false;
    this.#files = files;
    this.#snapshot = after;
    return true;
  }

  /** What leads from the original texts to the present ones. */
  edits(): TextEdit[] {
    return [...this.#files.values()].flatMap((file) => file.edits());
  }
}
