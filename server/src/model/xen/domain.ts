// SPDX-License-Identifier: MIT
// A domain that Xen starts by itself: its number, whether it gets an IOMMU and why, its addresses, and its devices.
import type { Machine } from '#model/platform/machine.ts';
import { xenOf } from '#model/platform/xen-build.ts';
import { at, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { XenFacts } from '#model/report/types.ts';
import type { XenIommuWish } from '#model/statements/xen.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { usable } from './drivers.ts';
import { noIommuAtAll } from './host.ts';
import { contextCount, contextHolder, contextUsers, guardedDevices, sayUpkeep } from './limits.ts';
import { assignments, domainName, domainNodes, isPassthroughEnabled, partialModule, spilledModule } from './system.ts';
import { tablesOf } from './tables.ts';

const BINDINGS = 'Xen 4.22 xen/common/device-tree/dom0less-bindings.c:parse_dom0less_node';
const BUILD = 'Xen 4.22 xen/common/device-tree/dom0less-build.c';

/** Records what Xen makes of a `xen,domain` node; nothing for other nodes. */
export function sayDomain(machine: Machine, node: DtNode, steps: Steps): XenFacts | null {
  if (!compatibles(node).includes('xen,domain')) return null;
  const all = domainNodes(machine.tree);
  if (!all.includes(node)) return null;
  say(steps, `${BUILD}:create_domUs`, { kind: 'xen-domain-number', number: all.indexOf(node) + 1 });
  const on = sayIommu(machine, node, steps);
  const directMap = node.properties.has('direct-map');
  say(steps, `${BUILD}:construct_domU`, { kind: 'xen-direct-map', on: directMap });
  sayDevices(machine, node, steps);
  if (on) sayContexts(machine, node.name, steps);
  const tables = tablesOf(machine, node);
  return { sharesP2m: on, directMap, ...(tables.length > 0 && { tables }) };
}

/** Whether the domain is created with an IOMMU, and why. */
function sayIommu(machine: Machine, node: DtNode, steps: Steps): boolean {
  const { tree } = machine;
  const module = partialModule(node);
  const enabled = isPassthroughEnabled(node, xenOf(machine.platform));
  const spilled = module || enabled ? undefined : spilledModule(tree, node);
  if (!module && !enabled && !spilled) {
    say(steps, BINDINGS, { kind: 'xen-without-iommu' });
    return false;
  }
  const why: XenIommuWish = module
    ? { kind: 'module' }
    : spilled
      ? { kind: 'spilled-module', module: pathOf(spilled) }
      : { kind: 'passthrough' };
  const on = usable(machine).length > 0;
  const named = module ?? spilled;
  say(
    steps,
    BINDINGS,
    on ? { kind: 'xen-with-iommu', why } : { kind: 'xen-iommu-in-vain', why, lack: noIommuAtAll(machine) },
    named ? at(named, 'compatible') : at(node, 'passthrough'),
  );
  return on;
}

/** The devices that the domain's partial tree names. */
function sayDevices({ platform: { xen } }: Machine, node: DtNode, steps: Steps): void {
  const domain = xen?.domains.find((each) => domainName(each) === node.name);
  const authority = `${BUILD}:handle_passthrough_prop`;
  if (!xen || !domain) {
    const dependsOn = { kind: 'partial-tree' } as const;
    if (partialModule(node)) sayIf(steps, authority, { kind: 'xen-partial-tree-unknown' }, { dependsOn });
    return;
  }
  const own = assignments(xen).flatMap(({ domain: owner, device }) => (owner === domain && device ? [device] : []));
  say(steps, authority, { kind: 'xen-partial-tree', devices: own.map(pathOf) });
}

/** The contexts that its devices take, IOMMU by IOMMU, and what Xen then keeps in step. */
function sayContexts(machine: Machine, name: string, steps: Steps): void {
  const own = guardedDevices(machine).filter(({ owners }) => owners.includes(name));
  for (const holder of new Set(own.map(({ iommu }) => contextHolder(machine, iommu)))) {
    const users = contextUsers(machine, holder);
    const count = contextCount(machine, holder);
    if (count !== undefined) {
      const authority = 'Xen 4.22 xen/drivers/passthrough/device_tree.c:iommu_assign_dt_device';
      say(steps, authority, { kind: 'xen-context-taken', iommu: pathOf(holder), used: users.size, of: count });
    }
    sayUpkeep(machine, holder, steps);
  }
}
