// SPDX-License-Identifier: MIT
// Phandle numbers as dtc hands them out: in the order in which references are met, skipping numbers that are taken.
import { nodeByReference, readU32, walk } from './query.ts';
import type { DeviceTree, DtNode } from './types.ts';

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
  const numbers = new Map<DtNode, number>();
  const taken = new Set<number>();
  const added = new Set<DtNode>();
  for (const node of walk(tree.root)) {
    const explicit = explicitPhandle(tree, node);
    if (explicit !== undefined) {
      numbers.set(node, explicit);
      taken.add(explicit);
    }
  }
  let next = 1;
  const need = (node: DtNode): void => {
    if (numbers.has(node)) return;
    while (taken.has(next)) next++;
    numbers.set(node, next);
    taken.add(next);
    added.add(node);
  };
  for (const node of tree.phandleTargets) need(node);
  if (symbols) for (const node of walk(tree.root)) if (node.labels.length > 0) need(node);
  return { numbers, added };
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
