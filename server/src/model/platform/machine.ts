// SPDX-License-Identifier: MIT
// One tree on one platform: what the answers about single nodes share, each computed once, on first use.
import { memo } from '#base/memo.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import type { Platform } from './types.ts';

/** The machine that boots. Subjects remember their answers by it (see {@link perNode}); it lives as long as the tree. */
export interface Machine {
  readonly tree: DeviceTree;
  readonly platform: Platform;
}

const machines = memo((_tree: DeviceTree) => new Map<Platform, Machine>());

/** The machine for a tree; the same object for the same platform object. */
export function machineOf(tree: DeviceTree, platform: Platform): Machine {
  const known = machines(tree);
  let machine = known.get(platform);
  if (!machine) {
    machine = { tree, platform };
    known.set(platform, machine);
  }
  return machine;
}

/** A function of a machine that is computed once per machine. */
export const perMachine: <T>(compute: (machine: Machine) => T) => (machine: Machine) => T = memo;

export type PerNode<T> = (machine: Machine, node: DtNode) => T;

/**
 * A function of a node that is computed once per node. While it is being computed for a node, asking for the same node
 * gives `onCycle`: trees may refer in cycles. `asksParents`: what it says of a node may need what it says of the parent.
 */
export function perNode<T extends NonNullable<unknown>>(
  compute: (machine: Machine, node: DtNode) => T,
  onCycle: (machine: Machine, node: DtNode) => T,
  { asksParents = false }: { readonly asksParents?: boolean } = {},
): PerNode<T> {
  const tables = perMachine(() => new Map<DtNode, T | typeof BUSY>());
  const answer = (machine: Machine, node: DtNode): T => {
    const table = tables(machine);
    const known = table.get(node);
    if (known === BUSY) return onCycle(machine, node);
    if (known !== undefined) return known;
    if (asksParents) for (const above of farAbove(node, table)) answer(machine, above);
    table.set(node, BUSY);
    const value = compute(machine, node);
    table.set(node, value);
    return value;
  };
  return answer;
}

/** No real tree has more, and so many answers can wait for the one above them. */
const FEW_LEVELS = 64;

/** In a very deep tree, ancestors whose answers come first, topmost first: none waits for more than {@link FEW_LEVELS}. */
function farAbove(node: DtNode, known: ReadonlyMap<DtNode, unknown>): readonly DtNode[] {
  let far: DtNode[] | undefined;
  let levels = 0;
  for (let at = node.parent; at && !known.has(at); at = at.parent) {
    if (++levels % FEW_LEVELS === 0) far = [at, ...(far ?? [])];
  }
  return far ?? NONE;
}

const NONE: readonly DtNode[] = [];
const BUSY = Symbol('busy');
