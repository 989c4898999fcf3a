// SPDX-License-Identifier: MIT
// What cpp prints, character for character (c-ppoutput.cc), because a string over several lines has all of it in its
// value: line breaks, indentation, and even the line markers. And where each part of it came from.
import { Spacing } from './expand.ts';
import type { Token } from './tokens.ts';

/** cpp prints so many empty lines rather than a line marker. */
const MAX_EMPTY_LINES = 8;

/** Text, and the place of each part of it; places are offsets among the characters of all files. */
export interface Printed {
  readonly text: string;
  readonly starts: readonly number[];
  readonly places: readonly number[];
  readonly lengths: readonly number[];
}

export class Output {
  length = 0;
  readonly #spacing = new Spacing();
  readonly #pieces: string[] = [];
  readonly #starts: number[] = [];
  readonly #places: number[] = [];
  readonly #lengths: number[] = [];
  /** The line is not ended yet. */
  #open = false;
  /** The line of the source that the line of the output stands for. */
  #line = 1;

  #write(text: string): void {
    this.#pieces.push(text);
    this.length += text.length;
  }

  padding(token: Token): void {
    this.#spacing.padding(token);
  }

  token(token: Token, at: number, length: number): void {
    if (this.#spacing.before(token)) this.#write(' ');
    this.#starts.push(this.length);
    this.#places.push(at);
    this.#lengths.push(length);
    this.#write(token.text);
    this.#open = true;
  }

  /** A token begins a line of the source. */
  lineChange(line: number, column: number, name: string, system: boolean): void {
    this.toLine(line, name, system);
    this.#spacing.newLine();
    // The token itself prints one more, when white space stands before it.
    if (column > 1) this.#write(' '.repeat(column - 1));
    this.#open = true;
  }

  toLine(line: number, name: string, system: boolean): void {
    if (this.#open) {
      this.#write('\n');
      this.#line++;
      this.#open = false;
    }
    if (line < this.#line || line >= this.#line + MAX_EMPTY_LINES) this.marker(line, name, '', system);
    else if (line > this.#line) {
      this.#write('\n'.repeat(line - this.#line));
      this.#line = line;
    }
  }

  /** `# 1 "file" 1`: 1 where a file begins, 2 where one goes on. */
  marker(line: number, name: string, flag: string, system: boolean): void {
    if (this.#open) this.#write('\n');
    this.#open = false;
    this.#line = line;
    this.#write(`# ${line} "${name.replace(/[\\"]/g, '\\$&')}"${flag}${system ? ' 3' : ''}\n`);
  }

  get printed(): Printed {
    // Text ends with a line break.
    if (this.#open) this.#write('\n');
    this.#open = false;
    return { text: this.#pieces.join(''), starts: this.#starts, places: this.#places, lengths: this.#lengths };
  }
}
