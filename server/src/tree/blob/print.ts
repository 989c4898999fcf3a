// SPDX-License-Identifier: MIT
// A resolved tree as DTS text that names, behind every node and property, the places that set it (as `dtc -O dts -T`).
import { printable, type Span } from '#base/text.ts';
import { nodeByReference, pathOf, readU32 } from '#tree/query.ts';
import type { Datum, DeviceTree, DtNode, DtProperty, Value } from '#tree/types.ts';
import { eachNodeAndEnd } from '#tree/walk.ts';
import { isRedundantName } from './blob.ts';

/** How a place is written: `board.dts:12`. */
export type Locate = (span: Span) => string;

export interface PrintOptions {
  readonly locate: Locate;
  /** What the source has for a piece of a value, where it is worth reading beside the number. */
  readonly written?: (datum: Datum) => string | undefined;
}

/** A line of the text, and what it is about. */
export interface PrintedLine {
  readonly text: string;
  /** Absent: a blank line, or what stands before the root. */
  readonly node?: DtNode;
  readonly property?: DtProperty;
  /** The places that the comment names. */
  readonly places: readonly Piece<Span>[];
  /** The parts of the value. */
  readonly values: readonly Piece<Datum>[];
}

/** Where something stands in a line. */
export interface Piece<T> {
  readonly start: number;
  readonly end: number;
  readonly of: T;
}

/** The text compiles to the same tree; a comment behind each line says where it comes from. */
export function printTree(tree: DeviceTree, locate: Locate): string {
  return printLines(tree, { locate })
    .map(({ text }) => `${text}\n`)
    .join('');
}

export function printLines(tree: DeviceTree, options: PrintOptions): PrintedLine[] {
  const lines: PrintedLine[] = [plainLine('/dts-v1/;')];
  if (tree.plugin) lines.push(plainLine('/plugin/;'));
  for (const { address, size, span } of tree.reservations) {
    const text = `/memreserve/ 0x${address.toString(16)} 0x${size.toString(16)};`;
    lines.push(commented(text, [span], options.locate, {}));
  }
  lines.push(plainLine(''));
  let out: Output = { ...options, lines, indent: '' };
  eachNodeAndEnd(tree.root, {
    open: (node, first) => {
      const follows = !first || (node.parent?.properties.size ?? 0) > 0;
      if (node !== tree.root && follows) lines.push(plainLine(''));
      printHead(node, out);
      out = { ...out, indent: `${out.indent}\t` };
      for (const property of node.properties.values()) printProperty(tree, property, out);
    },
    close: (node) => {
      out = { ...out, indent: out.indent.slice(1) };
      lines.push({ ...plainLine(`${out.indent}};`), node });
    },
  });
  return lines;
}

function plainLine(text: string): PrintedLine {
  return { text, places: [], values: [] };
}

interface Output extends PrintOptions {
  readonly lines: PrintedLine[];
  readonly indent: string;
}

function printHead(node: DtNode, out: Output): void {
  const labels = node.labels.map((label) => `${label.name}: `).join('');
  const places = node.origins.filter((origin) => origin.kind === 'open').map((origin) => origin.name);
  out.lines.push(commented(`${out.indent}${labels}${node.name || '/'} {`, places, out.locate, { node }));
}

/** The line with a comment behind it that names the places. */
function commented(
  text: string,
  spans: readonly Span[],
  locate: Locate,
  about: Pick<PrintedLine, 'node' | 'property'> & Partial<Pick<PrintedLine, 'values'>>,
): PrintedLine {
  let line = text;
  const places = spans.map((of, index) => {
    line += index === 0 ? ' /* ' : ', ';
    const start = line.length;
    line += inComment(locate(of));
    return { start, end: line.length, of };
  });
  return { text: places.length > 0 ? `${line} */` : line, places, values: [], ...about };
}

/** Names of files are anything. */
function inComment(text: string): string {
  return printable(text).replaceAll('*/', '*\\/');
}

