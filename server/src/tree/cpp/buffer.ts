// SPDX-License-Identifier: MIT
// A file on its way through cpp, line by line: lines that end in a backslash are joined with the next one (blanks may
// stand behind the backslash), and every place in a joined line is known in the file.
import { Guard } from './guard.ts';
import { isBlank } from './tokens.ts';

/** One open `#if`. */
export interface OpenConditional {
  /** The directive that opened it. */
  readonly at: number;
  readonly length: number;
  /** `if`, `ifdef`, `ifndef`. */
  readonly opener: string;
  /** What stands around it is skipped. */
  readonly wasSkipping: boolean;
  /** A branch was taken, so the others are skipped. */
  taken: boolean;
  /** `#else` was there. */
  hasElse: boolean;
}

const BACKSLASH = 92;

export class Buffer {
  /** Where the current line stands: the file's own text, or a joined line. */
  text = '';
  /** The next character, in `text`. */
  at = 0;
  /** The end of the line, in `text`. */
  limit = 0;
  /** The line was read to its end. */
  needsLine = true;
  /** What `#line` adds. */
  lineShift = 0;
  /** `#pragma GCC system_header`. */
  system = false;
  readonly conditionals: OpenConditional[] = [];
  readonly guard = new Guard();
  readonly file: string;
  /** Of the file's first character among those of all files. */
  readonly base: number;
  /** As cpp prints it. */
  name: string;
  /** Index of the search folder behind the one in which it was found, for `#include_next`. */
  readonly nextFolder: number;
  #next: number;
  #line: number;
  #nextLine: number;
  #lineStart = 0;
  /** Of a joined line, for each part: its offset in `text`, its offset in the file. */
  #parts: readonly (readonly [number, number])[] | undefined;
  /** A carriage return alone ends a line too. */
  readonly #returns: boolean;

  constructor(file: string, place: { base: number; name: string; nextFolder: number; from: number }) {
    this.file = file;
    this.base = place.base;
    this.name = place.name;
    this.nextFolder = place.nextFolder;
    this.#returns = /\r(?!\n)/.test(file);
    // A byte order mark is no text.
    this.#next = place.from === 0 && file.charCodeAt(0) === 0xfeff ? 1 : place.from;
    this.#line = 1;
    this.#nextLine = 1;
  }

  /** Goes to the next line; false at the end of the file. */
  readLine(): boolean {
    const { file } = this;
    const start = this.#next;
    if (start >= file.length) return false;
    this.#line = this.#nextLine++;
    this.#lineStart = start;
    this.needsLine = false;
    const end = this.#lineEnd(start);
    this.#next = end.next;
    const splice = spliceBefore(file, start, end);
    if (splice < 0) {
      this.text = file;
      this.at = start;
      this.limit = end.stop;
      this.#parts = undefined;
      return true;
    }
    this.#join(start, splice);
    return true;
  }

  #join(start: number, splice: number): void {
    const { file } = this;
    const parts: [number, number][] = [[0, start]];
    const pieces = [file.slice(start, splice)];
    let length = splice - start;
    let more = true;
    while (more && this.#next < file.length) {
      const from = this.#next;
      const end = this.#lineEnd(from);
      this.#next = end.next;
      this.#nextLine++;
      const next = spliceBefore(file, from, end);
      more = next >= 0;
      const stop = more ? next : end.stop;
      parts.push([length, from]);
      pieces.push(file.slice(from, stop));
      length += stop - from;
    }
    this.text = pieces.join('');
    this.at = 0;
    this.limit = length;
    this.#parts = parts;
  }

  #lineEnd(start: number): LineEnd {
    const { file } = this;
    const newline = file.indexOf('\n', start);
    const end = newline < 0 ? file.length : newline;
    if (this.#returns) {
      const at = file.indexOf('\r', start);
      if (at >= 0 && at < end - 1) return { stop: at, next: at + 1 };
    }
    if (newline < 0) return { stop: end, next: end };
    return { stop: end > start && file.charCodeAt(end - 1) === 13 ? end - 1 : end, next: end + 1 };
  }

  /** The place in the file of an offset in `text`; `isEnd`: just behind something there. */
  inFile(offset: number, isEnd = false): number {
    const parts = this.#parts;
    if (!parts) return offset;
    const part = parts[this.#partAt(parts, isEnd && offset > 0 ? offset - 1 : offset)];
    return part ? part[1] + offset - part[0] : offset;
  }

  #partAt(parts: readonly (readonly [number, number])[], offset: number): number {
    let low = 0;
    let high = parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((parts[middle]?.[0] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The line of an offset in `text`, counted as `#line` says. */
  lineAt(offset: number): number {
    const shifted = this.#line + this.lineShift;
    return this.#parts ? shifted + this.#partAt(this.#parts, offset) : shifted;
  }

  /** The line that follows the one that is being read. */
  get followingLine(): number {
    return this.#nextLine;
  }

  /** Bytes between the start of the line and an offset in `text`. */
  columnAt(offset: number): number {
    const start = this.#parts ? (this.#parts[this.#partAt(this.#parts, offset)]?.[0] ?? 0) : this.#lineStart;
    let column = 0;
    for (let i = start; i < offset; i++) {
      const code = this.text.charCodeAt(i);
      // A byte that is no UTF-8 stands as a lone low surrogate (base/bytes.ts), and a pair has four bytes.
      if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff && !isHigh(this.text.charCodeAt(i - 1)))) column += 1;
      else column += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
    }
    return column;
  }

  /** The same for a place in the file, which is in the line that is being read. */
  columnOf(place: number): number {
    const part = this.#parts?.findLast(([, from]) => from <= place);
    return this.columnAt(part ? part[0] + place - part[1] : place);
  }

  /** Moves behind the `*` `/` of the comment that was begun; false when the file ends first. */
  skipComment(): boolean {
    for (;;) {
      const { text, limit } = this;
      for (let i = this.at; i + 1 < limit; i++) {
        if (text.charCodeAt(i) !== 42 || text.charCodeAt(i + 1) !== 47) continue;
        this.at = i + 2;
        return true;
      }
      this.at = limit;
      if (!this.readLine()) return false;
    }
  }
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

/** Where the line's text stops, and where the next one starts; the same at the end of the file. */
interface LineEnd {
  readonly stop: number;
  readonly next: number;
}

/** The place of the backslash that joins a line with the next one; -1 when there is none. */
function spliceBefore(file: string, start: number, { stop, next }: LineEnd): number {
  if (next === stop) return -1;
  let at = stop;
  while (at > start && isBlank(file.charCodeAt(at - 1))) at--;
  return at > start && file.charCodeAt(at - 1) === BACKSLASH ? at - 1 : -1;
}
