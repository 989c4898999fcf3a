// SPDX-License-Identifier: MIT
// Edits of several repairs that are made at once: one that touches the place of another has to wait.
import type { Span, TextEdit } from '#base/text.ts';

export class EditBatch {
  readonly edits: TextEdit[] = [];
  readonly #text: (file: string) => string;
  /** By file, in text order. */
  readonly #taken = new Map<string, TextEdit[]>();

  constructor(text: (file: string) => string) {
    this.#text = text;
  }

  /** Takes all edits of a repair or, where one of them touches an edit of another repair, none of them. */
  add(edits: readonly TextEdit[]): boolean {
    if (edits.some((edit) => this.#touches(edit))) return false;
    for (const edit of edits) {
      const taken = this.#takenIn(edit.span.file);
      taken.splice(placeOf(taken, edit.span), 0, edit);
      this.edits.push(edit);
    }
    return true;
  }

  #touches(edit: TextEdit): boolean {
    const { span } = edit;
    const taken = this.#takenIn(span.file);
    const isMet = (other: TextEdit | undefined): other is TextEdit =>
      other !== undefined && other.span.start <= span.end && span.start <= other.span.end;
    for (let at = placeOf(taken, span); at < taken.length && isMet(taken[at]); at++) {
      if (!this.#mayFollow(edit, taken[at] ?? edit)) return true;
    }
    for (let at = placeOf(taken, span) - 1; at >= 0 && isMet(taken[at]); at--) {
      if (!this.#mayFollow(edit, taken[at] ?? edit)) return true;
    }
    return false;
  }

  /** Different statements that are appended to a file stand behind each other; what is said twice is said once. */
  #mayFollow(edit: TextEdit, other: TextEdit): boolean {
    const { file, start, end } = edit.span;
    const isSame = other.span.start === start && other.span.end === end;
    return isSame && start === end && edit.text !== other.text && this.#text(file).slice(end).trim() === '';
  }

  #takenIn(file: string): TextEdit[] {
    const taken = this.#taken.get(file) ?? [];
    this.#taken.set(file, taken);
    return taken;
  }
}

/** Where an edit goes in a sorted list: behind those that start before it. */
function placeOf(sorted: readonly TextEdit[], { start }: Span): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.span.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}
