// SPDX-License-Identifier: MIT
// The lists of masters that IOMMUs themselves have (`mmu-masters` of Arm SMMUs v1 and v2), and what that form excludes.
import type { Span } from '#base/text.ts';
import { existence } from '#model/devices/existence.ts';
import { driverFor } from '#model/drivers/index.ts';
import type { IommuDriver } from '#model/drivers/types.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { has } from '#model/platform/releases.ts';
import { at } from '#model/report/steps.ts';
import { isAvailable, pathOf } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import type { Registration } from './state.ts';

/** An entry of such a list. */
export interface Listed {
  readonly iommu: DtNode;
  readonly args: readonly number[];
  readonly span: Span;
}

interface Lists {
  /** Enabled IOMMUs whose driver knows both forms, in tree order; the form of the first holds for all. */
  readonly iommus: readonly DtNode[];
  readonly masters: ReadonlyMap<DtNode, Listed>;
}

/** All lists of the tree. */
export const masterLists = perMachine<Lists>((machine) => {
  const iommus: DtNode[] = [];
  const masters = new Map<DtNode, Listed>();
  for (const node of treeNodes(machine).withInterruptCount) {
    const driver = driverFor(node, machine.platform.kernelVersion)?.driver;
    if (!driver?.legacyList || !isAvailable(node) || existence(machine, node).bus === 'none') continue;
    iommus.push(node);
    const { property, cells } = driver.legacyList;
    for (const { provider, args, phandle } of specifiers(machine.tree, node.properties.get(property), cells).entries) {
      if (masters.has(provider)) continue;
      masters.set(provider, { iommu: node, args: args.map(({ value }) => value), span: phandle.span });
    }
  }
  return { iommus, masters };
});

/** Nodes that some IOMMU lists, in the order of the lists. */
export function listedMasters(machine: Machine): DtNode[] {
  return [...masterLists(machine).masters.keys()];
}

/** Why the form in which an IOMMU names its masters keeps it from serving those that name it. */
export function hiddenByForm(machine: Machine, node: DtNode, driver: IommuDriver): Registration | undefined {
  const { legacyList } = driver;
  const [first] = masterLists(machine).iommus;
  if (!legacyList || !first) return undefined;
  const hasList = (each: DtNode) => each.properties.has(legacyList.property);
  if (hasList(node) !== hasList(first)) {
    const log = 'not probing due to mismatched DT properties';
    const iommu = pathOf(first);
    const why = { kind: 'form-differs', has: hasList(node), property: legacyList.property, first: iommu, log } as const;
    const condition = { kind: 'iommu-probed-first', iommu } as const;
    return { kind: 'never', reason: 'probe-fails', why, evidence: [at(node, legacyList.property)], log, condition };
  }
  if (!hasList(node) || !has(machine.platform.kernelVersion, GATES.mastersNeedSpec)) return undefined;
  const why = { kind: 'only-listed-masters', property: legacyList.property } as const;
  return { kind: 'never', reason: 'not-registered', why, evidence: [at(node, legacyList.property)] };
}