function printProperty(tree: DeviceTree, property: DtProperty, out: Output): void {
  if (isRedundantName(property)) return;
  const last = property.origins.findLast((origin) => origin.kind === 'set');
  const labels = property.labels.map((label) => `${label.name}: `).join('');
  const head = `${out.indent}${labels}${property.name}`;
  const at = `${head} = `.length;
  const { text: value, pieces } = valueText(tree, property.value, out.written);
  const values = pieces.map(({ start, end, of }) => ({ start: at + start, end: at + end, of }));
  out.lines.push(
    commented(`${head}${value && ` = ${value}`};`, last ? [last.name] : [], out.locate, {
      node: property.node,
      property,
      values,
    }),
  );
}

/** The value in DTS syntax, as its author wrote it: cells, strings, bytes; references by label where there is one. */
export function printValue(tree: DeviceTree, value: Value): string {
  return valueText(tree, value, undefined).text;
}

function valueText(
  tree: DeviceTree,
  value: Value,
  written: PrintOptions['written'],
): { readonly text: string; readonly pieces: readonly Piece<Datum>[] } {
  const pieces: Piece<Datum>[] = [];
  if (value.bytes.length === 0 && value.data.length === 0) return { text: '', pieces };
  let text = '';
  /** Bytes of a cell between `<` and `>`; 0 outside. */
  let width = 0;
  const close = (): void => {
    if (width > 0) text += '>';
    width = 0;
  };
  value.data.forEach((datum, index) => {
    const isCell = datum.kind === 'cell';
    if (isCell && datum.length === width) text += ' ';
    else {
      close();
      if (text !== '') text += ', ';
      if (isCell) {
        width = datum.length;
        text += `${width === 4 ? '' : `/bits/ ${width * 8} `}<`;
      }
    }
    const start = text.length;
    text += datumText(tree, value, datum);
    const source = written && !isSameSource(datum, value.data[index + 1]) ? written(datum) : undefined;
    if (source !== undefined) text += ` /* ${inComment(source)} */`;
    pieces.push({ start, end: text.length, of: datum });
  });
  close();
  return { text: text === '' ? `[${hexBytes(value.bytes, ' ')}]` : text, pieces };
}

/** One macro stands for both: it is written once, behind the last. */
function isSameSource({ span }: Datum, next: Datum | undefined): boolean {
  return next !== undefined && next.span.file === span.file && next.span.start === span.start;
}

function datumText(tree: DeviceTree, value: Value, datum: Datum): string {
  if (datum.kind === 'cell') return printCell(tree, value, datum);
  if (datum.kind === 'string') {
    return printString(value.bytes.subarray(datum.offset, datum.offset + datum.length - 1));
  }
  if (datum.kind === 'path') {
    const reference = value.references.find((known) => known.kind === 'path' && known.offset === datum.offset);
    return printReference(tree, reference?.ref ?? '');
  }
  return `[${hexBytes(value.bytes.subarray(datum.offset, datum.offset + datum.length), ' ')}]`;
}

function printCell(tree: DeviceTree, value: Value, datum: Datum): string {
  const reference = value.references.find((known) => known.kind === 'phandle' && known.offset === datum.offset);
  if (reference) return printReference(tree, reference.ref);
  if (datum.length === 4) return `0x${readU32(value.bytes, datum.offset).toString(16)}`;
  return `0x${hexBytes(value.bytes.subarray(datum.offset, datum.offset + datum.length), '').replace(/^0+(?=.)/, '')}`;
}

function printReference(tree: DeviceTree, ref: string): string {
  if (!ref.includes('/')) return `&${ref}`;
  const node = nodeByReference(tree, ref);
  const label = node?.labels[0]?.name;
  return label !== undefined ? `&${label}` : `&{${node ? pathOf(node) : ref}}`;
}

function printString(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte === 0x0a) text += '\\n';
    else if (byte === 0x09) text += '\\t';
    else if (byte < 0x20 || byte > 0x7e) text += `\\x${byte.toString(16).padStart(2, '0')}`;
    else text += String.fromCharCode(byte);
  }
  return `"${text}"`;
}

function hexBytes(bytes: Uint8Array, separator: string): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);
}
