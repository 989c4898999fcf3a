// SPDX-License-Identifier: MIT
// A file in the coding style of Linux (Documentation/devicetree/bindings/dts-coding-style.rst): tabs, one statement a
// line, continued values below their first entry. Only blanks change, so no token does; nothing is put in another order.
import type { Ast, Item, NodeItem, PropertyItem } from '#syntax/ast.ts';
import type { Change } from '#syntax/parser.ts';
import { Lexeme } from './lexemes.ts';
import { columnAfter, Sheet, TAB } from './sheet.ts';
import { layOutValue } from './value.ts';

/** In text order; what has a syntax error in it stays as it is. */
export function format(text: string, ast: Ast): Change[] {
  if (ast.length !== text.length) return [];
  const sheet = new Sheet(text);
  for (const { start, end } of ast.errors) sheet.freeze(start, end);
  // A byte order mark stays directly in front of what follows.
  if (text.startsWith('\ufeff')) sheet.freeze(0, 1);
  const depth = fragmentDepth(text, ast.items);
  new Formatter(sheet).body(ast.items, { base: 0, end: text.length, depth, oneLine: false, top: true });
  return sheet.changes();
}

/** Deeper than this, nobody includes a file. */
const MAX_FRAGMENT_DEPTH = 4;

/** A file that is included inside a node may be indented as what it becomes part of. */
function fragmentDepth(text: string, items: readonly Item[]): number {
  let depth = MAX_FRAGMENT_DEPTH;
  let found = false;
  for (const { item, start } of statements(items, 0)) {
    if (item.kind !== 'node' && item.kind !== 'property' && item.kind !== 'macro') continue;
    if (item.kind === 'node' && /(?:^|\s)(?:\/|&\S*)$/.test(item.headText)) return 0;
    const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
    if (/\S/.test(line)) continue;
    found = true;
    depth = Math.min(depth, Math.floor(columnAfter(line, 0) / TAB));
  }
  return found ? depth : 0;
}

/** Those of all branches, with their places. */
function* statements(items: readonly Item[], base: number): Generator<{ item: Item; start: number }> {
  for (const item of items) {
    const start = base + item.at;
    if (item.kind !== 'conditional') yield { item, start };
    else for (const branch of item.branches) yield* statements(branch.body, start + branch.at);
  }
}

/** The statements of a file, a node or a branch. */
interface Body {
  readonly base: number;
  readonly end: number;
  readonly depth: number;
  /** All of it stands on the line of its node. */
  readonly oneLine: boolean;
  /** It is the file's. */
  readonly top?: boolean;
}

