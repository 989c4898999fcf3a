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
 * gives `onCycle`: trees may refer in cycles.
 */
export function perNode<T extends NonNullable<unknown>>(
  compute: (machine: Machine, node: DtNode) => T,
  onCycle: (machine: Machine, node: DtNode) => T,
): PerNode<T> {
  const tables = perMachine(() => new Map<DtNode, T | typeof BUSY>());
  return (machine, node) => {
    const table = tables(machine);
    const known = table.get(node);
    if (known === BUSY) return onCycle(machine, node);
    if (known !== undefined) return known;
    table.set(node, BUSY);
    const value = compute(machine, node);
    table.set(node, value);
    return value;
  };
}

const BUSY = Symbol('busy');
