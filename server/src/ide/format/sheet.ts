// SPDX-License-Identifier: MIT
// The blanks between the lexemes of a text, and what is decided about each. Nothing but blanks can be changed here.
import type { Change } from '#syntax/parser.ts';
import { Lexeme, type Lexemes, lexemesOf } from './lexemes.ts';

/** A tab stands for so many columns, and a level of nodes is indented by one. */
export const TAB = 8;

/** What an own line begins with: tabs, and spaces for the rest. */
export function indentation(column: number): string {
  return '\t'.repeat(Math.floor(column / TAB)) + ' '.repeat(column % TAB);
}

/** The column behind a text that begins at a column. */
export function columnAfter(text: string, from: number): number {
  let column = from;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 9) column += TAB - (column % TAB);
    else if (code === 10) column = 0;
    else if (code !== 13) column++;
  }
  return column;
}

/** What is decided about a gap: bits. */
const Gap = { Nothing: 1, Space: 2, Break: 4, Join: 8 } as const;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** "The gap of a lexeme" is what stands between it and the one before it. */
export class Sheet {
  readonly text: string;
  readonly lexemes: Lexemes;
  /** By lexeme: the column of its line, below 0 where nothing is decided. */
  readonly #indent: Int32Array;
  /** By lexeme: the blanks before it and its {@link Line}. */
  readonly #inline: Uint8Array;
  readonly #inner: Change[] = [];
  readonly #frozen: Range[] = [];
  /** The number of lines is part of the text's meaning. */
  readonly #counted: boolean;
  #next = 0;

  constructor(text: string) {
    this.text = text;
    this.lexemes = lexemesOf(text);
    this.#indent = new Int32Array(this.lexemes.count + 1).fill(-1);
    this.#inline = new Uint8Array(this.lexemes.count + 1);
    this.#counted = text.includes('__LINE__');
  }

