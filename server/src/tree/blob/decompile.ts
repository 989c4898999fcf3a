// SPDX-License-Identifier: MIT
// A flattened blob as DTS text: the tree that really boots, read as a source. The text compiles to the same bytes where
// dtc wrote the blob. Layout: Devicetree Specification 0.4, chapter 5.
import { hex } from '#base/numbers.ts';

const MAGIC = 0xd00dfeed;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const NOP = 4;
const END = 9;
/** Version 16 is the oldest that the structure block is read of; libfdt refuses others, too. */
const OLDEST = 16;
/** As many as are read of a text; Linux takes 64 (drivers/of/fdt.c:FDT_MAX_DEPTH), dtc writes 3330. */
const MAX_DEPTH = 4000;

interface FlatNode {
  readonly name: string;
  readonly properties: { readonly name: string; readonly bytes: Uint8Array }[];
  readonly children: FlatNode[];
}

/** Whether bytes begin as every flattened device tree does. */
export function isBlob(bytes: Uint8Array): boolean {
  return bytes.length >= 40 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === MAGIC;
}

/**
 * The DTS text of a blob: labels from `__symbols__`, values as strings, cells or bytes by their looks. What is damaged
 * ends the text with an `#error` that names the offset, so that a reader sees what there was and what is wrong.
 */
export function decompile(bytes: Uint8Array): string {
  const reader = new Reader(bytes);
  const lines = ['/dts-v1/;'];
  try {
    for (const [address, size] of reader.reservations()) lines.push(`/memreserve/ ${hex(address)} ${hex(size)};`);
    const root = reader.tree();
    lines.push('');
    printNodes(root, lines, labelsOf(root));
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    lines.push('', `#error the blob is damaged: ${error.message}`);
  }
  return `${lines.join('\n')}\n`;
}

class Damage extends Error {}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Until the entry of zeros that ends the list. */
  *reservations(): Generator<[bigint, bigint]> {
    for (let at = this.#u32(16); ; at += 16) {
      const [address, size] = [this.#u64(at), this.#u64(at + 8)];
      if (address === 0n && size === 0n) return;
      yield [address, size];
    }
  }

  tree(): FlatNode {
    const version = this.#u32(20);
    if (version < OLDEST) throw new Damage(`version ${version} is older than ${OLDEST}`);
    const open: FlatNode[] = [];
    let root: FlatNode | undefined;
    for (let at = this.#u32(8); ; ) {
      const token = this.#u32(at);
      at += 4;
      if (token === BEGIN_NODE) {
        const name = this.#string(at);
        at = aligned(at + name.length + 1);
        const node: FlatNode = { name, properties: [], children: [] };
        if (root === undefined) root = node;
        else if (open.length === 0) throw new Damage(`a second root at ${hex(at)}`);
        open.at(-1)?.children.push(node);
        open.push(node);
        if (open.length > MAX_DEPTH) throw new Damage(`more than ${MAX_DEPTH} levels at ${hex(at)}`);
      } else if (token === END_NODE) {
        if (open.pop() === undefined) throw new Damage(`a node ends at ${hex(at - 4)} that did not begin`);
      } else if (token === PROPERTY) {
        at = this.#property(at, open.at(-1));
      } else if (token === END && root !== undefined && open.length === 0) {
        return root;
      } else if (token !== NOP) {
        throw new Damage(`token ${hex(token)} at ${hex(at - 4)}`);
      }
    }
  }

  #property(at: number, node: FlatNode | undefined): number {
    if (!node) throw new Damage(`a property outside of nodes at ${hex(at)}`);
    const size = this.#u32(at);
    const name = this.#string(this.#u32(12) + this.#u32(at + 4));
    const start = at + 8;
    if (start + size > this.#bytes.length)
      throw new Damage(`the value of ${name} at ${hex(start)} ends behind the blob`);
    node.properties.push({ name, bytes: this.#bytes.subarray(start, start + size) });
    return aligned(start + size);
  }

  #u32(at: number): number {
    if (at + 4 > this.#bytes.length) throw new Damage(`it ends at ${hex(this.#bytes.length)}`);
    return this.#view.getUint32(at);
  }

  #u64(at: number): bigint {
    return (BigInt(this.#u32(at)) << 32n) | BigInt(this.#u32(at + 4));
  }

  /** Names have one byte a character. */
  #string(at: number): string {
    const end = this.#bytes.indexOf(0, at);
    if (at > this.#bytes.length || end < 0) throw new Damage(`the name at ${hex(at)} does not end`);
    return String.fromCharCode(...this.#bytes.subarray(at, end));
  }
}

function aligned(offset: number): number {
  return (offset + 3) & ~3;
}

/** Labels by the path that `__symbols__` gives them. */
function labelsOf(root: FlatNode): Map<string, string[]> {
  const labels = new Map<string, string[]>();
  const symbols = root.children.find(({ name }) => name === '__symbols__');
  for (const { name, bytes } of symbols?.properties ?? []) {
    if (!/^[A-Za-z_]\w*$/.test(name)) continue;
    const path = String.fromCharCode(...bytes.subarray(0, Math.max(0, bytes.length - 1)));
    labels.set(path, [...(labels.get(path) ?? []), name]);
  }
  return labels;
}

interface OpenNode {
  readonly node: FlatNode;
  readonly path: string;
  readonly indent: string;
  next: number;
}

/** Without recursion: there may be thousands of levels. */
function printNodes(root: FlatNode, lines: string[], labels: ReadonlyMap<string, readonly string[]>): void {
  const begin = (node: FlatNode, path: string, indent: string): OpenNode => {
    const named = (labels.get(path) ?? []).map((label) => `${label}: `).join('');
    lines.push(`${indent}${named}${node === root ? '/' : node.name} {`);
    for (const { name, bytes } of node.properties) {
      const value = printBytes(bytes);
      lines.push(`${indent}\t${name}${value === '' ? '' : ` = ${value}`};`);
    }
    return { node, path, indent, next: 0 };
  };
  const open = [begin(root, '/', '')];
  for (let outer = open[0]; outer; outer = open.at(-1)) {
    const { node, path, indent } = outer;
    const child = node.children[outer.next++];
    if (!child) {
      lines.push(`${indent}};`);
      open.pop();
      continue;
    }
    if (outer.next > 1 || node.properties.length > 0) lines.push('');
    open.push(begin(child, `${path === '/' ? '' : path}/${child.name}`, `${indent}\t`));
  }
}

/** Strings, else cells, else bytes: each gives back the same bytes. */
function printBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  const strings = stringsOf(bytes);
  if (strings) return strings.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(', ');
  if (bytes.length % 4 === 0) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return `<${Array.from({ length: bytes.length / 4 }, (_, index) => hex(view.getUint32(4 * index))).join(' ')}>`;
  }
  return `[${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`;
}

/** Printable, each ended by a zero, none empty: `<0>` is no list of four empty strings. */
function stringsOf(bytes: Uint8Array): string[] | undefined {
  if (bytes.at(-1) !== 0 || bytes.some((byte) => byte !== 0 && (byte < 0x20 || byte > 0x7e))) return undefined;
  const strings: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    if (end === start) return undefined;
    strings.push(String.fromCharCode(...bytes.subarray(start, end)));
    start = end + 1;
  }
  return strings;
}
