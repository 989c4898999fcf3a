// SPDX-License-Identifier: MIT
// The text of a property value, parsed to bytes and references exactly as dtc's grammar does (dtc-parser.y: propdata).
import { ExpressionError, evaluateExpression } from './expression.ts';
import { BROKEN_ESCAPE, brokenEscape, literalValue, smallLiteral, stringBytes, stringEnd } from './literals.ts';

/** A place in the text that was parsed. */
interface Place {
  readonly at: number;
  readonly width: number;
}

export interface RawReference extends Place {
  readonly kind: 'phandle' | 'path';
  readonly offset: number;
  readonly ref: string;
}

export interface RawDatum extends Place {
  readonly kind: 'cell' | 'string' | 'bytes' | 'path' | 'incbin';
  readonly offset: number;
  readonly length: number;
}

export interface RawLabel extends Place {
  readonly name: string;
  readonly offset: number;
}

export interface RawFault extends Place {
  /**
   * `syntax`: dtc stops here; `error`: dtc reports it and fails at the end; `warning`: dtc goes on; `unreadable`: there is
   * a file that cannot be read.
   */
  readonly kind: 'syntax' | 'error' | 'warning' | 'unreadable' | 'too-large';
  readonly message: string;
  /** A name that is no macro stands where only a macro could. */
  readonly undefinedName?: string;
}

/** A value before references are resolved; positions count from the start of the parsed text. */
export interface RawValue {
  readonly bytes: Uint8Array;
  readonly references: readonly RawReference[];
  readonly data: readonly RawDatum[];
  readonly labels: readonly RawLabel[];
  readonly faults: readonly RawFault[];
  /** Offset just after the last token that belongs to the value. */
  readonly end: number;
}

/** Reads the bytes of an `/incbin/` file; `undefined` when there is none, and why not when it cannot be read. */
export type ReadBinary = (name: string) => Uint8Array | string | undefined;

export const EMPTY_VALUE: RawValue = {
  bytes: new Uint8Array(0),
  references: [],
  data: [],
  labels: [],
  faults: [],
  end: 0,
};

