// SPDX-License-Identifier: MIT
// Text and the bytes of its file. cpp and dtc pass on bytes that are no UTF-8 as they are (Latin-1 in old sources), so
// each of them stands in our texts as a lone surrogate, U+DC80 to U+DCFF, and comes out as the byte that it was.

const CHUNK = 8192;

/** The text of UTF-8, in which any other byte is a lone surrogate. */
export function decodeText(bytes: Uint8Array): string {
  let text = '';
  let units: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) units.push(0xdc00 + (bytes[at] ?? 0));
    else pushUnits(units, codeAt(bytes, at, length));
    at += Math.max(1, length);
    if (units.length < CHUNK) continue;
    text += String.fromCharCode(...units);
    units = [];
  }
  return text + String.fromCharCode(...units);
}

function pushUnits(units: number[], code: number): void {
  if (code < 0x10000) units.push(code);
  else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
}

function codeAt(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] ?? 0;
  let code = length === 1 ? first : first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) code = (code << 6) | ((bytes[at + i] ?? 0) & 0x3f);
  return code;
}

/** Bytes of the character at a place; 0 when it is no UTF-8 (RFC 3629: no surrogates, nothing longer than needed). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  const code = length > 2 ? codeAt(bytes, at, length) : 0;
  if (length === 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) return 0;
  if (length === 4 && (code < 0x10000 || code > 0x10ffff)) return 0;
  return length;
}

/** The bytes of a text that {@link decodeText} made, or of any other. */
export function encodeText(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i++;
    length = encodeCode(bytes, length, code);
  }
  return bytes.slice(0, length);
}

/** Writes one character; the offset behind it. */
export function encodeCode(bytes: Uint8Array | number[], at: number, code: number): number {
  let end = at;
  if (code < 0x80) bytes[end++] = code;
  else if (code >= 0xdc80 && code <= 0xdcff) bytes[end++] = code & 0xff;
  else if (code < 0x800) bytes[end++] = 0xc0 | (code >> 6);
  else if (code < 0x10000) {
    bytes[end++] = 0xe0 | (code >> 12);
    bytes[end++] = 0x80 | ((code >> 6) & 0x3f);
  } else {
    bytes[end++] = 0xf0 | (code >> 18);
    bytes[end++] = 0x80 | ((code >> 12) & 0x3f);
    bytes[end++] = 0x80 | ((code >> 6) & 0x3f);
  }
  if (code >= 0x80 && !(code >= 0xdc80 && code <= 0xdcff)) bytes[end++] = 0x80 | (code & 0x3f);
  return end;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The bytes of base64 text (RFC 4648, 4) without line breaks; `undefined` where it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/={1,2}$/, '');
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let value = 0;
  let at = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = BASE64.indexOf(digits[index] ?? '');
    if (digit < 0) return undefined;
    value = ((value << 6) | digit) & 0xffffff;
    if (index % 4 === 0) continue;
    bytes[at++] = (value >> (6 - 2 * (index % 4))) & 0xff;
  }
  return bytes;
}
