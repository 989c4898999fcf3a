// SPDX-License-Identifier: MIT
// The numbers of an `#if`: 64 bits, signed or not (libcpp, expr.cc), and how its literals are read.

/** A value of an `#if`; `bits` are those of the unsigned number. */
export interface Num {
  readonly bits: bigint;
  readonly unsigned: boolean;
}

const MASK = 0xffff_ffff_ffff_ffffn;
const SIGN = 0x8000_0000_0000_0000n;

export const num = (bits: bigint, unsigned = false): Num => ({ bits: bits & MASK, unsigned });
export const isZero = ({ bits }: Num): boolean => bits === 0n;

/** The number as it is compared and divided. */
function signed({ bits, unsigned }: Num): bigint {
  return unsigned || bits < SIGN ? bits : bits - MASK - 1n;
}

export function unary(operator: string, value: Num): Num {
  if (operator === '!') return num(isZero(value) ? 1n : 0n);
  if (operator === '-') return num(-value.bits, value.unsigned);
  return operator === '~' ? num(~value.bits, value.unsigned) : value;
}

/** `undefined`: a division by zero. */
export function binary(operator: string, left: Num, right: Num): Num | undefined {
  if (operator === '<<' || operator === '>>') return shift(left, right, operator === '<<');
  if (operator === ',') return right;
  const unsigned = left.unsigned || right.unsigned;
  const a = signed({ bits: left.bits, unsigned });
  const b = signed({ bits: right.bits, unsigned });
  const truth = (value: boolean): Num => num(value ? 1n : 0n);
  switch (operator) {
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
    case '|':
      return num(a | b, unsigned);
    case '^':
      return num(a ^ b, unsigned);
    case '&':
      return num(a & b, unsigned);
    case '+':
      return num(a + b, unsigned);
    case '-':
      return num(a - b, unsigned);
    case '*':
      return num(a * b, unsigned);
    default:
      if (b === 0n) return undefined;
      return num(operator === '/' ? a / b : a % b, unsigned);
  }
}

/** A negative count shifts the other way. */
function shift(left: Num, count: Num, toLeft: boolean): Num {
  const by = signed(count);
  if (by < 0n) return shift(left, num(-by, true), !toLeft);
  const value = signed(left);
  if (by >= 64n) return num(!toLeft && value < 0n ? -1n : 0n, left.unsigned);
  return num(toLeft ? value << by : value >> by, left.unsigned);
}

const INTEGER = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([a-zA-Z]*)$/;
const SUFFIX = /^(?:[uU]?(?:l|L|ll|LL)?|(?:l|L|ll|LL)[uU])$/;

/** The value of a number, or what is wrong with it. */
export function readInteger(text: string): Num | string {
  const match = INTEGER.exec(text);
  const digits = match?.[1];
  const suffix = match?.[2] ?? '';
  if (digits === undefined) return `\`${text}\` is not an integer`;
  if (!SUFFIX.test(suffix)) return `the suffix \`${suffix}\` of \`${text}\` is none of an integer`;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits) & MASK;
  return { bits: value, unsigned: /u/i.test(suffix) || value >= SIGN };
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27, E: 27 };
const UNIT = /\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|([\s\S]))|[\s\S]/gu;

/** The value of a character constant, whose bytes are signed; or what is wrong with it. */
export function readCharacter(text: string): Num | string {
  const wide = text.startsWith('L');
  const bytes: number[] = [];
  for (const [unit, hex, octal, escaped] of text.slice(wide ? 2 : 1, -1).matchAll(UNIT)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex.slice(-8), 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else {
      if (escaped === 'x') return '\\x in a character constant has no hexadecimal digit';
      const code = (escaped ?? unit).codePointAt(0) ?? 0;
      if (escaped !== undefined) bytes.push(ESCAPES[escaped] ?? code);
      else if (wide || code < 0x80) bytes.push(code);
      else bytes.push(...utf8(code));
    }
  }
  if (bytes.length === 0) return 'a character constant is empty';
  if (wide) return num(BigInt(bytes.at(-1) ?? 0) & 0xffff_ffffn);
  let value = 0;
  for (const byte of bytes) value = (value << 8) | (byte & 0xff);
  return num(BigInt(bytes.length === 1 ? (value << 24) >> 24 : value | 0));
}

function utf8(code: number): number[] {
  // A byte that is no UTF-8 stands in texts as a lone surrogate (base/bytes.ts).
  if (code >= 0xdc80 && code <= 0xdcff) return [code & 0xff];
  if (code < 0x800) return [0xc0 | (code >> 6), 0x80 | (code & 0x3f)];
  const low = [0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
  if (code < 0x10000) return [0xe0 | (code >> 12), ...low];
  return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), ...low];
}
