// SPDX-License-Identifier: MIT
// Macro expansion as libcpp does it (macro.cc: cpp_get_token, enter_macro_context, collect_args): a stack of token
// lists, a macro's name switched off while its own list is read, and padding where white space may have to be printed.
import { substitute } from './arguments.ts';
import type { Macro } from './macros.ts';
import { AVOID_PASTE, Flag, Kind, makeToken, padding, scanToken, type Token } from './tokens.ts';

/** Looks a macro up at the place that is being expanded. */
export type Lookup = (name: string) => Macro | undefined;

/** Where the tokens of the text itself come from. */
export interface Feed {
  next(): Token;
  /** Gives back the token that was taken last. */
  unread(token: Token): void;
  /** What a macro of cpp's own stands for here; undefined when it is used up, like `_Pragma`. */
  builtIn(macro: Macro, name: Token): Token | undefined;
  /** Something is wrong with the call of a macro. */
  fault(message: string, name: Token, macro: Macro): void;
}

/** More expansions are being made than memory is likely to have room for. */
export class ExpansionLimit extends Error {}

/** Calls inside the arguments of calls: each level needs some of JavaScript's own stack. */
const MAX_CALL_DEPTH = 400;

interface Context {
  readonly tokens: readonly Token[];
  at: number;
  /** The macro that is off while this is read. */
  readonly macro: string | undefined;
}

const END = makeToken(Kind.End, '', false, 0);

/** An argument of a call. */
export interface Argument {
  readonly tokens: readonly Token[];
  /** With its macros expanded; made when it is needed. */
  expanded?: readonly Token[];
  /** Its variable arguments are not there at all, not even as an empty one. */
  absent?: boolean;
}

export class Expander {
  /** In a directive white space is of no interest, and its end is the end of all. */
  inDirective = false;
  /** 1: whether `(` follows a name is being looked at; 2: arguments are being read. */
  parsingArguments = 0;
  preventExpansion = 0;
  /** The token of the text that began the expansion, and the end of its call. */
  call: Token = END;
  callEnd: Token = END;
  readonly #feed: Feed;
  readonly #lookup: Lookup;
  readonly #contexts: Context[] = [];
  readonly #off = new Map<string, number>();
  #left: number;
  #depth = 0;

  /** At most `budget` tokens come out of macros. */
  constructor(feed: Feed, lookup: Lookup, budget: number) {
    this.#feed = feed;
    this.#lookup = lookup;
    this.#left = budget;
  }

  /** Whether the next token comes out of a macro. */
  get inMacro(): boolean {
    return this.#contexts.length > 0;
  }

