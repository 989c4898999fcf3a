// SPDX-License-Identifier: MIT
// The flattened blob of a tree, byte for byte as `dtc -O dtb -b 0` writes it (flattree.c; Devicetree Specification 5).
import { ran } from '#tree/dtc/checks.ts';
import { baseName, nodeByReference } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty, Value } from '#tree/types.ts';
import { eachNode } from '#tree/walk.ts';
import { addFixups, addSymbols, type WrittenNode } from './overlay-symbols.ts';
import { numberPhandles, type Phandles } from './phandles.ts';

export interface BlobOptions {
  /** `-@`: a `__symbols__` node with every label. */
  readonly symbols: boolean;
}

const MAGIC = 0xd00dfeed;
const VERSION = 17;
const LAST_COMPATIBLE = 16;
const HEADER_SIZE = 40;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;

/** The blob; a tree with errors gives the blob of what there is, so callers look at the problems first. */
export function writeBlob(tree: DeviceTree, options: BlobOptions): Uint8Array {
  const structure = new Writer();
  const strings = new StringTable();
  if (!tree.root.deleted) writeNodes(flatten(tree, options), structure, strings);
  structure.u32(END);
  const text = strings.bytes();
  const reserve = 16 * (tree.reservations.length + 1);
  const structureAt = HEADER_SIZE + reserve;
  const stringsAt = structureAt + structure.length;
  const blob = new Writer();
  const total = stringsAt + text.length;
  for (const field of [MAGIC, total, structureAt, stringsAt, HEADER_SIZE, VERSION, LAST_COMPATIBLE]) blob.u32(field);
  // boot_cpuid_phys is what `-b 0` says.
  for (const field of [0, text.length, structure.length]) blob.u32(field);
  for (const { address, size } of tree.reservations) {
    blob.u64(address);
    blob.u64(size);
  }
  blob.u64(0n);
  blob.u64(0n);
  blob.append(structure.bytes());
  blob.append(text);
  return blob.bytes();
}

/** The tree with everything that dtc adds or drops on the way out: phandles, `name`, symbols, fixups. */
function flatten(tree: DeviceTree, options: BlobOptions): WrittenNode {
  const phandles = numberPhandles(tree, options.symbols);
  const root = writtenTree(tree, phandles);
  if (options.symbols) addSymbols(root, tree);
  if (tree.plugin) addFixups(root, tree);
  return root;
}

function writtenTree(tree: DeviceTree, phandles: Phandles): WrittenNode {
  const made = new Map<DtNode, WrittenNode>();
  eachNode(tree.root, (node) => {
    const one = written(tree, node, phandles);
    made.set(node, one);
    if (node.parent) made.get(node.parent)?.children.push(one);
  });
  return made.get(tree.root) as WrittenNode;
}

/** Without its children. */
function written(tree: DeviceTree, node: DtNode, phandles: Phandles): WrittenNode {
  const properties: { name: string; bytes: Uint8Array }[] = [];
  for (const property of node.properties.values()) {
    const bytes = patched(tree, property.value, phandles);
    if (isRedundantName(property) && ran('name_properties', tree.failedCheck)) continue;
    properties.push({ name: property.name, bytes });
  }
  // A node's own `phandle = <&itself>` asks for any free number and keeps its place.
  if (phandles.added.has(node) && !node.properties.has('phandle')) {
    properties.push({ name: 'phandle', bytes: bigEndian(phandles.numbers.get(node) ?? 0) });
  }
  return { name: node.name, properties, children: [] };
}

/** A `name` that repeats the node's own, which dtc leaves out (checks.c: check_name_properties). */
export function isRedundantName({ name, node, value }: DtProperty): boolean {
  if (name !== 'name') return false;
  const text = `${baseName(node)}\0`;
  return value.bytes.length === text.length && value.bytes.every((byte, index) => byte === text.charCodeAt(index));
}

/** The value with its phandle cells filled in; an overlay's open ones stay 0xffffffff. */
function patched(tree: DeviceTree, value: Value, phandles: Phandles): Uint8Array {
  const references = value.references.filter((reference) => reference.kind === 'phandle');
  if (references.length === 0 || !ran('phandle_references', tree.failedCheck)) return value.bytes;
  const bytes = value.bytes.slice();
  for (const reference of references) {
    const target = nodeByReference(tree, reference.ref) ?? tree.omittedTargets?.get(reference.ref);
    bytes.set(bigEndian(target ? (phandles.numbers.get(target) ?? 0xffffffff) : 0xffffffff), reference.offset);
  }
  return bytes;
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function writeNodes(root: WrittenNode, out: Writer, strings: StringTable): void {
  const open: { readonly node: WrittenNode; next: number }[] = [];
  for (let node: WrittenNode | undefined = root; node; ) {
    beginNode(node, out, strings);
    open.push({ node, next: 0 });
    node = undefined;
    for (let top = open.at(-1); top && !node; top = open.at(-1)) {
      node = top.node.children[top.next++];
      if (node) break;
      out.u32(END_NODE);
      open.pop();
    }
  }
}

function beginNode(node: WrittenNode, out: Writer, strings: StringTable): void {
  out.u32(BEGIN_NODE);
  out.text(node.name);
  out.align(4);
  for (const { name, bytes } of node.properties) {
    out.u32(PROPERTY);
    out.u32(bytes.length);
    out.u32(strings.offsetOf(name));
    out.append(bytes);
    out.align(4);
  }
}

/** Names once each; a name that ends another one written before is found inside it, as dtc does. */
class StringTable {
  readonly #out = new Writer();
  readonly #offsets = new Map<string, number>();
  #text = '';

  offsetOf(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    let offset = this.#text.indexOf(`${name}\0`);
    if (offset < 0) {
      offset = this.#text.length;
      this.#text += `${name}\0`;
      this.#out.text(name);
    }
    this.#offsets.set(name, offset);
    return offset;
  }

  bytes(): Uint8Array {
    return this.#out.bytes();
  }
}

class Writer {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #reserve(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  u64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
  }

  /** ASCII and a NUL. */
  text(text: string): void {
    const at = this.#reserve(text.length + 1);
    for (let i = 0; i < text.length; i++) this.#bytes[at + i] = text.charCodeAt(i);
    this.#bytes[at + text.length] = 0;
  }

  append(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  align(size: number): void {
    while (this.length % size !== 0) {
      const at = this.#reserve(1);
      this.#bytes[at] = 0;
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}
