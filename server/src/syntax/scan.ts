// SPDX-License-Identifier: MIT
// A statement that does not parse, read token by token: where its head ends, where its value ends, what is missing.
//
// The reader knows nothing of nesting. It never reads past `limit`, where an intact statement begins.

const BLANKS = /(?:\s|\\\r?\n|\/\*[\s\S]*?\*\/|\/\/[^\n]*|#(?:line)?[ \t]+[0-9]+[^\n]*)*/y;
const LABEL = /[a-zA-Z_]\w*(?:\([^();{}]*\))?:/y;
const NAME = /\\?[a-zA-Z0-9,._+*#?@-]+(?:\([^();{}]*\)[a-zA-Z0-9,._+*#?@-]*)?/y;
const REFERENCE = /&(?:[a-zA-Z_]\w*(?:\([^();{}]*\))?|\{[^{}\n]*\})/y;
const KEYWORD = /\/[a-z][a-z0-9-]*(?:\/|$|(?=[\s;]))/my;
// Without its closing quote, a string ends with its line, before the `;` or `,` there.
const STRING = /"(?:[^"\\\n]|\\.)*"|"(?:[^"\\\n]|\\.)*?(?=[;,\\]?\s*$)/my;
const CHARACTER = /'(?:[^'\\\n]|\\.)*'?/y;
const DIRECTIVE =
  /#[ \t]*(include|define|undef|ifdef|ifndef|if|elifdef|elifndef|elif|else|endif|error|warning|pragma|ident)(?![\w,.+*#?@-])/y;
const REST = /(?:\\\r?\n|\/\*[\s\S]*?\*\/|[^\n])*/y;

export type TokenKind =
  | 'label'
  | 'name'
  | 'reference'
  | 'keyword'
  | 'directive'
  | 'string'
  | 'character'
  | 'punctuation'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** It is the first on its line. */
  readonly first: boolean;
}

/** The order matters: a directive could be a name, and a label begins like a name. */
const KINDS: readonly (readonly [TokenKind, RegExp])[] = [
  ['directive', DIRECTIVE],
  ['label', LABEL],
  ['name', NAME],
  ['reference', REFERENCE],
  ['keyword', KEYWORD],
  ['string', STRING],
  ['character', CHARACTER],
];

/** Reads the tokens of broken text. */
export class Reader {
  readonly text: string;
  at: number;
  /** Nothing at or after this offset is read. */
  limit: number;

  constructor(text: string, at: number, limit: number) {
    this.text = text;
    this.at = at;
    this.limit = limit;
  }