class Formatter {
  readonly #sheet: Sheet;

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
  }

  body(items: readonly Item[], body: Body): void {
    const { base, end, depth, top } = body;
    const sheet = this.#sheet;
    let next = sheet.seek(base);
    let before: Item | undefined;
    for (const item of items) {
      const index = sheet.seek(base + item.at);
      this.#comments(next, index, depth, top);
      if (sheet.start(index) === base + item.at) {
        this.#begin(item, before, index, body);
        this.#statement(item, index, body);
      } else sheet.freeze(base + item.at, base + item.at + item.length);
      next = sheet.seek(base + item.at + item.length);
      before = item;
    }
    this.#comments(next, sheet.seek(end), depth, top);
  }

  /** Comments between statements; at the top of a file that is indented as a part, its own heading is not. */
  #comments(from: number, to: number, depth: number, top = false): void {
    const sheet = this.#sheet;
    for (let index = from; index < to; index++) {
      if (!sheet.isComment(index)) continue;
      const heading = top && depth > 0 && sheet.columnNow(index) === 0;
      if (sheet.begins(index)) sheet.indent(index, heading ? 0 : depth * TAB);
      else if (sheet.gap(index) === '') sheet.space(index, ' ');
    }
  }

  /** The line that a statement begins with. */
  #begin(item: Item, before: Item | undefined, index: number, { depth, oneLine }: Body): void {
    const sheet = this.#sheet;
    if (sheet.kind(index) === Lexeme.Directive) return;
    if (sheet.begins(index)) sheet.indent(index, depth * TAB);
    else if (!oneLine && item.kind !== 'macro' && before?.kind !== 'macro' && !this.#behindComment(index)) {
      sheet.break(index, depth * TAB);
    }
  }

  /** A comment that its line begins with stays before its statement. */
  #behindComment(index: number): boolean {
    const sheet = this.#sheet;
    let first = index;
    while (first > 0 && sheet.isComment(first - 1) && !sheet.begins(first)) first--;
    return first < index && sheet.begins(first);
  }

  #statement(item: Item, index: number, { base, depth, oneLine }: Body): void {
    const sheet = this.#sheet;
    const start = base + item.at;
    const end = start + item.length;
    switch (item.kind) {
      case 'node':
        if (item.closed) this.#node(item, index, start, depth);
        else sheet.freeze(start, end);
        break;
      case 'property':
        this.#property(item, index, start, depth);
        break;
      case 'delete-node':
      case 'delete-property':
      case 'omit-if-no-ref':
        this.#head(index, sheet.seek(end), depth);
        break;
      case 'conditional':
        if (!item.closed) sheet.freeze(start, end);
        for (const branch of item.branches) {
          const from = start + branch.at;
          // The directive of the branch is its first lexeme.
          this.body(branch.body, { base: from, end: from + branch.length, depth, oneLine });
        }
        break;
      case 'error':
        sheet.freeze(start, end);
        break;
      case 'memreserve':
      case 'version':
      case 'plugin':
        this.#semicolon(sheet.seek(end) - 1);
        break;
      default:
        this.#moveWith(index, sheet.seek(end), depth);
    }
  }

  #node(item: NodeItem, index: number, start: number, depth: number): void {
    const sheet = this.#sheet;
    const end = start + item.length;
    let brace = sheet.seek(start + item.head.at + item.head.length);
    while (sheet.isComment(brace)) brace++;
    if (sheet.punctuation(brace) !== '{') {
      sheet.freeze(start, end);
      return;
    }
    this.#head(index, brace + 1, depth);
    const oneLine = !sheet.text.slice(sheet.start(brace), end).includes('\n');
    const bodyEnd = sheet.text.lastIndexOf('}', end - 1);
    this.body(item.body, { base: start, end: bodyEnd, depth: depth + 1, oneLine });
    const close = sheet.seek(bodyEnd);
    if (sheet.begins(close)) sheet.indent(close, depth * TAB);
    else if (!oneLine) sheet.break(close, depth * TAB);
    this.#semicolon(sheet.seek(end) - 1);
  }

  /** Labels, keywords and names up to `{`, or of a statement without a value up to its `;`. */
  #head(from: number, to: number, depth: number): void {
    const sheet = this.#sheet;
    let parentheses = 0;
    for (let index = from; index < to; index++) {
      const mark = sheet.punctuation(index);
      if (mark === ')') parentheses--;
      if (index > from && parentheses === 0) this.#headGap(index, mark, depth);
      if (mark === '(') parentheses++;
    }
  }

  #headGap(index: number, mark: string, depth: number): void {
    const sheet = this.#sheet;
    const last = sheet.punctuation(index - 1);
    const plain = !sheet.isComment(index) && !sheet.isComment(index - 1);
    if (!plain) return;
    if (mark === ';') this.#semicolon(index);
    else if (mark === '{') {
      if (sheet.begins(index)) sheet.join(index, ' ');
      else sheet.space(index, ' ');
    } else if (sheet.begins(index)) {
      if (sheet.kind(index) !== Lexeme.Directive) sheet.indent(index, depth * TAB);
    } else if (last === ':' || isKeyword(sheet, index - 1)) sheet.space(index, ' ');
    else if (sheet.gap(index) !== '' && last === '' && mark === '') sheet.space(index, ' ');
  }

  #property(item: PropertyItem, index: number, start: number, depth: number): void {
    const sheet = this.#sheet;
    const stop = sheet.seek(start + item.head.at + item.head.length);
    const { value } = item;
    this.#head(index, stop, depth);
    if (!value) {
      this.#semicolon(sheet.seek(start + item.length) - 1);
      return;
    }
    let equals = stop;
    while (sheet.isComment(equals)) equals++;
    const from = sheet.seek(start + value.at);
    if (sheet.punctuation(equals) !== '=' || equals >= from) return;
    const to = sheet.seek(start + value.at + value.length);
    const plain = equals === stop && !sheet.isComment(equals + 1);
    if (plain) {
      if (sheet.begins(equals)) sheet.indent(equals, (depth + 1) * TAB);
      else sheet.space(equals, ' ');
      sheet.space(equals + 1, ' ');
    }
    // Of a statement that does not begin its line, or is not written plainly, the lines stay where they are.
    if (plain && !sheet.begins(equals) && (sheet.willBegin(index) || !this.#spans(index, to))) {
      const column = depth * TAB;
      layOutValue(sheet, { from: equals + 1, to, column, first: column + this.#headWidth(index, stop) + 3 });
    }
    this.#semicolon(sheet.seek(start + item.length) - 1);
  }

  #spans(from: number, to: number): boolean {
    return this.#sheet.text.slice(this.#sheet.start(from), this.#sheet.end(to)).includes('\n');
  }

  /** The width of the last line of a head once it is written as {@link #head} wants. */
  #headWidth(from: number, to: number): number {
    const sheet = this.#sheet;
    let width = 0;
    for (let index = from; index < to; index++) {
      if (index > from && sheet.begins(index)) width = 0;
      else if (index > from) width += this.#headBlanks(index);
      width += sheet.end(index) - sheet.start(index);
    }
    return width;
  }

  #headBlanks(index: number): number {
    const sheet = this.#sheet;
    if (sheet.punctuation(index - 1) === ':' || isKeyword(sheet, index - 1)) return 1;
    return sheet.gap(index).length > 0 ? 1 : 0;
  }

  /** A `;` stands right behind what it ends. */
  #semicolon(index: number): void {
    const sheet = this.#sheet;
    if (sheet.punctuation(index) !== ';' || sheet.isComment(index - 1)) return;
    if (sheet.begins(index)) sheet.join(index, '');
    else sheet.space(index, '');
  }

  /** What is not understood keeps its shape: its lines move with the first one. */
  #moveWith(from: number, to: number, depth: number): void {
    const sheet = this.#sheet;
    if (!sheet.begins(from) || sheet.kind(from) === Lexeme.Directive) return;
    const by = depth * TAB - sheet.columnNow(from);
    if (by === 0) return;
    for (let index = from + 1; index < to; index++) {
      if (sheet.begins(index) && sheet.kind(index) !== Lexeme.Directive) {
        sheet.indent(index, Math.max(0, sheet.columnNow(index) + by));
      }
    }
  }
}

function isKeyword(sheet: Sheet, index: number): boolean {
  const start = sheet.start(index);
  return (
    sheet.text.charCodeAt(start) === 47 &&
    sheet.text.charCodeAt(sheet.end(index) - 1) === 47 &&
    sheet.end(index) > start + 1
  );
}