const BLANK = /(?:[ \t\n\r\f\v]+|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*|#(?:line)?[ \t]+[0-9]+[ \t]+"[^"\n]*"[^\n]*)*/y;
const LABEL = /([A-Za-z_]\w*):/y;
const REFERENCE = /&(?:([A-Za-z_]\w*)|\{([0-9A-Za-z,._+*#?@/-]+)\})/y;
const LITERAL = /(0[xX][0-9a-fA-F]+|[0-9]+)(ULL|UL|LL|U|L)?/y;
/** As long as dtc's lexer reads on: a quote behind a backslash ends it only where no other quote follows. */
const CHARACTER = /'(?:[^'\\]|\\'?)*'/y;
const BITS = /\/bits\//y;
const INCBIN = /\/incbin\//y;
const BYTE = /[0-9a-fA-F]{2}/y;

/** The largest blob a single value may make; dtc has no limit, an editor needs one. */
const MAX_BYTES = 16 << 20;

/** Parses the value that starts at `from`; stops at the first token that cannot belong to it. */
export function parseValue(text: string, from = 0, readBinary?: ReadBinary): RawValue {
  return new ValueParser(text, from, readBinary).parse();
}

class ValueParser {
  readonly #text: string;
  readonly #readBinary: ReadBinary | undefined;
  #at: number;
  #bytes = new Uint8Array(64);
  #length = 0;
  readonly #references: RawReference[] = [];
  readonly #data: RawDatum[] = [];
  readonly #labels: RawLabel[] = [];
  readonly #faults: RawFault[] = [];

  constructor(text: string, from: number, readBinary: ReadBinary | undefined) {
    this.#text = text;
    this.#at = from;
    this.#readBinary = readBinary;
  }

  parse(): RawValue {
    do {
      this.#readLabels();
      if (!this.#readDatum()) break;
      this.#readLabels();
    } while (this.#punctuator(','));
    return {
      bytes: this.#bytes.slice(0, this.#length),
      references: this.#references,
      data: this.#data,
      labels: this.#labels,
      faults: this.#faults,
      end: this.#at,
    };
  }

  #skip(): void {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.#text);
    this.#at = BLANK.lastIndex;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  /** With its quotes; a regular expression would need a stack for each of its millions of characters. */
  #string(): string | undefined {
    const end = stringEnd(this.#text, this.#at);
    if (end < 0) return undefined;
    const string = this.#text.slice(this.#at, end);
    this.#at = end;
    return string;
  }

  #punctuator(text: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** Reports that the token at the current place does not fit; returns false so that callers can stop. */
  #unexpected(wanted: string): false {
    this.#skip();
    const name = undefinedNameAt(this.#text, this.#at);
    if (name !== undefined) {
      this.#faults.push({ kind: 'syntax', at: this.#at, width: name.length, ...undefinedName(name) });
      return false;
    }
    const found = /^(?:[\w$#@,.+-]+|"[^"\n]*"?|[\s\S])?/.exec(this.#text.slice(this.#at, this.#at + 80))?.[0] ?? '';
    const what = found === '' ? 'the end of the text' : `'${found}'`;
    this.#fault('syntax', this.#at, found.length, `${wanted} is expected before ${what}; dtc stops here.`);
    return false;
  }

  #fault(kind: RawFault['kind'], at: number, width: number, message: string): void {
    this.#faults.push({ kind, at, width, message });
  }

  #readLabels(): void {
    for (this.#skip(); ; this.#skip()) {
      const at = this.#at;
      const match = this.#match(LABEL);
      if (!match?.[1]) return;
      this.#labels.push({ name: match[1], offset: this.#length, at, width: match[1].length });
    }
  }

  #readDatum(): boolean {
    this.#skip();
    const at = this.#at;
    switch (this.#text[at]) {
      case '<':
        this.#at++;
        return this.#readCells(32);
      case '"': {
        const string = this.#string();
        if (string === undefined) return this.#unexpected(`The closing '"' of a string`);
        const offset = this.#length;
        this.#escapes(at, string);
        this.#append(stringBytes(string.slice(1, -1)));
        this.#append([0]);
        this.#datum('string', offset, at);
        return true;
      }
      case '[':
        this.#at++;
        return this.#readBytes(at);
      case '&': {
        const match = this.#match(REFERENCE);
        if (!match) return this.#unexpected("A label or {/path} after '&'");
        const ref = match[1] ?? match[2] ?? '';
        this.#references.push({ kind: 'path', offset: this.#length, ref, at, width: match[0].length });
        this.#datum('path', this.#length, at);
        return true;
      }
      case '/':
        if (this.#match(BITS)) return this.#readBits();
        if (this.#match(INCBIN)) return this.#readIncbin(at);
        return this.#unexpected('A value');
      default:
        return this.#unexpected('A value');
    }
  }

  #readBits(): boolean {
    this.#skip();
    const at = this.#at;
    const literal = this.#match(LITERAL);
    if (!literal) return this.#unexpected('The number of bits after /bits/');
    let bits = Number(literalValue(literal[1] ?? '0') ?? 0n);
    if (![8, 16, 32, 64].includes(bits)) {
      this.#fault('error', at, this.#at - at, 'Array elements must be 8, 16, 32 or 64 bits wide; dtc refuses others.');
      bits = 32;
    }
    return this.#punctuator('<') ? this.#readCells(bits) : this.#unexpected("'<' after /bits/");
  }

  #readCells(bits: number): boolean {
    for (;;) {
      this.#readLabels();
      const at = this.#at;
      const first = this.#text[at];
      if (first === '>') {
        this.#at++;
        return true;
      }
      if (first === '&') {
        const match = this.#match(REFERENCE);
        if (!match) return this.#unexpected("A label or {/path} after '&'");
        if (bits === 32) {
          const ref = match[1] ?? match[2] ?? '';
          this.#references.push({ kind: 'phandle', offset: this.#length, ref, at, width: match[0].length });
        } else {
          this.#fault('error', at, match[0].length, 'References are allowed only in arrays with 32-bit elements.');
        }
        this.#appendInteger((1n << BigInt(bits)) - 1n, bits, at);
        continue;
      }
      if (bits === 32 && this.#readSmallCell(at)) continue;
      const value = this.#readInteger();
      if (value === undefined) return this.#unexpected("A cell, a reference or '>'");
      const mask = (1n << BigInt(bits)) - 1n;
      if (bits < 64 && value > mask && (value | mask) !== 0xffff_ffff_ffff_ffffn) {
        const message = `The value 0x${value.toString(16)} does not fit ${bits} bits`;
        this.#fault('too-large', at, this.#at - at, message);
      }
      this.#appendInteger(value & mask, bits, at);
    }
  }

  /** The common case without big integers: a literal of at most 32 bits in a 32-bit cell. */
  #readSmallCell(at: number): boolean {
    const literal = this.#match(LITERAL);
    if (!literal?.[1]) return false;
    const value = smallLiteral(literal[1]);
    if (value === undefined) {
      this.#at = at;
      return false;
    }
    const offset = this.#length;
    this.#append([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
    this.#datum('cell', offset, at);
    return true;
  }

  /** A literal, a character or a parenthesised expression; `undefined` when none stands here. */
  #readInteger(): bigint | undefined {
    this.#skip();
    const at = this.#at;
    const literal = this.#match(LITERAL);
    if (literal) {
      const value = literalValue(literal[1] ?? '');
      if (value === undefined) this.#fault('error', at, this.#at - at, `\`${literal[0]}\` is not an integer for dtc.`);
      return value ?? 0n;
    }
    const character = this.#match(CHARACTER);
    if (character) return this.#character(at, character[0]);
    if (this.#text[at] !== '(') return undefined;
    try {
      const result = evaluateExpression(this.#text, at);
      this.#at = result.end;
      for (const fault of result.faults) this.#fault('error', fault.at, fault.width, fault.message);
      return result.value;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#at = error.at;
      return undefined;
    }
  }

  #escapes(at: number, quoted: string): void {
    const broken = brokenEscape(quoted.slice(1, -1));
    if (broken >= 0) this.#fault('error', at + 1 + broken, 2, BROKEN_ESCAPE);
  }

  #character(at: number, text: string): bigint {
    this.#escapes(at, text);
    const bytes = stringBytes(text.slice(1, -1));
    if (bytes.length !== 1) this.#fault('error', at, text.length, 'A character literal holds exactly one character.');
    return BigInt(bytes[0] ?? 0);
  }

  #readBytes(start: number): boolean {
    const offset = this.#length;
    for (;;) {
      this.#readLabels();
      const byte = this.#match(BYTE);
      if (byte) {
        this.#append([Number.parseInt(byte[0], 16)]);
      } else if (this.#text[this.#at] === ']') {
        this.#at++;
        this.#datum('bytes', offset, start);
        return true;
      } else {
        return this.#unexpected("Two hexadecimal digits or ']'");
      }
    }
  }

  #readIncbin(at: number): boolean {
    if (!this.#punctuator('(')) return this.#unexpected("'(' after /incbin/");
    this.#skip();
    const name = this.#string();
    if (name === undefined) return this.#unexpected('A file name in quotes');
    let start = 0n;
    let length: bigint | undefined;
    if (this.#punctuator(',')) {
      const first = this.#readInteger();
      if (first === undefined || !this.#punctuator(',')) return this.#unexpected('An offset and a length');
      length = this.#readInteger();
      if (length === undefined) return this.#unexpected('A length');
      start = first;
    }
    if (!this.#punctuator(')')) return this.#unexpected("')'");
    const file = name.slice(1, -1);
    const read = this.#readBinary?.(file);
    const bytes = typeof read === 'string' ? undefined : read;
    if (typeof read === 'string') this.#fault('unreadable', at, this.#at - at, `\`${file}\` ${read}.`);
    else if (!bytes) this.#fault('error', at, this.#at - at, `\`${file}\` cannot be read; dtc stops here.`);
    const from = Number(start);
    const offset = this.#length;
    if (bytes) this.#append(bytes.subarray(from, length === undefined ? undefined : from + Number(length)));
    this.#datum('incbin', offset, at);
    return true;
  }

  #datum(kind: RawDatum['kind'], offset: number, at: number): void {
    this.#data.push({ kind, offset, length: this.#length - offset, at, width: this.#at - at });
  }

  #appendInteger(value: bigint, bits: number, at: number): void {
    const offset = this.#length;
    const bytes = new Array<number>(bits / 8);
    let rest = value;
    for (let i = bytes.length - 1; i >= 0; i--) {
      bytes[i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    this.#append(bytes);
    this.#datum('cell', offset, at);
  }

  #append(bytes: ArrayLike<number>): void {
    const needed = this.#length + bytes.length;
    if (needed > MAX_BYTES) return;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
  }
}

/** What is said of a name that stands where only a macro could, and is none. */
export function undefinedName(name: string): { readonly message: string; readonly undefinedName: string } {
  return { message: `${name} is not defined; dtc stops here.`, undefinedName: name };
}

/** A whole word that could be the name of a macro; a digit or a dash in front makes it something else. */
function undefinedNameAt(text: string, at: number): string | undefined {
  const name = /^[A-Za-z_]\w*(?![\w#@?,.]|-[A-Za-z_])/.exec(text.slice(at, at + 200))?.[0];
  return name !== undefined && !/[\w,.#@?-]/.test(text[at - 1] ?? ' ') ? name : undefined;
}
