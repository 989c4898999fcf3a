// SPDX-License-Identifier: MIT
// An entry of a property with cells, piece by piece: what each is, as it was written and what it amounts to.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { code, plain, tableMarkdown } from '#ide/explain/markup.ts';
import { readU32, strings } from '#tree/query.ts';
import type { Cell, Datum, DtProperty } from '#tree/types.ts';

/** One or more cells that mean one thing. */
export interface Piece {
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
  /** Markdown. */
  readonly meaning: string;
  /** The first line where the cursor is here; absent: that of the entry. Markdown. */
  readonly headline?: string;
  /** A fact to tell where the cursor is here. Markdown. */
  readonly note?: string;
  /** A reference: what it amounts to is the node. */
  readonly isPhandle?: boolean;
}

export interface Entry {
  readonly index: number;
  readonly headline: string;
  readonly facts: readonly string[];
  readonly pieces: readonly Piece[];
  /** Lines below the table. */
  readonly more?: readonly string[];
}

/** Longest text of a piece that is shown as it was written. */
const MAX_WRITTEN = 48;

/** The text of the pieces above what they mean; numbers below where macros or expressions were written. */
export function entryTable(snapshot: Snapshot, property: DtProperty, { pieces }: Entry, at: Piece | undefined): string {
  const written = pieces.map((piece) => writtenText(snapshot, property, piece));
  const head = written.map((text, index) => (pieces[index] === at ? `**${code(text)}**` : code(text)));
  const meanings = pieces.map((piece) => (piece === at ? `**${piece.meaning}**` : piece.meaning));
  const values = pieces.map((piece, index) => valueText(property, piece, written[index] ?? ''));
  return tableMarkdown([head, meanings, ...(values.some((value) => value !== '') ? [values] : [])]);
}

/** What the source says for a piece, on one line. */
export function writtenText(
  snapshot: Snapshot,
  { value }: DtProperty,
  { offset, length }: Pick<Piece, 'offset' | 'length'>,
): string {
  const texts: string[] = [];
  let last: Datum | undefined;
  for (const datum of value.data) {
    if (datum.offset + datum.length <= offset || datum.offset >= offset + length) continue;
    if (last && last.span.start === datum.span.start && last.span.file === datum.span.file) continue;
    last = datum;
    const { file, start, end } = datum.span;
    texts.push(snapshot.text(file).slice(start, end).replace(/\s+/g, ' '));
  }
  const text = texts.join(' ');
  return text.length > MAX_WRITTEN ? `${text.slice(0, MAX_WRITTEN)}…` : text;
}

const NUMBER = /^(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*(?: |$)/;

/** `0x85 = 133` under a macro or an expression, `100` under `0x64`; empty under what says it itself. */
function valueText({ value }: DtProperty, { offset, length, isPhandle }: Piece, written: string): string {
  if (isPhandle || NUMBER.test(written)) return '';
  const number = numberAt(value.bytes, offset, length);
  return number < 10n ? String(number) : `${code(hex(number))} = ${number}`;
}

/** Big endian, whole cells; of more than two the last two, as `of_read_number`. */
export function numberAt(bytes: Uint8Array, offset: number, length: number): bigint {
  let number = 0n;
  for (let at = Math.max(offset, offset + length - 8); at + 4 <= offset + length; at += 4) {
    number = (number << 32n) | BigInt(readU32(bytes, at));
  }
  return number;
}

/** The name of an entry by the list of names beside the property: `clocks` has `clock-names`. */
export function entryName({ name, node }: DtProperty, index: number): string | undefined {
  // Two ends make one path.
  return strings(node.properties.get(namesOf(name)))[name === 'interconnects' ? index >> 1 : index];
}

/** The property with the names of a list's entries. */
export function namesOf(list: string): string {
  if (list === 'interrupts-extended') return 'interrupt-names';
  const base = list.replace(/e?s$/, (end) => (end === 'es' && !/(?:x|ss)es$/.test(list) ? 'e' : ''));
  return `${base}-names`;
}

/** `clocks entry 2 of 8`, for the last line. */
export function entryPlace(property: DtProperty, index: number, count: number): string {
  return count === 1 ? code(property.name) : t('{0} entry {1} of {2}', code(property.name), index + 1, count);
}

/** Offsets of cells: a cell of a property knows its place by its number. */
export function pieceOf(index: number, count: number, meaning: string, more: Partial<Piece> = {}): Piece {
  return { offset: index * 4, length: count * 4, meaning, ...more };
}

/** `100` or `0x64`: small numbers as people count. */
export function numberText({ value }: Pick<Cell, 'value'>): string {
  return value < 1024 ? String(value) : hex(value);
}

/** Cells by the names that their provider's binding gives them; `undefined` where it names others, or none. */
export function namedCells(
  names: readonly string[] | undefined,
  args: readonly Cell[],
  at: number,
): { readonly text: string; readonly pieces: readonly Piece[] } | undefined {
  if (!names || names.length !== args.length) return undefined;
  return {
    text: args.map((arg, index) => `${plain(names[index] ?? '')} ${numberText(arg)}`).join(', '),
    pieces: names.map((name, index) => pieceOf(at + index, 1, plain(name))),
  };
}