  /** The first lexeme at or behind an offset; offsets are asked for in text order. */
  seek(offset: number): number {
    const { start, count } = this.lexemes;
    while (this.#next < count && (start[this.#next] ?? 0) < offset) this.#next++;
    return this.#next;
  }

  start(index: number): number {
    return index < this.lexemes.count ? (this.lexemes.start[index] ?? 0) : this.text.length;
  }

  end(index: number): number {
    if (index < 0) return 0;
    return index < this.lexemes.count ? (this.lexemes.end[index] ?? 0) : this.text.length;
  }

  kind(index: number): number {
    return this.lexemes.kind[index] ?? Lexeme.Punctuation;
  }

  /** The only character of a punctuation; empty for everything else. */
  punctuation(index: number): string {
    return this.kind(index) === Lexeme.Punctuation ? this.text.charAt(this.start(index)) : '';
  }

  isComment(index: number): boolean {
    const kind = this.kind(index);
    return kind === Lexeme.BlockComment || kind === Lexeme.LineComment;
  }

  gap(index: number): string {
    return this.text.slice(this.end(index - 1), this.start(index));
  }

  /** Whether a lexeme is the first of its line. */
  begins(index: number): boolean {
    if (index === 0) return true;
    for (let at = this.end(index - 1); at < this.start(index); at++) if (this.text.charCodeAt(at) === 10) return true;
    return false;
  }

  /** The column at which the line of a first lexeme begins now. */
  columnNow(index: number): number {
    const gap = this.gap(index);
    return columnAfter(gap.slice(gap.lastIndexOf('\n') + 1), 0);
  }

  /** The column at which a lexeme stands now. */
  columnOf(index: number): number {
    const start = this.start(index);
    return columnAfter(this.text.slice(this.text.lastIndexOf('\n', start - 1) + 1, start), 0);
  }

  /** Where the line begins that this lexeme is the first of. */
  indent(index: number, column: number): void {
    this.#indent[index] = column;
    if (this.kind(index) === Lexeme.BlockComment) this.#comment(index, column);
  }

  /** Behind a lexeme of the same line stands one space or nothing. */
  space(index: number, blanks: '' | ' '): void {
    if (!this.begins(index)) this.#inline[index] = blanks === '' ? Gap.Nothing : Gap.Space;
  }

  /** A line begins with this lexeme. */
  break(index: number, column: number): void {
    this.#inline[index] = Gap.Break;
    this.indent(index, column);
  }

  /** Whether a line begins with a lexeme, now or then. */
  willBegin(index: number): boolean {
    return this.begins(index) || ((this.#inline[index] ?? 0) & Gap.Break) !== 0;
  }

  /** The lexeme comes up to the line of the one before it. */
  join(index: number, blanks: '' | ' '): void {
    const before = this.kind(index - 1);
    if (before === Lexeme.Directive || before === Lexeme.LineComment || before === Lexeme.BlockComment) return;
    this.#inline[index] = Gap.Join | (blanks === '' ? Gap.Nothing : Gap.Space);
  }

  /** Nothing changes from the line of `start` to the line of `end`. */
  freeze(start: number, end: number): void {
    const before = this.text.lastIndexOf('\n', start - 1);
    const behind = this.text.indexOf('\n', end);
    this.#frozen.push({ start: Math.max(before, 0), end: behind < 0 ? this.text.length : behind });
  }

  /** The lines of a comment behind its first: asterisks stand below the first one; others move with the first line. */
  #comment(index: number, column: number): void {
    const start = this.start(index);
    const lines = this.text.slice(start, this.end(index)).split('\n');
    if (lines.length === 1) return;
    const starred = lines.every((line, number) => number === 0 || /^[ \t]*(?:\*|\r?$)/.test(line));
    const by = column - this.columnNow(index);
    let at = start + (lines[0]?.length ?? 0) + 1;
    for (const line of lines.slice(1)) {
      const blanks = /^[ \t]*/.exec(line)?.[0] ?? '';
      const empty = /^[ \t]*\r?$/.test(line);
      let wanted = blanks;
      if (empty) wanted = '';
      else if (starred) wanted = indentation(column + 1);
      else if (by !== 0) wanted = indentation(Math.max(0, columnAfter(blanks, 0) + by));
      if (wanted !== blanks) this.#inner.push({ start: at, end: at + blanks.length, text: wanted });
      at += line.length + 1;
    }
  }

  /** In text order; each replaces blanks by blanks. */
  changes(): Change[] {
    const { count } = this.lexemes;
    const changes: Change[] = [];
    if (count === 0) return changes;
    for (let index = 0; index <= count; index++) {
      if (index > 0 && index < count && this.#isPlain(index)) continue;
      const before = this.gap(index);
      const after = this.#decided(index, before);
      if (after !== before) changes.push(smallest(this.end(index - 1), before, after));
    }
    const all = [...changes, ...this.#inner, ...this.#trailing()].sort((a, b) => a.start - b.start);
    return all.filter((change) => !this.#isFrozen(change) && this.#isBlank(change));
  }

  /** The common cases: nothing or a space where that is right, and one line end with the tabs that were decided. */
  #isPlain(index: number): boolean {
    const from = this.end(index - 1);
    const length = this.start(index) - from;
    const decided = this.#inline[index] ?? 0;
    if (length === 0) return decided === 0 || decided === Gap.Nothing;
    const first = this.text.charCodeAt(from);
    if (length === 1 && first === 32) return decided === 0 || decided === Gap.Space;
    const column = this.#indent[index] ?? -1;
    if (first !== 10 || decided !== 0 || column !== (length - 1) * TAB) return false;
    for (let at = from + 1; at < from + length; at++) if (this.text.charCodeAt(at) !== 9) return false;
    return true;
  }

  #decided(index: number, before: string): string {
    const { count } = this.lexemes;
    const lines = before.split('\n').length - 1;
    // The line continues in the next one, for cpp: what stands around the end of the line is one word.
    if (this.text.charCodeAt(this.end(index - 1) - 1) === 92 && index > 0) return before;
    const eol = before.includes('\r\n') || (lines === 0 && this.text.includes('\r\n')) ? '\r\n' : '\n';
    const column = this.#indent[index] ?? -1;
    const decided = this.#inline[index] ?? 0;
    if (index === count) {
      // An open comment takes the end of the text with it.
      const ended = before === '' && this.text.endsWith('\n');
      return ended || (this.#counted && lines !== 1) ? before : eol;
    }
    if (lines === 0) {
      if (index === 0) return column < 0 ? before : indentation(column);
      if ((decided & Gap.Break) === 0 || this.#counted) return inLine(decided, before);
      return eol + indentation(Math.max(0, column));
    }
    if ((decided & Gap.Join) !== 0 && !this.#counted) return inLine(decided, before);
    const own = column < 0 ? before.slice(before.lastIndexOf('\n') + 1) : indentation(column);
    if (this.#counted) return eol.repeat(lines) + own;
    if (index === 0) return own;
    return eol.repeat(this.#allowsBlankLine(index) ? Math.min(lines, 2) : 1) + own;
  }

  /** Nothing opens or closes with a blank line. */
  #allowsBlankLine(index: number): boolean {
    return this.punctuation(index - 1) !== '{' && this.punctuation(index) !== '}';
  }

  /** Blanks at the ends of a comment's lines. */
  #trailing(): Change[] {
    const changes: Change[] = [];
    const { count } = this.lexemes;
    for (let index = 0; index < count; index++) {
      if (!this.isComment(index)) continue;
      const text = this.text.slice(this.start(index), this.end(index));
      if (!/[ \t](?:\r?\n|$)/.test(text)) continue;
      for (const { 0: blanks, index: at } of text.matchAll(/(?<![ \t\\\n])[ \t]+(?=\r?\n|$)/g)) {
        const start = this.start(index) + at;
        changes.push({ start, end: start + blanks.length, text: '' });
      }
    }
    return changes;
  }

  #isFrozen({ start, end }: Change): boolean {
    return this.#frozen.some((range) => end > range.start && start < range.end + (start === end ? 1 : 0));
  }

  /** What makes the promise true, whatever was decided. */
  #isBlank({ start, end, text }: Change): boolean {
    return /^[ \t\r\n]*$/.test(this.text.slice(start, end)) && /^[ \t\r\n]*$/.test(text);
  }
}

function inLine(decided: number, before: string): string {
  if ((decided & Gap.Nothing) !== 0) return '';
  return (decided & Gap.Space) !== 0 ? ' ' : before;
}

/** A replacement without what stays at both ends. */
function smallest(start: number, before: string, after: string): Change {
  let head = 0;
  const shorter = Math.min(before.length, after.length);
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return {
    start: start + head,
    end: start + before.length - tail,
    text: after.slice(head, after.length - tail),
  };
}
