// SPDX-License-Identifier: MIT
// Which devices wait for each other in a cycle: Linux lets go of every link inside one.
import { existence } from '#model/devices/existence.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { fwDevlink } from '#model/platform/platform.ts';
import type { DtNode } from '#tree/types.ts';
import { suppliersOf } from './suppliers.ts';

/** The nodes of one cycle, in tree order. */
export type DependencyCycle = readonly DtNode[];

/**
 * The cycle that holds a device and its supplier, if they wait for each other, by whatever way. As in
 * drivers/base/core.c:__fw_devlink_relax_cycles, a node waits for its suppliers and for the device that it is part of.
 */
export function cycleOf(machine: Machine, node: DtNode, supplier: DtNode): DependencyCycle | undefined {
  const cycle = cycles(machine).get(node);
  return cycle !== undefined && cycles(machine).get(supplier) === cycle ? cycle : undefined;
}

/** The shortest way on which a device waits for itself through a supplier: the device, the supplier, and back to before it. */
export function shortestCycle(machine: Machine, node: DtNode, supplier: DtNode): DtNode[] {
  const from = new Map<DtNode, DtNode>([[supplier, node]]);
  const queue = [supplier];
  for (const at of queue) {
    if (at === node) break;
    for (const next of awaited(machine, at)) {
      if (from.has(next) || !cycleOf(machine, node, next)) continue;
      from.set(next, at);
      queue.push(next);
    }
  }
  const way: DtNode[] = [];
  for (let at = from.get(node); at && at !== node; at = from.get(at)) way.unshift(at);
  return [node, ...way];
}

/** Every cycle of the tree. */
export function allCycles(machine: Machine): readonly DependencyCycle[] {
  return [...new Set(cycles(machine).values())];
}

const cycles = perMachine<ReadonlyMap<DtNode, DependencyCycle>>((machine) => {
  const order = new Map(treeNodes(machine).all.map((node, index) => [node, index]));
  const found = new Map<DtNode, DependencyCycle>();
  for (const component of components(treeNodes(machine).all, (node) => awaited(machine, node))) {
    if (component.length < 2) continue;
    const cycle = component.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    for (const node of cycle) found.set(node, cycle);
  }
  return found;
});

function awaited(machine: Machine, node: DtNode): DtNode[] {
  const { kernelVersion: version } = machine.platform;
  const { strict } = fwDevlink(machine.platform).value;
  const suppliers = suppliersOf(machine.tree, node, { version, strict }).map(({ supplier }) => supplier);
  for (let up = node.parent; up?.parent; up = up.parent) {
    if (existence(machine, up).bus !== 'none') return [...suppliers, up];
  }
  return suppliers;
}

/** The strongly connected components of a graph (Tarjan, without recursion: a tree may be deep). */
function components(nodes: readonly DtNode[], next: (node: DtNode) => readonly DtNode[]): DtNode[][] {
  const index = new Map<DtNode, number>();
  const low = new Map<DtNode, number>();
  const path: DtNode[] = [];
  const onPath = new Set<DtNode>();
  const found: DtNode[][] = [];
  for (const start of nodes) {
    const open: { readonly node: DtNode; readonly targets: readonly DtNode[]; at: number }[] = [];
    const enter = (node: DtNode): void => {
      low.set(node, index.size);
      index.set(node, index.size);
      path.push(node);
      onPath.add(node);
      open.push({ node, targets: next(node), at: 0 });
    };
    const lower = (node: DtNode, to: number | undefined): void => {
      if (to !== undefined && to < (low.get(node) ?? 0)) low.set(node, to);
    };
    if (!index.has(start)) enter(start);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const target = top.targets[top.at++];
      if (target && !index.has(target)) enter(target);
      else if (target) {
        if (onPath.has(target)) lower(top.node, index.get(target));
      } else {
        open.pop();
        const below = open.at(-1);
        if (below) lower(below.node, low.get(top.node));
        if (low.get(top.node) === index.get(top.node)) {
          const component = path.splice(path.lastIndexOf(top.node));
          for (const member of component) onPath.delete(member);
          found.push(component);
        }
      }
    }
  }
  return found;
}
