// SPDX-License-Identifier: MIT
// `/include/` is dtc's own (dtc-lexer.l): the file is read as it stands, without cpp, and searched beside the file that
// dtc is reading, which is cpp's output or another `/include/`, then along the path.
import { dirname, type FileReader, join, type SourceFile } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import { missingInclude } from '#tree/cpp/missing-include.ts';

/** A part of the text that dtc reads: from cpp's output, or from a file. */
export interface Piece {
  readonly at: number;
  readonly length: number;
  readonly file: SourceFile | undefined;
  /** Offset in the output or in the file. */
  readonly from: number;
}

/** An include without a file; it stood at this place of the text. */
export interface MissingFile {
  readonly at: number;
  readonly end: number;
  readonly tried: readonly string[];
  problem(span: Span): Problem;
}

export interface DtcText {
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly files: readonly SourceFile[];
  readonly missing: readonly MissingFile[];
}

interface Search {
  readonly reader: FileReader;
  readonly includePaths: readonly string[];
}

/** dtc's own limit (srcpos.c: MAX_SRCFILE_DEPTH). */
const MAX_DEPTH = 200;
/** Files that include each other without end stop here. */
const MAX_LENGTH = 100_000_000;

const LOOKS_LIKE = '/include/';
// Strings and comments hide an include.
const LEXEME = /"(?:[^"\\]|\\[\s\S])*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*|\/include\/\s*"((?:[^"\\]|\\[\s\S])*)"/g;

/** cpp's output with the files that it includes. */
export function followIncludes(text: string, folder: string, search: Search): DtcText {
  if (!text.includes(LOOKS_LIKE)) {
    return { text, pieces: [{ at: 0, length: text.length, file: undefined, from: 0 }], files: [], missing: [] };
  }
  const joiner = new Joiner(search);
  joiner.add(text, undefined, folder, 0);
  return joiner.result;
}

class Joiner {
  readonly #search: Search;
  readonly #texts: string[] = [];
  readonly #pieces: Piece[] = [];
  readonly #files: SourceFile[] = [];
  readonly #missing: MissingFile[] = [];
  #length = 0;

  constructor(search: Search) {
    this.#search = search;
  }

  get result(): DtcText {
    return { text: this.#texts.join(''), pieces: this.#pieces, files: this.#files, missing: this.#missing };
  }

  add(text: string, file: SourceFile | undefined, folder: string, depth: number): void {
    let from = 0;
    for (const match of text.matchAll(LEXEME)) {
      const name = match[1];
      if (name === undefined) continue;
      this.#push(text.slice(from, match.index), file, from);
      from = match.index + match[0].length;
      const { found, tried } = this.#find(name, folder);
      if (found && depth < MAX_DEPTH && this.#length < MAX_LENGTH) {
        this.#files.push(found);
        this.add(found.text, found, dirname(found.path), depth + 1);
      } else if (!found) {
        const { reader } = this.#search;
        const at = this.#length;
        const problem = (span: Span): Problem => missingInclude(name, span, tried, reader);
        // White space in its stead has its place.
        this.#push(' '.repeat(match[0].length), file, match.index);
        this.#missing.push({ at, end: this.#length, tried, problem });
      }
    }
    this.#push(text.slice(from), file, from);
  }

  #push(text: string, file: SourceFile | undefined, from: number): void {
    if (text === '') return;
    this.#pieces.push({ at: this.#length, length: text.length, file, from });
    this.#texts.push(text);
    this.#length += text.length;
  }

  #find(name: string, folder: string): { found?: SourceFile; tried: string[] } {
    const tried: string[] = [];
    for (const place of [folder, ...this.#search.includePaths]) {
      const path = join(place, name);
      const found = this.#search.reader.read(path);
      if (found) return { found, tried };
      tried.push(path);
    }
    return { tried };
  }
}
