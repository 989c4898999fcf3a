// SPDX-License-Identifier: MIT
// Preprocessing tokens, as GNU cpp sees them in `assembler-with-cpp` mode: a quote without its other one takes the rest
// of the line as it is, `$` is no letter, and what is no token is passed on.

export const Kind = {
  Identifier: 0,
  Number: 1,
  String: 2,
  Char: 3,
  Punctuator: 4,
  /** Any other character, and the rest of a line behind a lone quote. */
  Other: 5,
  /** Stands where white space may have to be printed; see {@link Token.source}. */
  Padding: 6,
  /** The end of a directive, of an argument or of all text. */
  End: 7,
} as const;

/** Flags of a token. */
export const Flag = {
  /** The first of its line. */
  LineStart: 1,
  /** `##` follows it in the body of a macro. */
  PasteLeft: 2,
  /** `#` stands before the parameter. */
  Stringify: 4,
  /** A macro's name that came out of its own expansion. */
  NoExpand: 8,
} as const;

export interface Token {
  readonly kind: number;
  readonly text: string;
  /** White space (or a comment, or a newline) stands before it. */
  readonly space: boolean;
  /** Offset in the text it was read from. */
  readonly at: number;
  /** Length in the text it was read from. */
  readonly length: number;
  readonly flags: number;
  /** In the body of a macro: which parameter it is; else -1. */
  readonly parameter: number;
  /** Of padding: the token that was replaced, whose white space counts; none behind an expansion. */
  readonly source: Token | undefined;
}

export function makeToken(kind: number, text: string, space: boolean, at: number, length = text.length): Token {
  return { kind, text, space, at, length, flags: 0, parameter: -1, source: undefined };
}

export function padding(source: Token | undefined): Token {
  return {
    kind: Kind.Padding,
    text: '',
    space: false,
    at: source?.at ?? 0,
    length: 0,
    flags: 0,
    parameter: -1,
    source,
  };
}

/** Behind an expansion: two tokens that would read as one are printed apart. */
export const AVOID_PASTE = padding(undefined);

const IDENTIFIER = /[A-Za-z_]\w*/y;
const NUMBER = /\.?[0-9](?:[eEpP][+-]|[\w.])*/y;
const OPERATOR = /<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|[<>=!+\-*/%&|^]=|&&|\|\||##|[-+*/%!~<>=&|^?:,;.()[\]{}#]/y;

const NEWLINE = 10;
const QUOTE = 34;
const APOSTROPHE = 39;
const BACKSLASH = 92;

/** Whether a character is white space inside a line. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 11 || code === 12 || code === 0;
}

/** The end of the literal whose opening quote stands at `at`; -1 when its line ends first. */
function literalEnd(text: string, at: number, limit: number): number {
  const quote = text.charCodeAt(at);
  for (let i = at + 1; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i + 1;
    if (code === NEWLINE) return -1;
    if (code === BACKSLASH && i + 1 < limit && text.charCodeAt(i + 1) !== NEWLINE) i++;
  }
  return -1;
}

