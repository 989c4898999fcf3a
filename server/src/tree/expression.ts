// SPDX-License-Identifier: MIT
// Integer expressions in cells: dtc's operators on unsigned 64-bit numbers (dtc-parser.y: integer_expr).

import { BINARY_OPERATORS } from '#tree/cpp/operators.ts';
import { literalValue, stringBytes } from './literals.ts';

/** The expression cannot be read on from here; dtc reports a syntax error at this place. */
export class ExpressionError extends Error {
  readonly at: number;
  constructor(at: number) {
    super('expression');
    this.at = at;
  }
}

export interface ExpressionResult {
  readonly value: bigint;
  /** Offset just after the closing parenthesis. */
  readonly end: number;
  readonly faults: readonly { readonly at: number; readonly width: number; readonly message: string }[];
}

const MASK = 0xffff_ffff_ffff_ffffn;
const MAX_DEPTH = 200;

const TOKEN =
  /(?:\s+|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*)*(?:((?:0[xX][0-9a-fA-F]+|[0-9]+))(?:ULL|UL|LL|U|L)?|('(?:[^\\']|\\[\s\S])*')|(<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%~!()<>&|^?:]))/y;

/** Evaluates the parenthesised expression whose `(` stands at `at`. @throws ExpressionError */
export function evaluateExpression(text: string, at: number): ExpressionResult {
  const parser = new ExpressionParser(text, at);
  const value = parser.primary();
  return { value, end: parser.end, faults: parser.faults };
}

interface Lexeme {
  readonly number?: bigint;
  readonly operator?: string;
  readonly at: number;
  readonly end: number;
}

class ExpressionParser {
  readonly #text: string;
  #next: Lexeme | undefined;
  #depth = 0;
  /** Just after the last token taken. */
  end: number;
  readonly faults: { at: number; width: number; message: string }[] = [];

  constructor(text: string, at: number) {
    this.#text = text;
    this.end = at;
    this.#advance();
  }

  #advance(): void {
    TOKEN.lastIndex = this.end;
    const match = TOKEN.exec(this.#text);
    if (!match) {
      this.#next = undefined;
      return;
    }
    const end = TOKEN.lastIndex;
    if (match[1] !== undefined) {
      const number = literalValue(match[1]);
      const at = end - match[0].trimStart().length;
      if (number === undefined)
        this.faults.push({ at, width: end - at, message: `\`${match[1]}\` is not an integer for dtc.` });
      this.#next = { number: number ?? 0n, at, end };
    } else if (match[2] !== undefined) {
      this.#next = { number: BigInt(stringBytes(match[2].slice(1, -1))[0] ?? 0), at: end - match[2].length, end };
    } else {
      const operator = match[3] ?? '';
      this.#next = { operator, at: end - operator.length, end };
    }
  }

  #take(): Lexeme {
    const lexeme = this.#next;
    if (!lexeme) throw new ExpressionError(this.end);
    this.end = lexeme.end;
    this.#advance();
    return lexeme;
  }

  primary(): bigint {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(this.end);
    const lexeme = this.#next;
    if (lexeme?.number !== undefined) {
      this.#take();
      this.#depth--;
      return lexeme.number;
    }
    if (lexeme?.operator !== '(') throw new ExpressionError(lexeme?.at ?? this.end);
    this.#take();
    const value = this.#ternary();
    const close = this.#next;
    if (close?.operator !== ')') throw new ExpressionError(close?.at ?? this.end);
    // The token after `)` belongs to the caller, who may read it by other rules, so it is not looked at here.
    this.end = close.end;
    this.#depth--;
    if (this.#depth > 0) this.#advance();
    return value;
  }

  #ternary(): bigint {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(this.end);
    const test = this.#binary(0);
    let value = test;
    if (this.#next?.operator === '?') {
      this.#take();
      const yes = this.#ternary();
      this.#colon();
      const no = this.#ternary();
      value = test !== 0n ? yes : no;
    }
    this.#depth--;
    return value;
  }

  #colon(): void {
    if (this.#next?.operator !== ':') throw new ExpressionError(this.#next?.at ?? this.end);
    this.#take();
  }

  #binary(level: number): bigint {
    const operators = BINARY_OPERATORS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#next?.operator;
      if (operator === undefined || !operators.includes(operator)) return left;
      const at = this.#take().at;
      left = this.#apply(operator, left, this.#binary(level + 1), at);
    }
  }

  #unary(): bigint {
    const operator = this.#next?.operator;
    if (operator !== '-' && operator !== '~' && operator !== '!') return this.primary();
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(this.end);
    this.#take();
    const value = this.#unary();
    this.#depth--;
    if (operator === '!') return value === 0n ? 1n : 0n;
    return (operator === '-' ? -value : ~value) & MASK;
  }

  #apply(operator: string, a: bigint, b: bigint, at: number): bigint {
    switch (operator) {
      case '||':
        return a !== 0n || b !== 0n ? 1n : 0n;
      case '&&':
        return a !== 0n && b !== 0n ? 1n : 0n;
      case '|':
        return a | b;
      case '^':
        return a ^ b;
      case '&':
        return a & b;
      case '==':
        return a === b ? 1n : 0n;
      case '!=':
        return a !== b ? 1n : 0n;
      case '<':
        return a < b ? 1n : 0n;
      case '>':
        return a > b ? 1n : 0n;
      case '<=':
        return a <= b ? 1n : 0n;
      case '>=':
        return a >= b ? 1n : 0n;
      case '<<':
        return b < 64n ? (a << b) & MASK : 0n;
      case '>>':
        return b < 64n ? a >> b : 0n;
      case '+':
        return (a + b) & MASK;
      case '-':
        return (a - b) & MASK;
      case '*':
        return (a * b) & MASK;
      default:
        if (b === 0n) {
          this.faults.push({ at, width: operator.length, message: 'Division by zero; dtc refuses it.' });
          return 0n;
        }
        return operator === '/' ? a / b : a % b;
    }
  }
}