  /**
   * The next token with its macros expanded.
   * @throws ExpansionLimit
   */
  get(): Token {
    for (;;) {
      const context = this.#contexts[this.#contexts.length - 1];
      let token: Token;
      if (!context) {
        token = this.#feed.next();
      } else if (context.at < context.tokens.length) {
        token = context.tokens[context.at++] as Token;
        if (--this.#left < 0) throw new ExpansionLimit();
        if (token.flags & Flag.PasteLeft) {
          this.#pasteAll(token, context);
          if (this.inDirective) continue;
          return padding(token);
        }
      } else {
        this.#pop();
        if (this.inDirective) continue;
        return AVOID_PASTE;
      }
      if (token.kind !== Kind.Identifier || token.flags & Flag.NoExpand) return token;
      const macro = this.#lookup(token.text);
      if (!macro) return token;
      if (this.#off.has(token.text)) return { ...token, flags: token.flags | Flag.NoExpand };
      if (this.preventExpansion > 0) return token;
      if (!context && this.parsingArguments === 0) {
        this.call = token;
        this.callEnd = token;
      }
      const entered = this.#enter(macro, token);
      if (entered === 'no') return token;
      if (!this.inDirective && entered === 'yes') return padding(token);
    }
  }

  /** The next token that is no padding. */
  getSolid(): Token {
    for (;;) {
      const token = this.get();
      if (token.kind !== Kind.Padding) return token;
    }
  }

  /** The next token, with no macro expanded. */
  getRaw(): Token {
    this.preventExpansion++;
    const token = this.getSolid();
    this.preventExpansion--;
    return token;
  }

  /** Gives a token back that `get` has returned. */
  unget(token: Token): void {
    const context = this.#contexts[this.#contexts.length - 1];
    if (context) context.at--;
    // The end of a file is found again.
    else if (token.kind !== Kind.End) this.#feed.unread(token);
  }

  push(tokens: readonly Token[], macro: string | undefined): void {
    this.#contexts.push({ tokens, at: 0, macro });
    if (macro !== undefined) this.#off.set(macro, (this.#off.get(macro) ?? 0) + 1);
  }

  /** Drops what is left of expansions, at the end of a directive. */
  clear(): void {
    while (this.#contexts.length > 0) this.#pop();
  }

  #pop(): void {
    const macro = this.#contexts.pop()?.macro;
    if (macro === undefined) return;
    const times = this.#off.get(macro) ?? 1;
    if (times > 1) this.#off.set(macro, times - 1);
    else this.#off.delete(macro);
  }

  /** Whether the name is replaced; `silently`, where nothing takes its place. */
  #enter(macro: Macro, name: Token): 'yes' | 'no' | 'silently' {
    if (macro.builtIn) {
      const made = this.#feed.builtIn(macro, name);
      if (!made) return 'silently';
      this.push([made], undefined);
      return 'yes';
    }
    let { body } = macro;
    if (macro.parameters) {
      const args = this.#call(macro, name);
      if (!args) return 'no';
      if (macro.parameters.length > 0) {
        const inDirective = this.inDirective;
        body = substitute(macro, args, { inDirective, expand: (argument) => this.#expandArgument(argument) });
        this.#left -= body.length;
        if (this.#left < 0) throw new ExpansionLimit();
      }
    }
    this.push(body, macro.name);
    return 'yes';
  }

  /** The arguments behind a name; undefined when there are none or they are wrong. */
  #call(macro: Macro, name: Token): Argument[] | undefined {
    const before = this.parsingArguments;
    this.preventExpansion++;
    this.parsingArguments = 1;
    const args = this.#open() ? this.#collect(macro, name) : undefined;
    this.parsingArguments = before;
    this.preventExpansion--;
    return args;
  }

  /** Whether `(` follows; what else follows is given back. */
  #open(): boolean {
    let space: Token | undefined;
    let token = this.get();
    for (; token.kind === Kind.Padding; token = this.get()) {
      if (!space?.source || (!space.source.space && !token.source)) space = token;
    }
    if (token.kind === Kind.Punctuator && token.text === '(') {
      this.parsingArguments = 2;
      return true;
    }
    this.unget(token);
    if (space) this.push([space], undefined);
    return false;
  }

  #collect(macro: Macro, name: Token): Argument[] | undefined {
    const count = macro.parameters?.length ?? 0;
    const args: Argument[] = [];
    let given = 0;
    let token: Token;
    do {
      given++;
      const tokens: Token[] = [];
      const isRest = macro.variadic && given === count;
      token = this.#argument(tokens, isRest);
      while (tokens[tokens.length - 1]?.kind === Kind.Padding) tokens.pop();
      // More arguments than the macro takes are only counted.
      if (given <= count || count === 0) args.push({ tokens });
    } while (!(token.kind === Kind.End || (token.kind === Kind.Punctuator && token.text === ')')));
    if (this.#contexts.length === 0 && token.kind !== Kind.End) this.callEnd = token;
    if (token.kind === Kind.End) {
      this.unget(token);
      this.#feed.fault(`The argument list of \`${macro.name}\` has no \`)\`; cpp stops here.`, name, macro);
      return undefined;
    }
    if (given === 1 && count === 0 && args[0]?.tokens.length === 0) given = 0;
    if (!this.#areEnough(macro, name, given)) return undefined;
    const omitted = given < count;
    if (omitted) args.push({ tokens: [] });
    const rest = args[count - 1];
    if (macro.variadic && rest && (omitted || (given === 1 && rest.tokens.length === 0))) rest.absent = true;
    return args;
  }

  /** Reads up to the comma or parenthesis that ends an argument. */
  #argument(tokens: Token[], isRest: boolean): Token {
    let depth = 0;
    for (;;) {
      const token = this.get();
      const { kind } = token;
      if (kind === Kind.Padding && tokens.length === 0) continue;
      if (kind === Kind.End) return token;
      if (kind === Kind.Punctuator) {
        const { text } = token;
        if (text === '(') depth++;
        else if (text === ')' && depth-- === 0) return token;
        else if (text === ',' && depth === 0 && !isRest) return token;
        else if (text === '#' && token.flags & Flag.LineStart) return token;
      }
      tokens.push(token);
    }
  }

  #areEnough(macro: Macro, name: Token, given: number): boolean {
    const count = macro.parameters?.length ?? 0;
    if (given === count || (macro.variadic && given + 1 === count)) return true;
    const takes = `${count} ${count === 1 ? 'argument' : 'arguments'}`;
    const message = `\`${macro.name}\` takes ${takes}, but ${given} ${given === 1 ? 'is' : 'are'} given; cpp stops here.`;
    this.#feed.fault(message, name, macro);
    return false;
  }

  #expandArgument(argument: Argument): readonly Token[] {
    if (argument.expanded) return argument.expanded;
    if (!argument.tokens.some(({ kind }) => kind === Kind.Identifier)) {
      argument.expanded = argument.tokens;
      return argument.tokens;
    }
    if (++this.#depth > MAX_CALL_DEPTH) throw new ExpansionLimit();
    const expanded: Token[] = [];
    const before = { prevent: this.preventExpansion, parsing: this.parsingArguments };
    this.preventExpansion = 0;
    this.push([...argument.tokens, END], undefined);
    for (let token = this.get(); token.kind !== Kind.End; token = this.get()) expanded.push(token);
    this.#pop();
    this.preventExpansion = before.prevent;
    this.parsingArguments = before.parsing;
    this.#depth--;
    argument.expanded = expanded;
    return expanded;
  }

  #pasteAll(first: Token, context: Context): void {
    let left = first;
    for (;;) {
      const right = context.tokens[context.at];
      if (!right) break;
      context.at++;
      if (right.kind === Kind.Padding) {
        if (right.source === undefined) continue;
        break;
      }
      const pasted = paste(left, right);
      if (!pasted) {
        context.at--;
        left = { ...left, flags: left.flags & ~Flag.PasteLeft };
        break;
      }
      left = pasted;
      if (!(right.flags & Flag.PasteLeft)) break;
    }
    this.push([{ ...left, flags: left.flags & ~Flag.PasteLeft }], undefined);
  }
}

/** Two tokens as one; undefined when they make none, which assembler mode allows. */
export function paste(left: Token, right: Token): Token | undefined {
  const text = left.text + right.text;
  const comment = left.text === '/' && right.text !== '=';
  const made = comment || text === '' ? undefined : scanToken(text, 0, text.length, left.space);
  if (!made || made.text.length !== text.length) return undefined;
  return { ...made, at: left.at, length: left.length };
}
