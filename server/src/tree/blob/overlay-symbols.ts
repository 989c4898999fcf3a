// SPDX-License-Identifier: MIT
// The nodes with which a blob can be put together with others: `__symbols__`, `__fixups__`, `__local_fixups__`
// (livetree.c: generate_label_tree, generate_fixups_tree, generate_local_fixups_tree).
import { dtcHas } from '#tree/dtc/version.ts';
import { nodeByReference, pathOf, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { sourceSymbols } from './phandles.ts';

/** A node on its way into a blob. */
export interface WrittenNode {
  readonly name: string;
  readonly properties: { readonly name: string; bytes: Uint8Array }[];
  readonly children: WrittenNode[];
}

/** Every label with the path of its node, unless the source has a symbol of that name. */
export function addSymbols(root: WrittenNode, tree: DeviceTree): void {
  const nodes = walk(tree.root).filter((node) => node.hadLabels ?? node.labels.length > 0);
  if (nodes.length === 0) return;
  const symbols = child(root, '__symbols__');
  const known = new Set(symbols.properties.map(({ name }) => name));
  for (const node of nodes) {
    for (const { name } of node.labels) {
      if (known.has(name)) continue;
      known.add(name);
      symbols.properties.push({ name, bytes: ascii(pathOf(node)) });
    }
  }
}

interface Fixup {
  readonly node: DtNode;
  readonly property: string;
  readonly offset: number;
}

/** References that the base tree has to fill in, and those inside the overlay that move with its phandles. */
export function addFixups(root: WrittenNode, tree: DeviceTree): void {
  const once = dtcHas(tree.dtc, 'uniqueFixups');
  const restored = sourceSymbols(tree);
  const open: (Fixup & { readonly ref: string })[] = [];
  const local: Fixup[] = [];
  for (const node of walk(tree.root)) {
    for (const property of node.properties.values()) {
      for (const { kind, ref, offset } of property.value.references) {
        if (kind !== 'phandle') continue;
        const place = { node, property: property.name, offset };
        if (nodeByReference(tree, ref) || restored.has(ref)) local.push(place);
        else open.push({ ...place, ref });
      }
    }
  }
  const writer = new FixupWriter(once);
  for (const { node, property, offset, ref } of open) {
    writer.add(child(root, '__fixups__'), ref, ascii(`${pathOf(node)}:${property}:${offset}`), 1);
  }
  const nodes = new Map<DtNode, WrittenNode>();
  for (const { node, property, offset } of local) {
    const into = nodes.get(node) ?? namesFromRoot(node).reduce(child, child(root, '__local_fixups__'));
    nodes.set(node, into);
    writer.add(into, property, bigEndian(offset), 4);
  }
}

function namesFromRoot(node: DtNode): string[] {
  const names: string[] = [];
  for (let at: DtNode | undefined = node; at?.parent; at = at.parent) names.unshift(at.name);
  return names;
}

/** The child of that name, made at the end when there is none. */
function child(parent: WrittenNode, name: string): WrittenNode {
  const known = parent.children.find((node) => node.name === name);
  if (known) return known;
  const made: WrittenNode = { name, properties: [], children: [] };
  parent.children.push(made);
  return made;
}

/** Appends to properties; from dtc 1.8 on an entry that is there is not written again. */
class FixupWriter {
  readonly #once: boolean;
  readonly #known = new Map<WrittenNode, Map<string, Set<string>>>();

  constructor(once: boolean) {
    this.#once = once;
  }

  /** `width`: 4 for cells, 1 for strings with their NUL. */
  add(node: WrittenNode, name: string, bytes: Uint8Array, width: 1 | 4): void {
    const property = node.properties.find((known) => known.name === name);
    if (!property) node.properties.push({ name, bytes });
    if (this.#once) {
      const entries = this.#entries(node, name, property?.bytes, width);
      if (!entries || entries.has(String(bytes))) return;
      entries.add(String(bytes));
    }
    if (property) property.bytes = joined(property.bytes, bytes);
  }

  /** What the property holds; `undefined` when it holds something else, which is left as it is. */
  #entries(
    node: WrittenNode,
    name: string,
    bytes: Uint8Array = new Uint8Array(0),
    width: 1 | 4 = 1,
  ): Set<string> | undefined {
    const properties = this.#known.get(node) ?? new Map<string, Set<string>>();
    this.#known.set(node, properties);
    const known = properties.get(name);
    if (known) return known;
    if (width === 1 ? bytes.length > 0 && bytes[bytes.length - 1] !== 0 : bytes.length % 4 !== 0) return undefined;
    const entries = new Set<string>();
    for (let at = 0; at < bytes.length; ) {
      const end = width === 4 ? at + 4 : bytes.indexOf(0, at) + 1;
      entries.add(String(bytes.subarray(at, end)));
      at = end;
    }
    properties.set(name, entries);
    return entries;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(`${text}\0`, (char) => char.charCodeAt(0));
}
