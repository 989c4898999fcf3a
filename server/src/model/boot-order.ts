// SPDX-License-Identifier: MIT
// In which order devices must come up before a device can be probed: its suppliers, theirs, and its IOMMUs.
import { pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { listBinding } from './binding.ts';
import { commandLine } from './domains.ts';
import { existence } from './existence.ts';
import { iommuState } from './iommu-state.ts';
import { type Machine, machineOf } from './machine.ts';
import { suppliersOf } from './suppliers.ts';
import type { Platform } from './types.ts';

export interface BootStep {
  readonly path: string;
  /** What must come before it, with the property that says so. */
  readonly after: readonly { readonly path: string; readonly property: string }[];
  /** Set when it never comes; a clause. */
  readonly missing?: string;
  /** Set when it waits for something that waits for it: Linux breaks the circle at one place. */
  readonly circular?: true;
}

/** More than any board has; a tree that is being typed may say anything. */
const MAX_STEPS = 2000;

/** Suppliers first, the device last; each device once. */
export function bootOrder(tree: DeviceTree, platform: Platform, node: DtNode): BootStep[] {
  const machine = machineOf(tree, platform);
  const done = new Map<DtNode, BootStep | undefined>();
  visit(machine, node, done);
  return [...done.values()].flatMap((step) => step ?? []);
}

function visit(machine: Machine, node: DtNode, done: Map<DtNode, BootStep | undefined>): void {
  const open: { readonly node: DtNode; readonly links: readonly Link[]; next: number; circular: boolean }[] = [];
  const started = new Set<DtNode>();
  const push = (target: DtNode): void => {
    started.add(target);
    open.push({ node: target, links: linksOf(machine, target), next: 0, circular: false });
  };
  push(node);
  for (let top = open.at(-1); top && done.size < MAX_STEPS; top = open.at(-1)) {
    const link = top.links[top.next++];
    if (!link) {
      open.pop();
      done.set(top.node, step(machine, top.node, top.links, top.circular));
    } else if (!started.has(link.supplier)) {
      push(link.supplier);
    } else if (!done.has(link.supplier)) {
      top.circular = true;
    }
  }
}

interface Link {
  readonly supplier: DtNode;
  readonly property: string;
}

/** fw_devlink's suppliers, and the IOMMUs, which of_iommu_xlate waits for in any mode. */
function linksOf(machine: Machine, node: DtNode): Link[] {
  const { fwDevlink, fwDevlinkStrict: strict = false } = commandLine(machine);
  const { kernelVersion: version } = machine.platform;
  const links: Link[] = [];
  if (fwDevlink !== 'off' && fwDevlink !== 'permissive') {
    for (const { supplier, property } of suppliersOf(machine.tree, node, { version, strict })) {
      const owner = deviceAbove(machine, supplier);
      if (owner && owner !== node) links.push({ supplier: owner, property: property.name });
    }
  }
  for (const { state } of listBinding(machine, node).reached) links.push({ supplier: state.node, property: 'iommus' });
  const seen = new Set<DtNode>();
  return links.filter(({ supplier }) => !seen.has(supplier) && seen.add(supplier));
}

/** A supplier without a device of its own is supplied by the device around it. */
function deviceAbove(machine: Machine, node: DtNode): DtNode | undefined {
  for (let up: DtNode | undefined = node; up; up = up.parent) {
    if (existence(machine, up).bus !== 'none') return up;
  }
  return undefined;
}

function step(machine: Machine, node: DtNode, links: readonly Link[], circular: boolean): BootStep {
  const after = links.map(({ supplier, property }) => ({ path: pathOf(supplier), property }));
  const { registration } = iommuState(machine, node);
  const missing = node.properties.has('#iommu-cells') && registration.kind === 'never' ? registration.why : undefined;
  return {
    path: pathOf(node),
    after,
    ...(missing !== undefined && { missing }),
    ...(circular && { circular: true as const }),
  };
}
