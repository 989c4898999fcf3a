// SPDX-License-Identifier: MIT
// What dtc's lexer makes of numbers and of the inside of strings (dtc-lexer.l; util.c: get_escape_char).
import { encodeCode } from '#base/bytes.ts';

/** A literal that certainly fits 32 bits and is neither octal nor malformed; `undefined` leaves it to the full rules. */
export function smallLiteral(digits: string): number | undefined {
  const hex = digits.length > 2 && (digits[1] === 'x' || digits[1] === 'X');
  if (hex ? digits.length > 10 : digits.length > 9 || (digits.length > 1 && digits[0] === '0')) return undefined;
  return Number(digits);
}

/** As `strtoull` with base 0: decimal, octal after a 0, hexadecimal after 0x. `undefined` when dtc rejects the digits. */
export function literalValue(digits: string): bigint | undefined {
  if (/^0[xX]/.test(digits)) return inRange(BigInt(digits));
  if (digits.length > 1 && digits.startsWith('0')) {
    return /^[0-7]+$/.test(digits) ? inRange(BigInt(`0o${digits.slice(1)}`)) : undefined;
  }
  return inRange(BigInt(digits));
}

function inRange(value: bigint): bigint | undefined {
  return value <= 0xffff_ffff_ffff_ffffn ? value : undefined;
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Behind the closing quote of the string that begins at `at`; -1 when it has none. */
export function stringEnd(text: string, at: number): number {
  if (text[at] !== '"') return -1;
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) return i + 1;
    if (code === 92) i++;
  }
  return -1;
}

/** What `strtol` reads of the two characters behind `\\x`. */
const HEX_ESCAPE = /^x(\s*[-+]?[0-9a-fA-F]+)/;

/** The first `\\x` without a digit behind it, at which dtc gives up; -1 where there is none. */
export function brokenEscape(text: string): number {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) {
    if (text[at + 1] === 'x' && !HEX_ESCAPE.test(text.slice(at + 1, at + 4))) return at;
  }
  return -1;
}

export const BROKEN_ESCAPE = "A '\\x' has no hexadecimal digit behind it; dtc stops here.";

/** The bytes of a string literal's inside: UTF-8, with C escapes (dtc util.c: get_escape_char). */
export function stringBytes(text: string): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i++;
    if (text[i] !== '\\') {
      pushUtf8(bytes, code);
      continue;
    }
    i++;
    const octal = /^[0-7]{1,3}/.exec(text.slice(i, i + 3));
    const hex = HEX_ESCAPE.exec(text.slice(i, i + 3));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8) & 0xff);
      i += octal[0].length - 1;
    } else if (hex?.[1]) {
      bytes.push(Number.parseInt(hex[1], 16) & 0xff);
      i += hex[0].length - 1;
    } else {
      // A character that is a backslash alone: dtc reads on and finds the quote behind it.
      const escaped = text.codePointAt(i) ?? 0x27;
      pushUtf8(bytes, SIMPLE_ESCAPES[text[i] ?? ''] ?? escaped);
      if (escaped > 0xffff) i++;
    }
  }
  return bytes;
}

function pushUtf8(bytes: number[], code: number): void {
  encodeCode(bytes, bytes.length, code);
}
