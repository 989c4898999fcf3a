// SPDX-License-Identifier: MIT
// The value of an `#if` or `#elif` condition: C integer expressions on 64 bits, `defined`, `__has_include`.
import { expand, type Lookup } from './expand.ts';
import { BINARY_OPERATORS } from './operators.ts';
import { Kind, type Token, tokenize } from './tokens.ts';

export interface ConditionContext {
  readonly lookup: Lookup;
  /** Whether an `#include` of this text (with its quotes or brackets) would find a file. */
  hasInclude(path: string): boolean;
}

export interface ConditionResult {
  readonly value: boolean;
  /** What is wrong with the expression; it then counts as false, as cpp does after its error. */
  readonly error?: string;
}

class ConditionError extends Error {}

/** Names that expand to nothing in the table but are known to cpp inside a condition. */
const OPERATORS = new Set(['defined', '__has_include', '__has_include_next']);

export function evaluateCondition(text: string, context: ConditionContext): ConditionResult {
  try {
    const tokens = expand(resolveOperators(tokenize(text), context), (name) =>
      OPERATORS.has(name) ? undefined : context.lookup(name),
    );
    const parser = new ConditionParser(resolveOperators(tokens, context));
    return { value: parser.parse() !== 0n };
  } catch (error) {
    return {
      value: false,
      error: error instanceof ConditionError ? error.message : 'the condition cannot be expanded',
    };
  }
}

/** Replaces `defined X`, `defined(X)` and `__has_include(…)` by 0 or 1, before anything is expanded. */
function resolveOperators(tokens: readonly Token[], context: ConditionContext): Token[] {
  const output: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (token.kind !== Kind.Identifier || !OPERATORS.has(token.text)) {
      output.push(token);
      continue;
    }
    const parenthesised = tokens[i + 1]?.text === '(';
    let value: boolean;
    if (token.text === 'defined') {
      const name = tokens[i + (parenthesised ? 2 : 1)];
      if (name?.kind !== Kind.Identifier) throw new ConditionError('`defined` needs a macro name');
      value = OPERATORS.has(name.text) || context.lookup(name.text) !== undefined;
      i += parenthesised ? 3 : 1;
    } else {
      if (!parenthesised) throw new ConditionError(`\`${token.text}\` needs a header in parentheses`);
      let path = '';
      let k = i + 2;
      for (; k < tokens.length && tokens[k]?.text !== ')'; k++) path += tokens[k]?.text ?? '';
      value = context.hasInclude(path);
      i = k;
    }
    output.push({ ...token, kind: Kind.Number, text: value ? '1' : '0' });
  }
  return output;
}

const MASK = (1n << 64n) - 1n;

interface Value {
  readonly bits: bigint;
  readonly unsigned: boolean;
}

class ConditionParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): bigint {
    const value = this.#ternary(true);
    const rest = this.#tokens[this.#at];
    if (rest) throw new ConditionError(`\`${rest.text}\` is not expected here`);
    return value.bits;
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at++;
    return true;
  }

  #ternary(live: boolean): Value {
    if (++this.#depth > 200) throw new ConditionError('the condition is nested too deeply');
    const test = this.#binary(0, live);
    let result = test;
    if (this.#take('?')) {
      const yes = this.#ternary(live && test.bits !== 0n);
      if (!this.#take(':')) throw new ConditionError('`:` is missing after `?`');
      const no = this.#ternary(live && test.bits === 0n);
      result = test.bits !== 0n ? yes : no;
    }
    this.#depth--;
    return result;
  }

  #binary(level: number, live: boolean): Value {
    const operators = BINARY_OPERATORS[level];
    if (!operators) return this.#unary(live);
    let left = this.#binary(level + 1, live);
    for (;;) {
      const operator = this.#tokens[this.#at]?.text;
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at++;
      const needed = operator === '&&' ? left.bits !== 0n : operator === '||' ? left.bits === 0n : true;
      left = apply(operator, left, this.#binary(level + 1, live && needed), live && needed);
    }
  }

  #unary(live: boolean): Value {
    const token = this.#tokens[this.#at++];
    if (!token) throw new ConditionError('the condition has no value');
    if (token.kind === Kind.Number) return integer(token.text);
    if (token.kind === Kind.Char) return { bits: BigInt(token.text.charCodeAt(1)), unsigned: false };
    if (token.kind === Kind.Identifier) return { bits: 0n, unsigned: false };
    if (++this.#depth > 200) throw new ConditionError('the condition is nested too deeply');
    let result: Value;
    if (token.text === '(') {
      result = this.#ternary(live);
      if (!this.#take(')')) throw new ConditionError('`)` is missing');
    } else if (token.text === '!') {
      result = { bits: this.#unary(live).bits === 0n ? 1n : 0n, unsigned: false };
    } else if (token.text === '-' || token.text === '~' || token.text === '+') {
      const value = this.#unary(live);
      const bits = token.text === '-' ? -value.bits : token.text === '~' ? ~value.bits : value.bits;
      result = { bits: bits & MASK, unsigned: value.unsigned };
    } else {
      throw new ConditionError(`\`${token.text}\` is not expected here`);
    }
    this.#depth--;
    return result;
  }
}

function integer(text: string): Value {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uUlL]*)$/.exec(text);
  if (!match?.[1]) throw new ConditionError(`\`${text}\` is not an integer`);
  const digits = /^0[0-7]+$/.test(match[1]) ? `0o${match[1].slice(1)}` : match[1];
  if (/^0[0-9]*[89]/.test(match[1])) throw new ConditionError(`\`${text}\` is not an integer`);
  return { bits: BigInt(digits) & MASK, unsigned: /u/i.test(match[2] ?? '') };
}

function apply(operator: string, left: Value, right: Value, live: boolean): Value {
  const unsigned = left.unsigned || right.unsigned;
  const a = unsigned ? left.bits : BigInt.asIntN(64, left.bits);
  const b = unsigned ? right.bits : BigInt.asIntN(64, right.bits);
  const number = (bits: bigint): Value => ({ bits: bits & MASK, unsigned });
  const truth = (value: boolean): Value => ({ bits: value ? 1n : 0n, unsigned: false });
  switch (operator) {
    case '||':
      return truth(a !== 0n || b !== 0n);
    case '&&':
      return truth(a !== 0n && b !== 0n);
    case '|':
      return number(a | b);
    case '^':
      return number(a ^ b);
    case '&':
      return number(a & b);
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '>':
      return truth(a > b);
    case '<=':
      return truth(a <= b);
    case '>=':
      return truth(a >= b);
    case '<<':
      return number(b > 63n ? 0n : a << b);
    case '>>':
      return number(b > 63n ? 0n : a >> b);
    case '+':
      return number(a + b);
    case '-':
      return number(a - b);
    case '*':
      return number(a * b);
    default:
      if (b === 0n) {
        if (live) throw new ConditionError('division by zero in the condition');
        return number(0n);
      }
      return number(operator === '/' ? a / b : a % b);
  }
}
