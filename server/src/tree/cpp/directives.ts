// SPDX-License-Identifier: MIT
// A file split into preprocessor directives and the text between them: all that a header of macros needs, and the way
// to expand a file whose statements tree-sitter cannot tell apart.
import type { Branch, Item, MacroItem } from '#syntax/ast.ts';

export interface Scan {
  /** Directives as AST items; text between them as `macro` items. Positions are relative, as in every AST. */
  readonly items: readonly Item[];
  /** False when there is nothing but directives, comments and blanks: a header of macros. */
  readonly hasText: boolean;
  /** An `#else` or `#endif` has no `#if`, an `#if` has no `#endif`, or they nest too deeply for this. */
  readonly isFaulty: boolean;
}

// A comment, a string, or a directive with its continuation lines; anything else is skipped character by character.
const PIECE =
  /\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|\/\/(?:[^\n\\]|\\(?:\r?\n|.|$))*|"(?:[^"\\\n]|\\[\s\S])*"|^[ \t]*#[ \t]*(ifdef|ifndef|if|elifdef|elifndef|elif|else|endif|define|undef|include|error|warning|pragma|line|\d+(?=[ \t]+"))\b((?:[^\n\\/]|\\(?:\r?\n|.|$)|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|\/(?!\*))*)/gm;

/** As deep as the evaluation of nested items goes (syntax/lower.ts). */
const MAX_DEPTH = 200;

interface OpenBranch {
  readonly start: number;
  readonly keyword: Branch['keyword'];
  readonly conditionAt: number;
  readonly conditionText: string;
  readonly body: Item[];
}

interface OpenConditional {
  readonly start: number;
  readonly branches: Branch[];
  current: OpenBranch;
  readonly outer: Item[];
  readonly outerStart: number;
}

/** Splits a file, or what follows a statement of it. Deeply nested conditionals are no problem: nothing here recurses. */
export function scanDirectives(text: string, from = 0): Scan {
  let start = from;
  while (text[start - 1] === ' ' || text[start - 1] === '\t') start--;
  const scanner = new Scanner(text, start);
  PIECE.lastIndex = start;
  for (let match = PIECE.exec(text); match; match = PIECE.exec(text)) {
    if (match[1] !== undefined) scanner.directive(match.index, match[0], match[1], match[2] ?? '');
  }
  return scanner.finish();
}

class Scanner {
  readonly #text: string;
  #items: Item[] = [];
  /** Start of the branch (or file) that `#items` is relative to. */
  #start = 0;
  #textFrom: number;
  #hasText = false;
  readonly #open: OpenConditional[] = [];
  #isFaulty = false;
  /** Conditionals that nest too deeply are passed over, as cpp/unit.ts reads them in any case. */
  #tooDeep = 0;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#textFrom = from;
  }

  directive(index: number, whole: string, keyword: string, rest: string): void {
    this.#flush(index);
    const end = index + whole.length;
    this.#textFrom = end;
    const restAt = end - rest.length;
    const lead = /^\s*/.exec(rest)?.[0].length ?? 0;
    const at = index - this.#start;
    const part = { at: restAt - index, length: rest.length };
    switch (keyword) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        this.#openConditional(index, keyword, restAt, rest);
        break;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else':
        this.#nextBranch(index, keyword, restAt, rest);
        break;
      case 'endif':
        this.#closeConditional(end, true);
        break;
      case 'define':
      case 'undef':
        this.#items.push({ kind: keyword, at, length: whole.length, rest: part, restText: rest });
        break;
      case 'include': {
        const pathText = /^("[^"\n]*"|<[^>\n]*>|[A-Za-z_]\w*)?/.exec(rest.slice(lead))?.[0] ?? '';
        const path = { at: part.at + lead, length: pathText.length };
        this.#items.push({ kind: 'include', style: 'cpp', at, length: whole.length, path, pathText });
        break;
      }
      default:
        this.#items.push({ kind: 'preprocessor', at, length: whole.length, text: whole.trim() });
    }
  }

  finish(): Scan {
    this.#flush(this.#text.length);
    if (this.#open.length > 0) this.#isFaulty = true;
    this.#tooDeep = 0;
    while (this.#open.length > 0) this.#closeConditional(this.#text.length, false);
    return { items: this.#items, hasText: this.#hasText, isFaulty: this.#isFaulty };
  }

  /** The text before a directive becomes an item, when it is more than blanks and comments. */
  #flush(end: number): void {
    const text = this.#text.slice(this.#textFrom, end);
    if (!/\S/.test(text)) return;
    const item: MacroItem = { kind: 'macro', at: this.#textFrom - this.#start, length: text.length, text };
    this.#items.push(item);
    this.#hasText ||= /\S/.test(text.replace(/\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|\/\/[^\n]*/g, ''));
  }

  #openConditional(index: number, keyword: Branch['keyword'], restAt: number, rest: string): void {
    if (this.#open.length >= MAX_DEPTH) {
      this.#isFaulty = true;
      this.#tooDeep++;
      return;
    }
    this.#open.push({
      start: index,
      branches: [],
      current: { start: index, keyword, conditionAt: restAt, conditionText: rest, body: [] },
      outer: this.#items,
      outerStart: this.#start,
    });
    this.#enter();
  }

  #enter(): void {
    const open = this.#open.at(-1);
    if (!open) return;
    this.#items = open.current.body;
    this.#start = open.current.start;
  }

  #nextBranch(index: number, keyword: Branch['keyword'], restAt: number, rest: string): void {
    if (this.#tooDeep > 0) return;
    const open = this.#open.at(-1);
    if (!open) {
      this.#isFaulty = true;
      return;
    }
    if (open.current.keyword === 'else') this.#isFaulty = true;
    open.branches.push(finishBranch(open, index));
    open.current = { start: index, keyword, conditionAt: restAt, conditionText: rest, body: [] };
    this.#enter();
  }

  #closeConditional(end: number, closed: boolean): void {
    if (this.#tooDeep > 0) {
      this.#tooDeep--;
      return;
    }
    const open = this.#open.pop();
    if (!open) {
      this.#isFaulty = true;
      return;
    }
    open.branches.push(finishBranch(open, end));
    this.#items = open.outer;
    this.#start = open.outerStart;
    const at = open.start - open.outerStart;
    this.#items.push({ kind: 'conditional', at, length: end - open.start, branches: open.branches, closed });
  }
}

function finishBranch(open: OpenConditional, end: number): Branch {
  const { start, keyword, conditionAt, conditionText, body } = open.current;
  return {
    at: start - open.start,
    length: end - start,
    keyword,
    condition: { at: conditionAt - start, length: conditionText.length },
    conditionText,
    body,
  };
}
