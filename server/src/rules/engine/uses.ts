// SPDX-License-Identifier: MIT
// Who uses which IOMMU: the facts that rules about several nodes share, gathered once per run.
import { memo } from '#base/memo.ts';
import { type DriverMatch, driverFor } from '#model/drivers/index.ts';
import { GATES } from '#model/platform/gates.ts';
import { has } from '#model/platform/releases.ts';
import { xenDriver } from '#model/xen/drivers.ts';
import { isLive, u32 } from '#tree/query.ts';
import { type MapEntry, mapEntries, specifiers } from '#tree/specifiers.ts';
import type { Cell, DtNode, DtProperty } from '#tree/types.ts';
import type { RuleContext } from './rule.ts';

/** One entry of a master that reaches an IOMMU: of its `iommus`, or of the `iommu-map` of its bridge. */
export interface Use {
  readonly master: DtNode;
  readonly provider: DtNode;
  readonly property: DtProperty;
  readonly via: 'iommus' | 'iommu-map';
  readonly phandle: Cell;
  readonly args: readonly Cell[];
  /** IDs that the entry covers: 1 for `iommus`. */
  readonly count: number;
}

/** The cells that a specifier of this IOMMU has; 0 when it does not say. */
export function cellCount(provider: DtNode): number {
  return u32(provider.properties.get('#iommu-cells')) ?? 0;
}

/** The entries of a map as the release reads them; `undefined` when Linux refuses the property as a whole. */
export function entriesOf(context: RuleContext, node: DtNode, name: 'iommu-map' | 'msi-map'): MapEntry[] | undefined {
  const wide = has(context.platform.kernelVersion, GATES.mapsOneByOne);
  const cellsName = name === 'iommu-map' ? '#iommu-cells' : '#msi-cells';
  return mapEntries(context.tree, node.properties.get(name), wide ? cellsName : undefined);
}

const drivers = memo((_context: RuleContext) => new Map<DtNode, DriverMatch | undefined>());

/** The driver that Linux binds to the node as an IOMMU in the platform's release. */
export function iommuDriver(context: RuleContext, node: DtNode): DriverMatch | undefined {
  const kept = drivers(context);
  if (!kept.has(node)) kept.set(node, driverFor(node, context.platform.kernelVersion));
  return kept.get(node);
}

/** An IOMMU that Xen keeps for itself: Linux in dom0 sees neither the node nor who names it. */
export function isXens({ platform }: RuleContext, iommu: DtNode): boolean {
  return platform.kind === 'xen-host' && xenDriver(platform, iommu) !== undefined;
}

/** All uses by masters that exist, by IOMMU, in tree order. */
export const usesByProvider: (context: RuleContext) => ReadonlyMap<DtNode, readonly Use[]> = memo((context) => {
  const found = new Map<DtNode, Use[]>();
  for (const master of context.nodesWith('iommus')) for (const use of usesOf(context, master)) add(found, use);
  for (const master of context.nodesWith('iommu-map')) {
    if (!master.properties.has('iommus')) for (const use of usesOf(context, master)) add(found, use);
  }
  return found;
});

function add(found: Map<DtNode, Use[]>, use: Use): void {
  const list = found.get(use.provider);
  if (list) list.push(use);
  else found.set(use.provider, [use]);
}

const usesOfMaster = memo((_context: RuleContext) => new Map<DtNode, readonly Use[]>());

/** The uses of one node; empty when it does not exist at run time. */
export function usesOf(context: RuleContext, master: DtNode): readonly Use[] {
  const kept = usesOfMaster(context);
  const known = kept.get(master);
  if (known) return known;
  const list = isLive(master) ? readUses(context, master) : [];
  kept.set(master, list);
  return list;
}

function readUses(context: RuleContext, master: DtNode): Use[] {
  const found: Use[] = [];
  const iommus = master.properties.get('iommus');
  if (iommus) {
    for (const { provider, phandle, args } of specifiers(context.tree, iommus, '#iommu-cells').entries) {
      found.push({ master, provider, property: iommus, via: 'iommus', phandle, args, count: 1 });
    }
  }
  const map = master.properties.get('iommu-map');
  if (map) {
    for (const { provider, phandle, out, length } of entriesOf(context, master, 'iommu-map') ?? []) {
      if (!provider) continue;
      found.push({ master, provider, property: map, via: 'iommu-map', phandle, args: [out], count: length.value });
    }
  }
  return found;
}
