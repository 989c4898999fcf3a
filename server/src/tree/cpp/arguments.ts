// SPDX-License-Identifier: MIT
// The body of a function-like macro with its arguments put in: `#`, the operands of `##`, `__VA_OPT__`, and padding
// around what was put in (libcpp, macro.cc: replace_args, stringify_arg).
import type { Argument } from './expander.ts';
import type { Macro } from './macros.ts';
import { AVOID_PASTE, Flag, Kind, makeToken, padding, type Token } from './tokens.ts';

export interface Substitution {
  readonly inDirective: boolean;
  expand(argument: Argument): readonly Token[];
}

/** The tokens of the body; those marked with `PasteLeft` are still to be pasted. */
export function substitute(macro: Macro, args: readonly Argument[], how: Substitution): readonly Token[] {
  const writer = new BodyWriter(macro, args, how);
  const { body } = macro;
  for (let i = 0; i < body.length; i++) {
    const token = body[i] as Token;
    if (macro.variadic && token.kind === Kind.Identifier && token.text === '__VA_OPT__' && body[i + 1]?.text === '(') {
      i = writer.optional(i);
    } else {
      writer.token(i);
    }
  }
  return writer.out;
}

class BodyWriter {
  readonly out: Token[] = [];
  readonly #macro: Macro;
  readonly #args: readonly Argument[];
  readonly #how: Substitution;
  /** So many tokens had been written before the text of the `__VA_OPT__` that is being read. */
  #optionalFrom = -1;

  constructor(macro: Macro, args: readonly Argument[], how: Substitution) {
    this.#macro = macro;
    this.#args = args;
    this.#how = how;
  }

  /** `__VA_OPT__ ( … )`, which begins at this index: its text where there are variable arguments. Its last index. */
  optional(start: number): number {
    const { body } = this.#macro;
    const end = closing(body, start + 1);
    const head = body[start] as Token;
    const last = body[end];
    const rest = this.#args[(this.#macro.parameters?.length ?? 1) - 1];
    const given = rest !== undefined && this.#how.expand(rest).some(({ kind }) => kind !== Kind.Padding);
    const behindPaste = start > 0 && this.#isPasteLeft(start - 1);
    if (start > 0 && !behindPaste) this.out.push(padding(head));
    const from = this.out.length;
    if (given) {
      this.#optionalFrom = from;
      for (let i = start + 2; i < end; i++) this.token(i);
      this.#optionalFrom = -1;
    }
    while (this.out.length > from && this.out[this.out.length - 1]?.kind === Kind.Padding) this.out.pop();
    if (head.flags & Flag.Stringify) {
      const text = this.out.splice(from);
      this.out.push(stringify(text, head));
    }
    if (last && last.flags & Flag.PasteLeft) {
      if (this.out.length > from) this.#flagLast(true);
    } else {
      // Nothing behind `##` is a placemarker: there is nothing to paste.
      if (this.out.length === from && behindPaste) this.#flagLast(false);
      this.out.push(AVOID_PASTE);
    }
    return end;
  }

  #isPasteLeft(index: number): boolean {
    return ((this.#macro.body[index]?.flags ?? 0) & Flag.PasteLeft) !== 0;
  }

  #flagLast(pasteLeft: boolean): void {
    const last = this.out[this.out.length - 1];
    if (!last) return;
    const flags = pasteLeft ? last.flags | Flag.PasteLeft : last.flags & ~Flag.PasteLeft;
    this.out[this.out.length - 1] = { ...last, flags };
  }

  token(index: number): void {
    const token = this.#macro.body[index] as Token;
    if (token.parameter < 0) {
      this.out.push(token);
      return;
    }
    const argument = this.#args[token.parameter];
    if (argument) this.#argument(token, argument, index);
  }

  #argument(token: Token, argument: Argument, index: number): void {
    const pasteLeft = (token.flags & Flag.PasteLeft) !== 0;
    const behindPaste = index > 0 && this.#isPasteLeft(index - 1);
    let tokens: readonly Token[];
    if (token.flags & Flag.Stringify) tokens = [stringify(argument.tokens, token)];
    else if (pasteLeft) tokens = argument.tokens;
    else if (behindPaste) {
      tokens = argument.tokens;
      this.#rightOperand(token, argument);
    } else tokens = this.#how.expand(argument);
    const begins = this.#optionalFrom === this.out.length;
    if (!this.#how.inDirective && index > 0 && !behindPaste && !begins) this.out.push(padding(token));
    for (const one of tokens) this.out.push(one);
    if (tokens.length > 0 && pasteLeft) this.#flagLast(true);
    else if (tokens.length === 0 && pasteLeft && behindPaste) this.#keepsPasting();
    if (!this.#how.inDirective && !pasteLeft && this.#optionalFrom !== this.out.length) this.out.push(AVOID_PASTE);
  }

  /** `a ## <nothing> ## b`: what is pasted to the nothing is pasted to what stands before it. */
  #keepsPasting(): void {
    if (this.out.length > 0) this.#flagLast(true);
  }

  /** The operand behind `##`: GNU's comma, and the placemarker of an empty argument. */
  #rightOperand(token: Token, argument: Argument): void {
    const last = this.out[this.out.length - 1];
    if (!last) return;
    const { parameters, variadic } = this.#macro;
    const isComma = last.kind === Kind.Punctuator && last.text === ',';
    if (isComma && variadic && token.parameter === (parameters?.length ?? 0) - 1) {
      if (argument.absent) this.out.pop();
      else this.#flagLast(false);
    } else if (argument.tokens.length === 0 && this.out.length !== this.#optionalFrom) {
      this.#flagLast(false);
    }
  }
}

/** The index of the `)` that closes the `(` at this index. */
function closing(body: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < body.length; i++) {
    const { kind, text } = body[i] as Token;
    if (kind !== Kind.Punctuator) continue;
    if (text === '(') depth++;
    else if (text === ')' && --depth === 0) return i;
  }
  return body.length;
}

/** The tokens as one string: white space between them is one space, quotes inside literals are escaped. */
export function stringify(tokens: readonly Token[], place: Token): Token {
  let text = '';
  let source: Token | undefined;
  let backslashes = 0;
  for (const token of tokens) {
    if (token.kind === Kind.Padding) {
      if (!source || (!source.space && !token.source)) source = token.source;
      continue;
    }
    source ??= token;
    if (text !== '' && source.space) text += ' ';
    source = undefined;
    const quoted = token.kind === Kind.String || token.kind === Kind.Char;
    text += quoted ? token.text.replace(/[\\"]/g, '\\$&') : token.text;
    backslashes = token.kind === Kind.Other && token.text.startsWith('\\') ? backslashes + 1 : 0;
  }
  // A backslash at the end would take the closing quote with it.
  if (backslashes % 2 === 1) text = text.slice(0, -1);
  return makeToken(Kind.String, `"${text}"`, false, place.at, place.length);
}
