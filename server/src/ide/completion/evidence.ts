// SPDX-License-Identifier: MIT
// What the tree itself shows: which properties and children nodes of a kind have, and what lists name.
import { memo } from '#base/memo.ts';
import { baseName, cells, cellTarget, compatibles, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

/** Nodes that are alike: of one compatible, or without one below parents that are alike. */
export interface Kind {
  readonly nodes: number;
  /** How many of the nodes have a property. */
  readonly properties: ReadonlyMap<string, number>;
  /** How many children of the nodes have a name, without its address. */
  readonly children: ReadonlyMap<string, number>;
}

/** A node as far as it is typed. */
export interface Draft {
  readonly compatible: readonly string[];
  readonly name: string;
  /** Absent for the root. */
  readonly parent?: Draft | undefined;
}

export function draftOf(node: DtNode): Draft {
  return { compatible: compatibles(node), name: baseName(node), parent: node.parent && draftOf(node.parent) };
}

const allNodes = memo((tree: DeviceTree): readonly DtNode[] => walk(tree.root));

const byCompatible = memo((tree: DeviceTree): ReadonlyMap<string, readonly DtNode[]> => {
  const found = new Map<string, DtNode[]>();
  for (const node of allNodes(tree)) {
    for (const name of compatibles(node)) {
      const nodes = found.get(name);
      if (nodes) nodes.push(node);
      else found.set(name, [node]);
    }
  }
  return found;
});

/** The kinds that a node belongs to, the closest first, without the node itself. */
export function kindsFor(tree: DeviceTree, draft: Draft, itself: DtNode | undefined): Kind[] {
  return groupsFor(tree, draft)
    .map((nodes) => nodes.filter((node) => node !== itself))
    .filter((nodes) => nodes.length > 0)
    .map(kindOf);
}

function groupsFor(tree: DeviceTree, draft: Draft): (readonly DtNode[])[] {
  const { compatible, name, parent } = draft;
  if (compatible.length > 0) return telling(compatible).map((each) => byCompatible(tree).get(each) ?? []);
  // A label that no node has yet is no root.
  if (!parent) return name === '' || name === '/' ? [[tree.root]] : [];
  const children = (groupsFor(tree, parent)[0] ?? []).flatMap((node) => [...node.children.values()]);
  const plain = children.filter((node) => !node.properties.has('compatible'));
  const same = plain.filter((node) => stemOf(baseName(node)) === stemOf(name));
  // Each child of the root is a kind of its own: /aliases is not like /memory.
  return parent.parent ? [same, plain] : [same];
}

/** Compatibles that say nothing about a device: all of a bus, or anything with registers, has them. */
const COMMON = new Set(['arm,primecell', 'simple-bus', 'simple-mfd', 'simple-pm-bus', 'syscon']);

/** Those by which others like the device are known. */
export function telling(compatible: readonly string[]): readonly string[] {
  const own = compatible.filter((name) => !COMMON.has(name));
  return own.length > 0 ? own : compatible;
}

function stemOf(name: string): string {
  return name.replace(/[-_]?\d+$/, '');
}

function kindOf(nodes: readonly DtNode[]): Kind {
  const properties = new Map<string, number>();
  const children = new Map<string, number>();
  for (const node of nodes) {
    for (const property of node.properties.values()) increase(properties, property.name);
    for (const child of node.children.values()) increase(children, baseName(child));
  }
  return { nodes: nodes.length, properties, children };
}

export function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Every property of that name, in tree order. */
export function propertiesNamed(tree: DeviceTree, name: string): DtProperty[] {
  return allNodes(tree).flatMap((node) => node.properties.get(name) ?? []);
}

/** Name of a property → how many nodes have it. */
export const propertyNames = memo((tree: DeviceTree): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const node of allNodes(tree)) for (const name of node.properties.keys()) increase(counts, name);
  return counts;
});

/** How often each node is named by a property of that name, on the whole board. */
export function targetsOf(tree: DeviceTree, property: string): ReadonlyMap<DtNode, number> {
  const counts = new Map<DtNode, number>();
  for (const each of propertiesNamed(tree, property)) {
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
