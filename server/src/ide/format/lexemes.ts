// SPDX-License-Identifier: MIT
// A text as what the formatter never changes (lexemes) and what stands between (blanks and line ends).

export const Lexeme = {
  Word: 0,
  Punctuation: 1,
  /** A string, a character, or what a quote without its other one takes. */
  Quoted: 2,
  BlockComment: 3,
  LineComment: 4,
  /** A line of the preprocessor with its continuation lines. */
  Directive: 5,
} as const;

export interface Lexemes {
  readonly text: string;
  readonly count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly kind: Uint8Array;
}

const STRING = /"(?:\\[\s\S]|[^"\\])*"/y;
const CHARACTER = /'(?:\\.|[^'\\\n])*'/y;
const REFERENCE = /&\{[^}\n]*\}/y;
const KEYWORD = /\/[a-z][a-z0-9-]*\//y;

const DIRECTIVE =
  /#[ \t]*(?:(?:include|define|undef|ifdef|ifndef|if|elifdef|elifndef|elif|else|endif|error|warning|pragma|ident|line)(?![\w,.+*#?@-])|\d|(?=\r?\n|$(?![\s\S])))(?:\\\r?\n|\/\*[\s\S]*?\*\/|\/\/(?:\\\r?\n|[^\n])*|"(?:\\.|[^"\\\n])*"|[^\n])*/y;

/** By character: 0 part of a word, 1 a blank, 2 a line end, 3 a mark of its own, 4 what has to be looked at. */
const CLASS = new Uint8Array(128);
for (const blank of ' \t\r') CLASS[blank.charCodeAt(0)] = 1;
CLASS[10] = 2;
for (const mark of '{};=<>[](),:') CLASS[mark.charCodeAt(0)] = 3;
for (const mark of `"'/&`) CLASS[mark.charCodeAt(0)] = 4;

export function lexemesOf(text: string): Lexemes {
  const lists = new Lists(text.length);
  let lineStart = true;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const type = CLASS[code] ?? 0;
    if (type === 1 || type === 2) {
      if (type === 2) lineStart = true;
      at++;
      continue;
    }
    let kind: number = Lexeme.Word;
    let end = lineStart && code === 35 ? matchEnd(DIRECTIVE, text, at) : -1;
    if (end > at) kind = Lexeme.Directive;
    else if (type === 3) {
      kind = Lexeme.Punctuation;
      end = at + 1;
    } else if (type === 4) {
      kind = kindAt(text, at);
      end = endOf(text, at, kind);
    } else end = wordEnd(text, at);
    // A line that ends in `\r\n` keeps it as its end.
    if (text.charCodeAt(end - 1) === 13 && kind !== Lexeme.BlockComment) end--;
    end = Math.max(end, at + 1);
    lists.add(at, end, kind);
    // A comment leaves the start of a line what it is, as for cpp.
    if (kind !== Lexeme.BlockComment) lineStart = false;
    at = end;
  }
  return { text, ...lists.result() };
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === 34 || code === 39) return Lexeme.Quoted;
  const next = text.charCodeAt(at + 1);
  if (code === 47 && next === 42) return Lexeme.BlockComment;
  if (code === 47 && next === 47) return Lexeme.LineComment;
  if (code === 47) return matchEnd(KEYWORD, text, at) > at ? Lexeme.Word : Lexeme.Punctuation;
  return Lexeme.Word;
}

function endOf(text: string, at: number, kind: number): number {
  switch (kind) {
    case Lexeme.Quoted: {
      const end = matchEnd(text.charCodeAt(at) === 34 ? STRING : CHARACTER, text, at);
      return end > at ? end : lineEnd(text, at);
    }
    case Lexeme.BlockComment: {
      const end = text.indexOf('*/', at + 2);
      return end < 0 ? text.length : end + 2;
    }
    case Lexeme.LineComment:
      return joinedLineEnd(text, at);
    case Lexeme.Word: {
      const keyword = text.charCodeAt(at) === 47;
      const end = matchEnd(keyword ? KEYWORD : REFERENCE, text, at);
      return end > at ? end : wordEnd(text, at);
    }
    default:
      return at + 1;
  }
}

function wordEnd(text: string, at: number): number {
  let end = at + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    // A reference may stand behind an operator.
    if ((code < 128 ? CLASS[code] : 0) !== 0 && code !== 38) break;
    if (code === 11 || code === 12) break;
  }
  return end;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** The next line belongs to a line comment that ends in a backslash. */
function joinedLineEnd(text: string, at: number): number {
  let end = lineEnd(text, at);
  while (end < text.length && /\\\r?$/.test(text.slice(Math.max(at, end - 2), end))) end = lineEnd(text, end + 1);
  return end;
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

class Lists {
  #count = 0;
  #start: Int32Array;
  #end: Int32Array;
  #kind: Uint8Array;

  constructor(length: number) {
    const size = 64 + (length >> 2);
    this.#start = new Int32Array(size);
    this.#end = new Int32Array(size);
    this.#kind = new Uint8Array(size);
  }

  add(start: number, end: number, kind: number): void {
    if (this.#count === this.#kind.length) this.#grow();
    this.#start[this.#count] = start;
    this.#end[this.#count] = end;
    this.#kind[this.#count] = kind;
    this.#count++;
  }

  #grow(): void {
    const size = 2 * this.#count;
    const [start, end, kind] = [new Int32Array(size), new Int32Array(size), new Uint8Array(size)];
    start.set(this.#start);
    end.set(this.#end);
    kind.set(this.#kind);
    this.#start = start;
    this.#end = end;
    this.#kind = kind;
  }

  result(): Omit<Lexemes, 'text'> {
    return { count: this.#count, start: this.#start, end: this.#end, kind: this.#kind };
  }
}
