// SPDX-License-Identifier: MIT
// The value of an `#if` or `#elif` condition: C integer expressions on 64 bits, `defined`, `__has_include`. Operators
// wait on a stack of our own, so that neither parentheses nor `?:` can nest too deeply (libcpp, expr.cc: reduce).
import { Expander, ExpansionLimit, type Feed, type Lookup } from './expander.ts';
import { binary, isZero, type Num, num, readCharacter, readInteger, unary } from './integer.ts';
import { Kind, makeToken, type Token, tokenize } from './tokens.ts';

/** Where the tokens of a condition come from, and what names mean there. */
export interface ConditionContext {
  /** The next token with macros expanded; without padding. */
  next(): Token;
  /** The next token as it is. */
  raw(): Token;
  isDefined(name: string): boolean;
  /** Whether an `#include` of this text (with its quotes or brackets) would find a file. */
  hasInclude(path: string, next: boolean): boolean;
  /** Whether `#assert` gave the name this answer, or any. */
  isAsserted?(name: string, answer: string | undefined): boolean;
}

export interface ConditionResult {
  readonly value: boolean;
  /** What is wrong with the expression; it then counts as false, as cpp does after its error. */
  readonly error?: string;
}

class ConditionError extends Error {}

const HAS_INCLUDE = new Set(['__has_include', '__has_include_next']);

/** Binds tighter than what follows in the list; those of one group associate to the left. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map(
  [
    [','],
    ['?', ':'],
    ['||'],
    ['&&'],
    ['|'],
    ['^'],
    ['&'],
    ['==', '!='],
    ['<', '>', '<=', '>='],
    ['<<', '>>'],
    ['+', '-'],
    ['*', '/', '%'],
  ].flatMap((group, level) => group.map((operator) => [operator, level + 1] as const)),
);
const UNARY_PRECEDENCE = 20;

interface Pending {
  readonly operator: string;
  readonly precedence: number;
  /** What stands before it. */
  readonly left: Num;
  /** Of `:`, what stands before the `?`. */
  readonly test?: Num;
  /** Evaluation was being skipped before it. */
  readonly skipped: boolean;
}

const NOTHING = num(0n);

/** Evaluates to the end of the context's tokens. */
export function evaluate(context: ConditionContext): ConditionResult {
  try {
    return { value: !isZero(new ConditionParser(context).parse()) };
  } catch (error) {
    if (error instanceof ConditionError) return { value: false, error: error.message };
    if (error instanceof ExpansionLimit) return { value: false, error: 'the macros expand without end' };
    throw error;
  }
}

class ConditionParser {
  readonly #context: ConditionContext;
  readonly #pending: Pending[] = [];
  /** The part that is being read has no say: `0 && …`. */
  #skipping = false;
  /** Read already, and of no use where it was. */
  #held: Token | undefined;

  constructor(context: ConditionContext) {
    this.#context = context;
  }

  parse(): Num {
    let value: Num | undefined;
    for (;;) {
      const token = this.#held ?? this.#context.next();
      this.#held = undefined;
      const operand = this.#operand(token, value === undefined);
      if (operand) {
        if (value) throw new ConditionError(`an operator is missing before \`${token.text}\``);
        value = operand;
        continue;
      }
      const { kind, text } = token;
      const end = kind === Kind.End;
      if (text === '(' || text === '!' || text === '~' || (value === undefined && (text === '+' || text === '-'))) {
        if (value) throw new ConditionError(`an operator is missing before \`${text}\``);
        this.#push(text, text === '(' ? 0 : UNARY_PRECEDENCE, NOTHING);
        continue;
      }
      if (!end && text !== ')' && !PRECEDENCE.has(text)) throw new ConditionError(`\`${text}\` is not expected here`);
      if (!value) throw new ConditionError(this.#missing(end ? '' : text));
      value = this.#reduce(value, end ? '' : text);
      if (end) return value;
      if (text !== ')') {
        this.#open(text, value);
        value = undefined;
      }
    }
  }

  #push(operator: string, precedence: number, left: Num, test?: Num): void {
    this.#pending.push({ operator, precedence, left, skipped: this.#skipping, ...(test && { test }) });
  }

