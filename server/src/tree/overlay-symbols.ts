// SPDX-License-Identifier: MIT
// The nodes with which a blob can be put together with others: `__symbols__`, `__fixups__`, `__local_fixups__`
// (livetree.c: generate_label_tree, generate_fixups_tree, generate_local_fixups_tree).
import { nodeByReference, pathOf, walk } from './query.ts';
import type { DeviceTree, DtNode } from './types.ts';

/** A node on its way into a blob. */
export interface WrittenNode {
  readonly name: string;
  readonly properties: { readonly name: string; bytes: Uint8Array }[];
  readonly children: WrittenNode[];
}

/** Every label with the path of its node, unless the source has a symbol of that name. */
export function addSymbols(root: WrittenNode, tree: DeviceTree): void {
  for (const node of walk(tree.root)) {
    for (const { name } of node.labels) {
      const symbols = child(root, '__symbols__');
      if (!symbols.properties.some((known) => known.name === name)) {
        symbols.properties.push({ name, bytes: ascii(pathOf(node)) });
      }
    }
  }
}

/** References that the base tree has to fill in, and those inside the overlay that move with its phandles. */
export function addFixups(root: WrittenNode, tree: DeviceTree): void {
  const local: { readonly node: DtNode; readonly property: string; readonly offset: number }[] = [];
  for (const node of walk(tree.root)) {
    for (const property of node.properties.values()) {
      for (const reference of property.value.references) {
        if (reference.kind !== 'phandle') continue;
        if (nodeByReference(tree, reference.ref)) {
          local.push({ node, property: property.name, offset: reference.offset });
        } else {
          append(
            child(root, '__fixups__'),
            reference.ref,
            ascii(`${pathOf(node)}:${property.name}:${reference.offset}`),
          );
        }
      }
    }
  }
  for (const { node, property, offset } of local) {
    let into = child(root, '__local_fixups__');
    for (const name of namesFromRoot(node)) into = child(into, name);
    append(into, property, Uint8Array.of(offset >>> 24, (offset >>> 16) & 0xff, (offset >>> 8) & 0xff, offset & 0xff));
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

function append(node: WrittenNode, name: string, bytes: Uint8Array): void {
  const known = node.properties.find((property) => property.name === name);
  if (!known) {
    node.properties.push({ name, bytes });
    return;
  }
  const joined = new Uint8Array(known.bytes.length + bytes.length);
  joined.set(known.bytes);
  joined.set(bytes, known.bytes.length);
  known.bytes = joined;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(`${text}\0`, (char) => char.charCodeAt(0));
}