  /** The next token, which stays where it is. */
  peek(): Token {
    const from = this.at;
    const start = Math.min(this.#match(BLANKS, from), this.limit);
    const first = start === 0 || this.text.slice(from, start).includes('\n') || this.text[start - 1] === '\n';
    if (start >= this.limit) return { kind: 'end', start, end: start, text: '', first };
    for (const [kind, pattern] of KINDS) {
      const end = Math.min(this.#match(pattern, start), this.limit);
      if (end > start) return { kind, start, end, text: this.text.slice(start, end), first };
    }
    return { kind: 'punctuation', start, end: start + 1, text: this.text.charAt(start), first };
  }

  /** Moves behind a token. */
  take(token: Token): Token {
    this.at = token.end;
    return token;
  }

  /** Takes the next token if it is this punctuation. */
  accept(punctuation: string): Token | undefined {
    const token = this.peek();
    return token.kind === 'punctuation' && token.text === punctuation ? this.take(token) : undefined;
  }

  /** The end of the line, with its continuation lines, as cpp sees it. */
  restOfLine(): number {
    return Math.min(this.#match(REST, this.at), this.limit);
  }

  #match(pattern: RegExp, at: number): number {
    pattern.lastIndex = at;
    return pattern.test(this.text) ? pattern.lastIndex : at;
  }
}

/** What stands before `{`, `=` or `;`. */
export interface Head {
  readonly start: number;
  readonly end: number;
  /** What is named or referred to; `undefined` when only labels or a keyword are there. */
  readonly target: Token | undefined;
  /** `/delete-node/` and its like. */
  readonly keyword: Token | undefined;
}

/** Labels, a keyword, a name or reference: as many of them as are there. Takes at least one token, or none. */
export function readHead(reader: Reader): Head {
  const start = reader.peek().start;
  let keyword: Token | undefined;
  let end = start;
  for (;;) {
    const token = reader.peek();
    const root = token.text === '/';
    if (token.kind === 'label' || (token.kind === 'keyword' && keyword === undefined)) {
      end = reader.take(token).end;
      if (token.kind === 'keyword') keyword = token;
    } else if (token.kind === 'name' || token.kind === 'reference' || root) {
      // After a keyword the target stands on the same line, or it is the next statement.
      if (keyword !== undefined && token.first) return { start, end, target: undefined, keyword };
      return { start, end: reader.take(token).end, target: token, keyword };
    } else {
      return { start, end, target: undefined, keyword };
    }
  }
}

/** A value as far as it goes. */
export interface Value {
  readonly tokens: readonly Token[];
  /** End of its last token. */
  readonly end: number;
  /** Its `;` is there. */
  readonly finished: boolean;
  /** The closing brackets that are missing at its end. */
  readonly missing: string;
  /** A token that shows a mistake: a string without end, a bracket that closes nothing. */
  readonly wrong: Token | undefined;
}

const CLOSING: Readonly<Record<string, string>> = { '<': '>', '(': ')', '[': ']' };

/**
 * Reads behind `=` to the `;`, or to where the next statement seems to begin: at a brace, at a keyword of its own, at
 * the name before another `=` or `{`.
 */
export function readValue(reader: Reader): Value {
  const from = reader.at;
  const tokens: Token[] = [];
  const closing: string[] = [];
  let wrong: Token | undefined;
  const value = (finished: boolean): Value => ({
    tokens,
    end: tokens.at(-1)?.end ?? from,
    finished,
    missing: closing.reverse().join(''),
    wrong,
  });
  for (;;) {
    const token = reader.peek();
    if (token.text === ';') {
      const finished = !nameOnItsLine(tokens, closing);
      if (finished) reader.take(token);
      else giveBack(reader, tokens);
      return value(finished);
    }
    if (endsValue(token)) return value(false);
    if (startsBody(token, closing) && giveBack(reader, tokens)) return value(false);
    if (token.text === '{') return value(false);
    if (token.kind === 'punctuation') {
      const opens = CLOSING[token.text];
      if (opens !== undefined && !(token.text === '<' && closing.includes(')'))) closing.push(opens);
      else if (token.text === closing.at(-1)) closing.pop();
      else if ('>)]'.includes(token.text) && !closing.includes(')')) wrong ??= token;
    }
    if (token.kind === 'string' && !closedString(token)) wrong ??= token;
    tokens.push(reader.take(token));
    if (token.kind === 'directive') reader.at = reader.restOfLine();
  }
}

function closedString(token: Token): boolean {
  return token.text.length > 1 && /(?:^|[^\\])(?:\\\\)*"$/.test(token.text.slice(1));
}

function endsValue(token: Token): boolean {
  if (token.kind === 'end' || token.text === '}') return true;
  if (token.kind === 'keyword') return token.text !== '/bits/' && token.text !== '/incbin/';
  return token.kind === 'directive' && /include|define|undef/.test(token.text);
}

function startsBody(token: Token, closing: readonly string[]): boolean {
  return token.text === '{' || (token.text === '=' && !closing.includes(')'));
}

/** `dma-coherent;` or `ranges;` behind a finished value on the line before: macros have no such names. */
function nameOnItsLine(tokens: readonly Token[], closing: readonly string[]): boolean {
  const last = tokens.at(-1);
  const previous = tokens.at(-2);
  if (last === undefined || previous === undefined || closing.length > 0) return false;
  return (
    last.kind === 'name' &&
    last.first &&
    previous.text !== ',' &&
    /[^\w(]|^[a-z][a-z0-9]*$/.test(last.text.replace(/\(.*/s, ''))
  );
}

/** Takes the last name, with its labels, out of the value: it is the head of the next statement. */
function giveBack(reader: Reader, tokens: Token[]): boolean {
  const last = tokens.at(-1);
  if (last === undefined || !(last.kind === 'name' || last.kind === 'reference' || last.text === '/')) return false;
  tokens.pop();
  reader.at = last.start;
  while (tokens.at(-1)?.kind === 'label') reader.at = tokens.pop()?.start ?? reader.at;
  return true;
}