function lineEnd(text: string, at: number, limit: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 || end > limit ? limit : end;
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

/** The token at a place where no white space and no comment stands. */
export function scanToken(text: string, at: number, limit: number, space: boolean, offset = 0): Token {
  const code = text.charCodeAt(at);
  const token = (kind: number, end: number): Token => {
    const stop = Math.min(end, limit);
    return makeToken(kind, text.slice(at, stop), space, at + offset);
  };
  const literal = (start: number, kind: number): Token => {
    const end = literalEnd(text, start, limit);
    return end < 0 ? token(Kind.Other, lineEnd(text, at, limit)) : token(kind, end);
  };
  if (isWordStart(code)) {
    if (code === 76) {
      const next = at + 1 < limit ? text.charCodeAt(at + 1) : 0;
      if (next === QUOTE) return literal(at + 1, Kind.String);
      if (next === APOSTROPHE) return literal(at + 1, Kind.Char);
    }
    IDENTIFIER.lastIndex = at;
    IDENTIFIER.test(text);
    return token(Kind.Identifier, IDENTIFIER.lastIndex);
  }
  if (code === QUOTE) return literal(at, Kind.String);
  if (code === APOSTROPHE) return literal(at, Kind.Char);
  NUMBER.lastIndex = at;
  if ((code === 46 || (code >= 48 && code <= 57)) && NUMBER.test(text)) return token(Kind.Number, NUMBER.lastIndex);
  OPERATOR.lastIndex = at;
  if (OPERATOR.test(text)) return token(Kind.Punctuator, OPERATOR.lastIndex);
  const wide = code >= 0xd800 && code < 0xdc00 && text.charCodeAt(at + 1) >= 0xdc00;
  return token(Kind.Other, at + (wide ? 2 : 1));
}

// Comments, and with the second group what may hold letters without being an identifier, or an identifier.
const IDENTIFIER_IN =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|([A-Za-z_]\w*)|\.?[0-9](?:[eEpP][+-]|[\w.])*|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'/g;

/** The tokens of a piece of text in which a newline is white space like any other; `base` is added to each offset. */
export function tokenize(text: string, base = 0): Token[] {
  const tokens: Token[] = [];
  let space = false;
  for (let at = 0; at < text.length; ) {
    const end = blankEnd(text, at);
    if (end > at) {
      space = true;
      at = end;
      continue;
    }
    const token = scanToken(text, at, text.length, space, base);
    tokens.push(token);
    space = false;
    at += token.length;
  }
  return tokens;
}

/** Behind one white space, comment or splice; `at` itself where none stands. */
function blankEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === NEWLINE || code === 13 || isBlank(code)) return at + 1;
  if (code === BACKSLASH) {
    let end = at + 1;
    while (isBlank(text.charCodeAt(end))) end++;
    if (text[end] === '\r') end++;
    return text[end] === '\n' ? end + 1 : at;
  }
  if (code !== 47) return at;
  if (text[at + 1] === '/') return lineEnd(text, at, text.length);
  if (text[at + 1] !== '*') return at;
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

const NONE: readonly string[] = [];

const MAX_MATCHED = 100_000;

/** The identifiers among the tokens of a text, each once. */
export function identifiersOf(text: string): readonly string[] {
  // A regular expression needs a stack for the characters of a literal.
  if (text.length > MAX_MATCHED) {
    return [...new Set(tokenize(text).flatMap((token) => (token.kind === Kind.Identifier ? [token.text] : [])))];
  }
  let found: Set<string> | undefined;
  IDENTIFIER_IN.lastIndex = 0;
  for (let match = IDENTIFIER_IN.exec(text); match; match = IDENTIFIER_IN.exec(text)) {
    const name = match[1];
    if (name === undefined) continue;
    found ??= new Set();
    found.add(name);
  }
  return found ? [...found] : NONE;
}

/**
 * True when two tokens written without a space between them would read as another token, so that cpp's output puts a
 * space there after an expansion (libcpp: cpp_avoid_paste).
 */
export function wouldPaste(left: Token, right: Token): boolean {
  const { kind } = right;
  if (left.kind === Kind.Identifier) {
    return kind === Kind.Identifier || kind === Kind.String || kind === Kind.Char || isNameLike(right);
  }
  const first = kind === Kind.Punctuator ? right.text.charAt(0) : '';
  if (left.kind === Kind.Number) {
    return kind === Kind.Number || kind === Kind.Identifier || kind === Kind.Char || /^[.+-]/.test(first);
  }
  if (left.kind === Kind.Other) return left.text.startsWith('\\') && kind === Kind.Identifier;
  if (left.kind !== Kind.Punctuator) return false;
  const pairs = PASTE_AFTER.get(left.text);
  if (pairs === undefined) return false;
  return (first !== '' && pairs.includes(first)) || (left.text === '.' && kind === Kind.Number);
}

/** A number that would continue a name: one of letters, digits and `_`. */
function isNameLike({ kind, text }: Token): boolean {
  return kind === Kind.Number && /^\w+$/.test(text);
}

/** What may not stand right behind an operator. */
const PASTE_AFTER: ReadonlyMap<string, string> = new Map([
  ['=', '='],
  ['!', '='],
  ['>', '=>'],
  ['<', '=<%:'],
  ['+', '=+'],
  ['-', '=->'],
  ['*', '='],
  ['/', '=/*'],
  ['%', '=:'],
  ['&', '=&'],
  ['|', '=|'],
  ['^', '='],
  ['>>', '='],
  ['<<', '='],
  [':', ':>'],
  ['->', '*'],
  ['.', '.%'],
  ['#', '#%'],
]);
