// SPDX-License-Identifier: MIT
// dtc's lists of nodes and properties, in which a name may stand twice and deleted ones keep their place.
import type { TreeNode } from './tree-node.ts';
import { eachNode } from './walk.ts';

interface Listed {
  readonly name: string;
  readonly deleted: boolean;
}

/** The map without what is deleted; the same one when nothing is. */
export function alive<T extends Listed>(all: Map<string, T>): Map<string, T> {
  for (const { deleted } of all.values()) if (deleted) return livingOf(all);
  return all;
}

function livingOf<T extends Listed>(all: ReadonlyMap<string, T>): Map<string, T> {
  const living = new Map<string, T>();
  for (const one of all.values()) {
    if (!one.deleted) living.set(living.has(one.name) ? `${one.name} (${living.size})` : one.name, one);
  }
  return living;
}

/** Those before which a living one of the same name stands. */
export function seconds<T extends Listed>(all: Iterable<T>, deletedToo: boolean): T[] {
  const living = new Set<string>();
  const found: T[] = [];
  for (const one of all) {
    if (living.has(one.name) && (deletedToo || !one.deleted)) found.push(one);
    if (!one.deleted) living.add(one.name);
  }
  return found;
}

/** The first living child of a name. */
function livingChild(node: TreeNode, name: string): TreeNode | undefined {
  const first = node.children.get(name);
  if (!first?.deleted || !node.hasDoubles) return first?.deleted ? undefined : first;
  for (const child of node.children.values()) if (child.name === name && !child.deleted) return child;
  return undefined;
}

/** The node at a path below another; a single slash at the end is allowed (livetree.c: get_node_by_path). */
export function descend(from: TreeNode | undefined, path: string): TreeNode | undefined {
  let at = from;
  for (let rest = path; rest !== '' && at; ) {
    rest = rest.replace(/^\/+/, '');
    const slash = rest.indexOf('/');
    at = livingChild(at, slash < 0 ? rest : rest.slice(0, slash));
    rest = slash < 0 ? '' : rest.slice(slash + 1);
  }
  return at;
}

/** Those nodes in the order of the tree. */
export function inTreeOrder(root: TreeNode, wanted: readonly TreeNode[]): TreeNode[] {
  const left = new Set(wanted);
  const found: TreeNode[] = [];
  eachNode(root, (node) => {
    if (left.delete(node)) found.push(node);
    return left.size > 0;
  });
  return found;
}

/** False for a node that was deleted, or that went away with the statements that made it. */
export function stands(node: TreeNode): boolean {
  for (let at: TreeNode = node; at.parent; at = at.parent) {
    const { children, hasDoubles }: TreeNode = at.parent;
    const found = children.get(at.name) === at || (hasDoubles && [...children.values()].includes(at));
    if (at.deleted || !found) return false;
  }
  return true;
}
