// SPDX-License-Identifier: MIT
// Integer expressions in cells: dtc's operators on unsigned 64-bit numbers (dtc-parser.y: integer_expr).
import { BINARY_OPERATORS } from '#tree/cpp/operators.ts';
import { BROKEN_ESCAPE, brokenEscape, literalValue, stringBytes } from './literals.ts';

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
/** Symbols on the stack of dtc's parser (bison: YYMAXDEPTH); behind them it gives up. */
const MAX_DEPTH = 10_000;

/** Binds tighter than what has a lower number. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map(
  BINARY_OPERATORS.flatMap((operators, level) => operators.map((operator) => [operator, level + 2] as const)),
);
const TERNARY = 1;
const UNARY = 20;

/** An operator that waits for its right side, on a stack of our own: nothing nests too deeply for it. */
interface Pending {
  readonly operator: string;
  readonly precedence: number;
  readonly left: bigint;
  /** Of `:`, what stands before its `?`. */
  readonly test: bigint;
  readonly at: number;
}

const TOKEN =
  /(?:[ \t\n\r\f\v]+|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*)*(?:((?:0[xX][0-9a-fA-F]+|[0-9]+))(?:ULL|UL|LL|U|L)?|('(?:[^'\\]|\\'?)*')|(<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%~!()<>&|^?:]))/y;

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
  readonly #pending: Pending[] = [];
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
      const at = end - match[2].length;
      const inside = match[2].slice(1, -1);
      const broken = brokenEscape(inside);
      if (broken >= 0) this.faults.push({ at: at + 1 + broken, width: 2, message: BROKEN_ESCAPE });
      this.#next = { number: BigInt(stringBytes(inside)[0] ?? 0), at, end };
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
    const first = this.#next;
    if (first?.number !== undefined) return this.#take().number ?? 0n;
    if (first?.operator !== '(') throw new ExpressionError(first?.at ?? this.end);
    let value: bigint | undefined;
    for (;;) {
      const lexeme = this.#next;
      if (!lexeme || this.#depth > MAX_DEPTH) throw new ExpressionError(lexeme?.at ?? this.end);
      if (value === undefined) {
        value = this.#operand(lexeme);
        continue;
      }
      if (lexeme.operator === ')') {
        value = this.#reduce(value, TERNARY);
        if (this.#pop()?.operator !== '(') throw new ExpressionError(lexeme.at);
        // The token after `)` belongs to the caller, who may read it by other rules, so it is not looked at here.
        this.end = lexeme.end;
        if (this.#pending.length === 0) return value;
        this.#advance();
      } else {
        this.#operator(lexeme, value);
        value = undefined;
      }
    }
  }

  /** A number, or what stands before one. */
  #operand({ number, operator, at }: Lexeme): bigint | undefined {
    if (number === undefined) {
      const unary = operator === '-' || operator === '~' || operator === '!';
      if (!unary && operator !== '(') throw new ExpressionError(at);
      this.#push({ operator, precedence: unary ? UNARY : 0, left: 0n, test: 0n, at });
    }
    this.#take();
    return number;
  }

  #operator({ operator = '', at }: Lexeme, value: bigint): void {
    if (operator === ':') {
      const left = this.#reduce(value, TERNARY);
      const query = this.#pop();
      if (query?.operator !== '?') throw new ExpressionError(at);
      this.#push({ operator, precedence: TERNARY, left, test: query.left, at });
    } else {
      const precedence = operator === '?' ? TERNARY : PRECEDENCE.get(operator);
      if (precedence === undefined) throw new ExpressionError(at);
      // `?:` associates to the right.
      const left = this.#reduce(value, operator === '?' ? TERNARY + 1 : precedence);
      this.#push({ operator, precedence, left, test: 0n, at });
    }
    this.#take();
  }

  #push(pending: Pending): void {
    this.#pending.push(pending);
    this.#depth += symbolsOf(pending);
  }

  #pop(): Pending | undefined {
    const top = this.#pending.pop();
    if (top) this.#depth -= symbolsOf(top);
    return top;
  }

  /** Carries out what waits and binds at least so tightly. */
  #reduce(value: bigint, precedence: number): bigint {
    let result = value;
    for (let top = this.#pending.at(-1); top; top = this.#pending.at(-1)) {
      if (top.operator === '?' || top.precedence < precedence) return result;
      this.#pop();
      if (top.operator === ':') result = top.test !== 0n ? top.left : result;
      else if (top.precedence !== UNARY) result = this.#apply(top.operator, top.left, result, top.at);
      else if (top.operator === '!') result = result === 0n ? 1n : 0n;
      else result = (top.operator === '-' ? -result : ~result) & MASK;
    }
    return result;
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

/** What it has on the stack of dtc's parser. */
function symbolsOf({ operator, precedence }: Pending): number {
  if (precedence === 0 || precedence === UNARY) return 1;
  return operator === ':' ? 4 : 2;
}
