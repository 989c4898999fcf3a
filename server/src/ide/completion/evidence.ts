// SPDX-License-Identifier: MIT
// What the tree itself shows: which properties and children nodes of a kind have, and what lists name.
import { memo } from '#base/memo.ts';
import { baseName, cells, cellTarget, compatibles } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

/** Nodes that are alike: of one compatible, or without one below parents that are alike. */
export interface Kind {
  nodes: number;
  /** How many of the nodes have a property. */
  readonly properties: Map<string, number>;
  /** How many children of the nodes have a name, without its address. */
  readonly children: Map<string, number>;
}

export interface Evidence {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Where each property is set, in tree order. */
  readonly properties: ReadonlyMap<string, readonly DtProperty[]>;
  /** How many nodes have a name, without its address. */
  readonly names: ReadonlyMap<string, number>;
}

export const evidence = memo((tree: DeviceTree): Evidence => {
  const kinds = new Map<string, Kind>();
  const properties = new Map<string, DtProperty[]>();
  const names = new Map<string, number>();
  const visit = (node: DtNode, parents: readonly string[]): void => {
    const keys = kindsOf(compatibles(node), parents, baseName(node));
    const own = keys.map((key) => kindOf(kinds, key));
    for (const kind of own) kind.nodes++;
    for (const property of node.properties.values()) {
      const found = properties.get(property.name);
      if (found) found.push(property);
      else properties.set(property.name, [property]);
      for (const kind of own) increase(kind.properties, property.name);
    }
    for (const child of node.children.values()) {
      const name = baseName(child);
      increase(names, name);
      for (const kind of own) increase(kind.children, name);
      visit(child, keys);
    }
  };
  visit(tree.root, []);
  return { kinds, properties, names };
});

function kindOf(kinds: Map<string, Kind>, key: string): Kind {
  let kind = kinds.get(key);
  if (!kind) {
    kind = { nodes: 0, properties: new Map(), children: new Map() };
    kinds.set(key, kind);
  }
  return kind;
}

export function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Deeper paths of kinds are not told apart. */
const MAX_KEY = 200;

/** From the closest to the widest. */
function kindsOf(compatible: readonly string[], parents: readonly string[], name: string): string[] {
  if (compatible.length > 0) return [...compatible];
  const [parent = ''] = parents;
  const stem = name.replace(/[-_]?\d+$/, '');
  return parent.length > MAX_KEY ? [`/${stem}`] : [`${parent}/${stem}`, `${parent}/*`];
}

/** A node as far as it is typed. */
export interface Draft {
  readonly compatible: readonly string[];
  readonly name: string;
  readonly parent?: Draft | undefined;
}

export function draftOf(node: DtNode): Draft {
  return { compatible: compatibles(node), name: baseName(node), parent: node.parent && draftOf(node.parent) };
}

function keysOf({ compatible, name, parent }: Draft): string[] {
  return kindsOf(compatible, parent ? keysOf(parent) : [], name);
}

/** The kinds that a node belongs to, the closest first. */
export function kindsFor(tree: DeviceTree, draft: Draft): Kind[] {
  const { kinds } = evidence(tree);
  return keysOf(draft).flatMap((key) => kinds.get(key) ?? []);
}

/** How often each node is named by a property of that name, on the whole board. */
export function targetsOf(tree: DeviceTree, property: string): ReadonlyMap<DtNode, number> {
  const counts = new Map<DtNode, number>();
  for (const each of evidence(tree).properties.get(property) ?? []) {
    for (const cell of cells(tree, each)) {
      const target = cell.ref === undefined ? undefined : cellTarget(tree, cell);
      if (target) counts.set(target, (counts.get(target) ?? 0) + 1);
    }
  }
  return counts;
}

/** A word for what kind a node is, by which others like it are known. */
export function kindName(node: DtNode): string {
  return compatibles(node)[0] ?? `${node.parent ? (compatibles(node.parent)[0] ?? node.parent.name) : ''}/*`;
}