  #missing(found: string): string {
    const operator = this.#pending.at(-1)?.operator;
    if (operator === undefined && found === '') return 'the condition is missing';
    if (operator === '(' && found === ')') return 'there is nothing between `(` and `)`';
    if (operator !== undefined && operator !== '(') return `nothing follows \`${operator}\``;
    return found === '' ? '`)` is missing' : `nothing precedes \`${found}\``;
  }

  /** A binary operator waits for its right side. */
  #open(operator: string, left: Num): void {
    const precedence = PRECEDENCE.get(operator) ?? 0;
    if (operator === ':') {
      const query = this.#pending.pop();
      if (query?.operator !== '?') throw new ConditionError('`:` has no `?`');
      this.#skipping = query.skipped;
      this.#push(':', precedence, left, query.left);
      this.#skipping ||= !isZero(query.left);
      return;
    }
    this.#push(operator, precedence, left);
    if (operator === '&&' || operator === '?') this.#skipping ||= isZero(left);
    else if (operator === '||') this.#skipping ||= !isZero(left);
  }

  /** Carries out what binds tighter than the operator that comes. */
  #reduce(value: Num, coming: string): Num {
    const limit = coming === ')' || coming === ':' || coming === '' ? 0 : (PRECEDENCE.get(coming) ?? 0);
    let result = value;
    for (let top = this.#pending.at(-1); top; top = this.#pending.at(-1)) {
      if (top.operator === '(') {
        if (coming === '') throw new ConditionError('`)` is missing');
        if (coming !== ')') return result;
        this.#pending.pop();
        return result;
      }
      if (top.operator === '?') {
        // What stands between `?` and `:` ends at the `:` alone.
        if (coming === ':' || coming === ',' || coming === '?') return result;
        if (limit <= top.precedence) throw new ConditionError('`:` is missing behind `?`');
        return result;
      }
      // `?:` associates to the right.
      const right = coming === '?' && top.operator === ':';
      if (top.precedence < limit || right) return result;
      this.#pending.pop();
      result = this.#apply(top, result);
      this.#skipping = top.skipped;
    }
    if (coming === ')') throw new ConditionError('`)` has no `(`');
    return result;
  }

  #apply({ operator, precedence, left, test }: Pending, right: Num): Num {
    if (precedence === UNARY_PRECEDENCE) return unary(operator, right);
    if (test) return num((isZero(test) ? right : left).bits, left.unsigned || right.unsigned);
    if (operator === '&&') return num(!isZero(left) && !isZero(right) ? 1n : 0n);
    if (operator === '||') return num(!isZero(left) || !isZero(right) ? 1n : 0n);
    const result = binary(operator, left, right);
    if (result) return result;
    if (!this.#skipping) throw new ConditionError('something is divided by zero');
    return num(0n, left.unsigned || right.unsigned);
  }

  /** A number, a name, a character; undefined for an operator. */
  #operand(token: Token, wanted: boolean): Num | undefined {
    const { kind, text } = token;
    const checked = (read: Num | string): Num => {
      if (typeof read === 'string') throw new ConditionError(read);
      return read;
    };
    if (kind === Kind.Number) return checked(readInteger(text));
    if (kind === Kind.Char) return checked(readCharacter(text));
    if (kind === Kind.String || kind === Kind.Other) throw new ConditionError(`\`${text}\` is not expected here`);
    if (kind === Kind.Identifier) {
      if (text === 'defined') return num(this.#defined() ? 1n : 0n);
      if (HAS_INCLUDE.has(text)) return num(this.#hasInclude(text) ? 1n : 0n);
      return NOTHING;
    }
    if (text === '#' && wanted) return num(this.#asserted() ? 1n : 0n);
    return undefined;
  }

  #defined(): boolean {
    let name = this.#context.raw();
    const open = name.text === '(';
    if (open) name = this.#context.raw();
    if (name.kind !== Kind.Identifier) throw new ConditionError('`defined` needs a macro name');
    if (open && this.#context.raw().text !== ')') throw new ConditionError('`)` is missing behind `defined`');
    return HAS_INCLUDE.has(name.text) || this.#context.isDefined(name.text);
  }

  #hasInclude(operator: string): boolean {
    const fault = (): never => {
      throw new ConditionError(`\`${operator}\` needs a header in parentheses`);
    };
    if (this.#context.raw().text !== '(') fault();
    const first = this.#context.next();
    let path = first.text;
    if (first.text === '<') {
      let token = this.#context.raw();
      for (; token.text !== '>'; token = this.#context.raw()) {
        if (token.kind === Kind.End) fault();
        path += (token.space ? ' ' : '') + token.text;
      }
      path += '>';
    } else if (first.kind !== Kind.String) fault();
    if (this.#context.raw().text !== ')') fault();
    return this.#context.hasInclude(path, operator.endsWith('_next'));
  }

  /** `#name(answer)` or `#name`: an assertion, a language extension that GNU cpp still has. */
  #asserted(): boolean {
    const name = this.#context.raw();
    if (name.kind !== Kind.Identifier) throw new ConditionError('`#` needs the name of an assertion');
    let answer = '';
    const open = this.#context.raw();
    if (open.text !== '(') {
      this.#held = open;
      return this.#context.isAsserted?.(name.text, undefined) ?? false;
    }
    for (let token = this.#context.raw(); token.text !== ')'; token = this.#context.raw()) {
      if (token.kind === Kind.End) throw new ConditionError('`)` is missing behind an assertion');
      answer += token.text;
    }
    return this.#context.isAsserted?.(name.text, answer) ?? false;
  }
}

/** What names mean where the text of a condition is read alone. */
export interface ConditionNames {
  readonly lookup: Lookup;
  hasInclude(path: string): boolean;
}

const END = makeToken(Kind.End, '', false, 0);

/** The value of a condition's text. */
export function evaluateCondition(text: string, { lookup, hasInclude }: ConditionNames): ConditionResult {
  const tokens = tokenize(text);
  let at = 0;
  let failed = false;
  const feed: Feed = {
    next: () => tokens[at++] ?? END,
    unread: () => {
      at--;
    },
    builtIn: (_macro, name) => name,
    fault: () => {
      failed = true;
    },
  };
  const expander = new Expander(feed, lookup, MAX_CONDITION);
  expander.inDirective = true;
  const result = evaluate({
    next: () => expander.get(),
    raw: () => expander.getRaw(),
    isDefined: (name) => lookup(name) !== undefined,
    hasInclude,
  });
  return failed ? { value: false, error: result.error ?? 'a macro is called wrongly' } : result;
}

/** Tokens that the macros of one condition may make. */
const MAX_CONDITION = 200_000;
