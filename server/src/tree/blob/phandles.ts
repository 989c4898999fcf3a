// SPDX-License-Identifier: MIT
// Phandle numbers as dtc hands them out: in the order in which references are met, skipping numbers that are taken.
import { ran } from '#tree/dtc/checks.ts';
import { dtcHas } from '#tree/dtc/version.ts';
import { nodeByReference, readU32, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

export interface Phandles {
  /** The number of every node that has one, explicit or given. */
  readonly numbers: ReadonlyMap<DtNode, number>;
  /** Nodes that get a new `phandle` property, in the order in which they got their number. */
  readonly added: ReadonlySet<DtNode>;
}

/**
 * Numbers the nodes that values refer to (checks.c: fixup_phandle_references, livetree.c: get_node_phandle), then, for
 * `-@`, the nodes that carry labels.
 */
export function numberPhandles(tree: DeviceTree, symbols: boolean): Phandles {
  const nodes = walk(tree.root);
  const numbers = new Map<DtNode, number>();
  const added = new Set<DtNode>();
  if (ran('explicit_phandles', tree.failedCheck)) {
    for (const node of nodes) {
      const explicit = explicitPhandle(tree, node);
      if (explicit !== undefined) numbers.set(node, explicit);
    }
  }
  let taken = new Set([...numbers.values(), ...(tree.omittedPhandles ?? [])]);
  // dtc's counter stays at the number given last, which may be free again when its node was omitted.
  let next = 1;
  const need = (node: DtNode): void => {
    if (numbers.has(node)) return;
    while (taken.has(next)) next++;
    numbers.set(node, next);
    taken.add(next);
    added.add(node);
  };
  if (ran('phandle_references', tree.failedCheck)) for (const node of tree.phandleTargets) need(node);
  if (symbols) {
    taken = new Set(nodes.flatMap((node) => numbers.get(node) ?? []));
    const named = new Set(sourceSymbols(tree).values());
    for (const node of nodes) if ((node.hadLabels ?? node.labels.length > 0) || named.has(node)) need(node);
  }
  return { numbers, added };
}

/** Labels that the source's own `__symbols__` gives to nodes, from dtc 1.8 on (livetree.c: generate_labels_from_tree). */
export function sourceSymbols(tree: DeviceTree): Map<string, DtNode> {
  const found = new Map<string, DtNode>();
  if (!dtcHas(tree.dtc, 'labelsFromSymbols')) return found;
  for (const { name, value } of tree.root.children.get('__symbols__')?.properties.values() ?? []) {
    const path = String.fromCharCode(...value.bytes.subarray(0, Math.max(0, value.bytes.indexOf(0))));
    const node = path === '' ? tree.root : nodeByReference(tree, `/${path}`);
    if (node) found.set(name, node);
  }
  return found;
}

/** The value of `phandle` or `linux,phandle` where it is a plain usable number (checks.c: check_phandle_prop). */
export function explicitPhandle(tree: DeviceTree, node: DtNode): number | undefined {
  for (const name of ['phandle', 'linux,phandle']) {
    const property = node.properties.get(name);
    if (!property) continue;
    const { bytes, references } = property.value;
    if (bytes.length !== 4) continue;
    if (references.some((reference) => nodeByReference(tree, reference.ref) === node)) continue;
    const value = readU32(bytes, 0);
    if (value !== 0 && value !== 0xffffffff) return value;
  }
  return undefined;
}
