// SPDX-License-Identifier: MIT
// A copy of a board's files on which fixes are tried one after the other: what remains, and what has changed in all.
import type { SourceFile } from '#base/files.ts';
import { applyEdits, type TextEdit } from '#base/text.ts';
import type { Snapshot } from './snapshot.ts';

/** Evaluates the board with these versions in place of the files of the same path. */
export type Evaluate = (changed: ReadonlyMap<string, SourceFile>) => Snapshot;

/** A stretch of the original text that was kept, or text that was put in. */
type Piece = { readonly start: number; readonly end: number } | { readonly text: string };

interface TrialFile {
  readonly original: string;
  readonly pieces: readonly Piece[];
}

export class Trial {
  readonly #evaluate: Evaluate;
  readonly #files = new Map<string, TrialFile>();
  readonly #changed = new Map<string, SourceFile>();
  #snapshot: Snapshot;

  constructor(evaluate: Evaluate) {
    this.#evaluate = evaluate;
    this.#snapshot = evaluate(this.#changed);
  }

  /** The board with all edits so far. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Spans count in the texts of {@link snapshot}. */
  apply(edits: readonly TextEdit[]): void {
    for (const path of new Set(edits.map((edit) => edit.span.file))) {
      const own = edits.filter((edit) => edit.span.file === path);
      const text = this.#snapshot.text(path);
      const file = this.#files.get(path) ?? { original: text, pieces: [{ start: 0, end: text.length }] };
      this.#files.set(path, { original: file.original, pieces: replaced(file.pieces, own) });
      this.#changed.set(path, { path, text: applyEdits(text, own) });
    }
    this.#snapshot = this.#evaluate(this.#changed);
  }

  /** What leads from the original texts to the present ones. */
  edits(): TextEdit[] {
    return [...this.#files].flatMap(([path, file]) => editsOf(path, file));
  }

  /** The present text of every file that was touched. */
  texts(): ReadonlyMap<string, SourceFile> {
    return this.#changed;
  }
}

function replaced(pieces: readonly Piece[], edits: readonly TextEdit[]): Piece[] {
  let result = [...pieces];
  const backwards = [...edits].sort((a, b) => b.span.start - a.span.start);
  for (const { span, text } of backwards) {
    const [head, rest] = split(result, span.start);
    const tail = split(rest, span.end - span.start)[1];
    result = [...head, ...(text === '' ? [] : [{ text }]), ...tail];
  }
  return result;
}

/** Cuts after so many characters. */
function split(pieces: readonly Piece[], at: number): [Piece[], Piece[]] {
  const head: Piece[] = [];
  let left = at;
  for (const [index, piece] of pieces.entries()) {
    const length = 'text' in piece ? piece.text.length : piece.end - piece.start;
    if (length <= left) {
      head.push(piece);
      left -= length;
      continue;
    }
    if (left === 0) return [head, pieces.slice(index)];
    const [before, after]: Piece[] =
      'text' in piece
        ? [{ text: piece.text.slice(0, left) }, { text: piece.text.slice(left) }]
        : [
            { start: piece.start, end: piece.start + left },
            { start: piece.start + left, end: piece.end },
          ];
    return [before ? [...head, before] : head, after ? [after, ...pieces.slice(index + 1)] : []];
  }
  return [head, []];
}

function editsOf(path: string, { original, pieces }: TrialFile): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let text = '';
  for (const piece of [...pieces, { start: original.length, end: original.length }]) {
    if ('text' in piece) {
      text += piece.text;
      continue;
    }
    if (piece.start > at || text !== '') edits.push({ span: { file: path, start: at, end: piece.start }, text });
    at = piece.end;
    text = '';
  }
  return edits;
}
