// SPDX-License-Identifier: MIT
// A resolved tree as DTS text that names, behind every node and property, the places that set it (as `dtc -O dts -T`).
import type { Span } from '#base/text.ts';
import { isRedundantName } from './blob.ts';
import { nodeByReference, pathOf, readU32 } from './query.ts';
import type { Datum, DeviceTree, DtNode, DtProperty, Value } from './types.ts';

/** How a place is written: `board.dts:12`. */
export type Locate = (span: Span) => string;

/** The text compiles to the same tree; a comment behind each line says where it comes from. */
export function printTree(tree: DeviceTree, locate: Locate): string {
  const lines: string[] = ['/dts-v1/;'];
  if (tree.plugin) lines.push('/plugin/;');
  for (const { address, size, span } of tree.reservations) {
    lines.push(`/memreserve/ 0x${address.toString(16)} 0x${size.toString(16)}; /* ${locate(span)} */`);
  }
  lines.push('');
  printNode(tree, tree.root, { lines, locate, indent: '' });
  return `${lines.join('\n')}\n`;
}

interface Output {
  readonly lines: string[];
  readonly locate: Locate;
  readonly indent: string;
}

function printNode(tree: DeviceTree, node: DtNode, out: Output): void {
  const labels = node.labels.map((label) => `${label.name}: `).join('');
  const places = node.origins.filter((origin) => origin.kind === 'open').map((origin) => out.locate(origin.name));
  out.lines.push(`${out.indent}${labels}${node.name || '/'} {${comment(places)}`);
  const inner = { ...out, indent: `${out.indent}\t` };
  for (const property of node.properties.values()) printProperty(tree, property, inner);
  let first = node.properties.size === 0;
  for (const child of node.children.values()) {
    if (!first) out.lines.push('');
    first = false;
    printNode(tree, child, inner);
  }
  out.lines.push(`${out.indent}};`);
}

function comment(places: readonly string[]): string {
  return places.length > 0 ? ` /* ${places.join(', ')} */` : '';
}

function printProperty(tree: DeviceTree, property: DtProperty, out: Output): void {
  if (isRedundantName(property)) return;
  const last = property.origins.findLast((origin) => origin.kind === 'set');
  const labels = property.labels.map((label) => `${label.name}: `).join('');
  const value = printValue(tree, property.value);
  out.lines.push(
    `${out.indent}${labels}${property.name}${value && ` = ${value}`};${comment(last ? [out.locate(last.name)] : [])}`,
  );
}

/** The value in DTS syntax, as its author wrote it: cells, strings, bytes; references by label where there is one. */
export function printValue(tree: DeviceTree, value: Value): string {
  if (value.bytes.length === 0 && value.data.length === 0) return '';
  const parts: string[] = [];
  let cells: string[] = [];
  let width = 4;
  const flush = (): void => {
    if (cells.length > 0) parts.push(`${width === 4 ? '' : `/bits/ ${width * 8} `}<${cells.join(' ')}>`);
    cells = [];
  };
  for (const datum of value.data) {
    if (datum.kind !== 'cell' || datum.length !== width) flush();
    if (datum.kind === 'cell') {
      width = datum.length;
      cells.push(printCell(tree, value, datum));
    } else if (datum.kind === 'string') {
      parts.push(printString(value.bytes.subarray(datum.offset, datum.offset + datum.length - 1)));
    } else if (datum.kind === 'path') {
      const reference = value.references.find((known) => known.kind === 'path' && known.offset === datum.offset);
      parts.push(printReference(tree, reference?.ref ?? ''));
    } else {
      parts.push(`[${hexBytes(value.bytes.subarray(datum.offset, datum.offset + datum.length), ' ')}]`);
    }
  }
  flush();
  return parts.length > 0 ? parts.join(', ') : `[${hexBytes(value.bytes, ' ')}]`;
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
