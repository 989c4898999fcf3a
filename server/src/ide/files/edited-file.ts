// SPDX-License-Identifier: MIT
// A text on which edits are made one after the other, and what leads from the original to the present text in all.
import { applyEdits, type TextEdit } from '#base/text.ts';

/** A stretch of the original text that was kept, or text that was put in. */
type Piece = { readonly start: number; readonly end: number } | { readonly text: string };

export class EditedFile {
  readonly #path: string;
  readonly #original: string;
  #text: string;
  #pieces: readonly Piece[];

  constructor(path: string, text: string) {
    this.#path = path;
    this.#original = text;
    this.#text = text;
    this.#pieces = [{ start: 0, end: text.length }];
  }

  /** The same, to be edited by itself. */
  copy(): EditedFile {
    const copy = new EditedFile(this.#path, this.#original);
    copy.#text = this.#text;
    copy.#pieces = this.#pieces;
    return copy;
  }

  get text(): string {
    return this.#text;
  }

  /** Spans count in the present text; they are all in this file. */
  apply(edits: readonly TextEdit[]): void {
    this.#pieces = replaced(this.#pieces, edits);
    this.#text = applyEdits(this.#text, edits);
  }

  /** Spans count in the original text. Changes in one line are one edit, so that nobody accepts half a statement. */
  edits(): TextEdit[] {
    const joined: TextEdit[] = [];
    for (const edit of this.#changes()) {
      const before = joined.at(-1);
      const between = before && this.#original.slice(before.span.end, edit.span.start);
      if (before === undefined || between === undefined || between.includes('\n')) joined.push(edit);
      else {
        const span = { ...before.span, end: edit.span.end };
        joined.splice(-1, 1, { span, text: before.text + between + edit.text });
      }
    }
    return joined;
  }

  #changes(): TextEdit[] {
    const edits: TextEdit[] = [];
    let at = 0;
    let text = '';
    for (const piece of [...this.#pieces, { start: this.#original.length, end: this.#original.length }]) {
      if ('text' in piece) {
        text += piece.text;
        continue;
      }
      if (piece.start > at || text !== '') {
        edits.push({ span: { file: this.#path, start: at, end: piece.start }, text });
      }
      at = piece.end;
      text = '';
    }
    return edits;
  }
}

/** Edits of several files on top of what was edited before; `text` gives a file that was not. */
export function applyTo(
  files: Map<string, EditedFile>,
  edits: readonly TextEdit[],
  text: (path: string) => string,
): void {
  for (const path of new Set(edits.map((edit) => edit.span.file))) {
    const file = files.get(path) ?? new EditedFile(path, text(path));
    file.apply(edits.filter((edit) => edit.span.file === path));
    files.set(path, file);
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
