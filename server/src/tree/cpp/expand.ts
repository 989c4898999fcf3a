// SPDX-License-Identifier: MIT
// A list of tokens with its macros expanded, and printed as cpp prints it.
import { Expander, ExpansionLimit, type Feed, type Lookup } from './expander.ts';
import type { Macro } from './macros.ts';
import { Kind, makeToken, type Token, wouldPaste } from './tokens.ts';

export { ExpansionLimit, type Lookup } from './expander.ts';

/** More tokens than any board makes in one statement (largest seen in Linux 6.12: about 6000). */
export const MAX_TOKENS = 200_000;

const END = makeToken(Kind.End, '', false, 0);

/** Tokens of a text that is read alone. */
class ListFeed implements Feed {
  /** A call was wrong; what cpp makes of the text behind it is not known here. */
  failed = false;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  next(): Token {
    return this.#tokens[this.#at++] ?? END;
  }

  unread(): void {
    this.#at--;
  }

  builtIn(_macro: Macro, name: Token): Token {
    this.failed = true;
    return name;
  }

  fault(): void {
    this.failed = true;
  }
}

/**
 * `tokens` with every macro expanded, with padding between them. Tokens that come out of a macro carry the offset and
 * length of the outermost call. `onFault` is told of calls that cpp refuses.
 * @throws ExpansionLimit when more than {@link MAX_TOKENS} tokens are made; the caller turns it into a problem.
 */
export function expand(tokens: readonly Token[], lookup: Lookup, onFault?: () => void): Token[] {
  const feed = new ListFeed(tokens);
  const expander = new Expander(feed, lookup, MAX_TOKENS);
  const output: Token[] = [];
  for (;;) {
    const fromMacro = expander.inMacro;
    const token = expander.get();
    if (token.kind === Kind.End) break;
    if (output.length > 2 * MAX_TOKENS) throw new ExpansionLimit();
    // What came before a call, and the name itself where it is none, keep their own places.
    if (fromMacro && token.kind !== Kind.Padding) {
      const { at } = expander.call;
      const end = Math.max(expander.callEnd.at + expander.callEnd.length, at + expander.call.length);
      output.push({ ...token, at, length: end - at });
    } else {
      output.push(token);
    }
  }
  if (feed.failed) onFault?.();
  return output;
}

/** Expanded text, and where each part of it came from. */
export interface Expansion {
  readonly text: string;
  /** Offset in `text` at which each token starts; same length as `tokens`. */
  readonly starts: readonly number[];
  readonly tokens: readonly Token[];
}

/** Decides where cpp prints a space between two tokens (c-ppoutput.cc: scan_translation_unit). */
export class Spacing {
  #padded = false;
  #source: Token | undefined;
  #previous: Token | undefined;

  padding({ source }: Token): void {
    this.#padded = true;
    if (!this.#source || (!this.#source.space && !source)) this.#source = source;
  }

  /** Whether a space is printed before this token, which is printed then. */
  before(token: Token): boolean {
    const previous = this.#previous;
    let space = token.space;
    if (this.#padded) {
      space =
        (this.#source ?? token).space ||
        (previous ? wouldPaste(previous, token) : token.kind === Kind.Punctuator && token.text === '#');
    }
    this.#padded = false;
    this.#source = undefined;
    this.#previous = token;
    return space;
  }

  newLine(): void {
    this.#source = undefined;
    this.#previous = undefined;
  }
}

/** Tokens written out as cpp prints them: one space where there was white space or where two tokens would paste. */
export function print(tokens: readonly Token[]): Expansion {
  let text = '';
  const starts: number[] = [];
  const printed: Token[] = [];
  const spacing = new Spacing();
  for (const token of tokens) {
    if (token.kind === Kind.Padding) {
      spacing.padding(token);
      continue;
    }
    if (spacing.before(token) && text !== '') text += ' ';
    starts.push(text.length);
    printed.push(token);
    text += token.text;
  }
  return { text, starts, tokens: printed };
}

/** The index of the token that contains or precedes an offset of the expanded text. */
export function tokenIndexAt(expansion: Expansion, offset: number): number {
  let low = 0;
  let high = expansion.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((expansion.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
