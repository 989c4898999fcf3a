// SPDX-License-Identifier: MIT
// The nodes with which a blob can be put together with others: `__symbols__`, `__fixups__`, `__local_fixups__`
// (livetree.c: generate_label_tree, generate_fixups_tree, generate_local_fixups_tree).
import { nodeByReference, pathOf, walk } from './query.ts';
import type { DeviceTree, DtNode } from './types.ts';

/** A node on its way into a blob. */
export interface WrittenNode {
  readonly name: string;
  readonly properties: { readonly name: string; readonly bytes: Uint8Array }[];
  readonly children: WrittenNode[];
}

/** Every label with the path of its node; `undefined` when there is no label. */
export function symbolNodes(tree: DeviceTree): WrittenNode | undefined {
  const properties = new Map<string, Uint8Array>();
  for (const node of walk(tree.root)) {
    for (const { name } of node.labels) if (!properties.has(name)) properties.set(name, ascii(pathOf(node)));
  }
  if (properties.size === 0) return undefined;
  return { name: '__symbols__', properties: entries(properties), children: [] };
}

/** References that the base tree has to fill in, and those inside the overlay that move with its phandles. */
export function overlayNodes(tree: DeviceTree): WrittenNode[] {
  const fixups = new Map<string, Uint8Array>();
  const local: WrittenNode = { name: '__local_fixups__', properties: [], children: [] };
  for (const node of walk(tree.root)) {
    for (const property of node.properties.values()) {
      for (const reference of property.value.references) {
        if (reference.kind !== 'phandle') continue;
        if (nodeByReference(tree, reference.ref)) {
          localFixup(local, node, property.name, reference.offset);
        } else {
          const entry = ascii(`${pathOf(node)}:${property.name}:${reference.offset}`);
          fixups.set(reference.ref, concat(fixups.get(reference.ref), entry));
        }
      }
    }
  }
  const result: WrittenNode[] = [];
  if (fixups.size > 0) result.push({ name: '__fixups__', properties: entries(fixups), children: [] });
  if (local.properties.length > 0 || local.children.length > 0) result.push(local);
  return result;
}

function localFixup(root: WrittenNode, node: DtNode, property: string, offset: number): void {
  const names: string[] = [];
  for (let at: DtNode | undefined = node; at?.parent; at = at.parent) names.unshift(at.name);
  let into = root;
  for (const name of names) {
    let child = into.children.find((known) => known.name === name);
    if (!child) {
      child = { name, properties: [], children: [] };
      into.children.push(child);
    }
    into = child;
  }
  const cell = Uint8Array.of(offset >>> 24, (offset >>> 16) & 0xff, (offset >>> 8) & 0xff, offset & 0xff);
  const index = into.properties.findIndex((known) => known.name === property);
  const bytes = concat(into.properties[index]?.bytes, cell);
  if (index < 0) into.properties.push({ name: property, bytes });
  else into.properties[index] = { name: property, bytes };
}

function entries(map: ReadonlyMap<string, Uint8Array>): { name: string; bytes: Uint8Array }[] {
  return [...map].map(([name, bytes]) => ({ name, bytes }));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(`${text}\0`, (char) => char.charCodeAt(0));
}

function concat(left: Uint8Array | undefined, right: Uint8Array): Uint8Array {
  if (!left) return right;
  const result = new Uint8Array(left.length + right.length);
  result.set(left);
  result.set(right, left.length);
  return result;
}
