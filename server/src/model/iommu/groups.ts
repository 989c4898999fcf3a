// SPDX-License-Identifier: MIT
// Which devices share an IOMMU group, by the grouping of the IOMMU's driver; stream matching is the Arm SMMU's own.
import { hex } from '#base/numbers.ts';
import type { DriverMatch } from '#model/drivers/index.ts';
import type { IommuTraits, IovaRegions } from '#model/drivers/types.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { Binding } from './binding.ts';
import { mastersByIommu, owner } from './masters.ts';
import { type FunctionPlacement, functionPlacement } from './pci-groups.ts';
import { groupOfStream, streamPlacement } from './streams.ts';
import type { Subject } from './subject.ts';

/** The part of a subject that decides its group. */
export type Member = Pick<Subject, 'machine' | 'node' | 'binding' | 'bus' | 'configuredBy' | 'id'>;

/**
 * A name that is equal for two devices exactly when their driver puts them into one group; `undefined` where it makes
 * none.
 */
export function groupName(member: Member): string | undefined {
  const { machine, node, binding, id } = member;
  const iommu = owner(binding);
  const match = binding.reached[0]?.state.match;
  if (!iommu || !match) return undefined;
  const path = pathOf(iommu);
  const first = binding.reached[0]?.ids[0]?.id;
  const grouping = groupingOf(machine, match);
  switch (grouping) {
    case 'none':
      return undefined;
    case 'instance':
      return path;
    case 'iova-region':
      return regionGroup(machine, path, binding, match);
    case 'swgroup':
      return `${path}#${idSetOf(first, match) ?? hex(first ?? 0)}`;
    case 'stream':
    case 'stream-match':
    case 'device':
      break;
  }
  const placement = pciPlacement(member);
  if (placement) return placement.sharedGroup ?? ownPciGroup(member, placement, iommu);
  if (grouping === 'stream-match' && id !== undefined) {
    const streams = binding.reached.flatMap(({ ids }) => ids.map(({ id, mask }) => ({ id, mask: mask ?? 0 })));
    return groupOfStream(machine, iommu, streams) ?? `${path}#${hex(first ?? 0)}`;
  }
  if (grouping === 'stream') return first === undefined ? path : `${path}#${hex(first)}`;
  if (grouping === 'stream-match') return streamPlacement(machine, iommu).get(node)?.group;
  if (id === undefined && streamPlacement(machine, iommu).get(node)?.refused !== undefined) return undefined;
  return first === undefined ? `${path}#${pathOf(node)}` : ownGroup(machine, { node, iommu, path, first, id });
}

function groupingOf({ platform }: Machine, { driver, traits }: DriverMatch): IommuTraits['grouping'] {
  return (platform.arch === 'arm' && driver.armGrouping) || traits.grouping;
}

/** Whether the driver asks pci_device_group about PCI functions, so that isolation and aliases decide. */
function asksPci(machine: Machine, match: DriverMatch): boolean {
  return ['device', 'stream', 'stream-match'].includes(groupingOf(machine, match));
}

/** What the search for a PCI function's group found, where its driver makes one. */
export function pciPlacement({ machine, binding, bus, configuredBy, id }: Member): FunctionPlacement | undefined {
  const match = binding.reached[0]?.state.match;
  if (bus !== 'pci' || id === undefined || !match || !asksPci(machine, match)) return undefined;
  return functionPlacement(machine, configuredBy, id);
}

/** The group is named by the first ID of the function that it was made for. */
function ownPciGroup(
  { machine, configuredBy }: Member,
  { founder, founderBinding }: FunctionPlacement,
  iommu: DtNode,
): string | undefined {
  const first = founderBinding?.reached[0]?.ids[0]?.id;
  if (!founder || first === undefined) return undefined;
  return ownGroup(machine, { node: founder.node ?? configuredBy, iommu, path: pathOf(iommu), first, id: founder.id });
}

interface Own {
  readonly node: DtNode;
  readonly iommu: DtNode;
  readonly path: string;
  readonly first: number;
  readonly id: number | undefined;
}

/** A group for the device alone, named by its first ID; by its path, too, where another device has that ID. */
function ownGroup(machine: Machine, { node, iommu, path, first, id }: Own): string {
  const masters = mastersByIommu(machine).get(iommu) ?? [];
  const earlier = masters.find((master) => master.binding.reached[0]?.ids[0]?.id === first);
  const unique = id === undefined ? earlier === undefined || earlier.node === node : earlier === undefined;
  return unique ? `${path}#${hex(first)}` : `${path}#${hex(first)}@${pathOf(node)}`;
}

function idSetOf(id: number | undefined, { traits }: DriverMatch): string | undefined {
  return traits.idSets?.find(({ ids }) => id !== undefined && ids.includes(id))?.name;
}

/** drivers/iommu/mtk_iommu.c:mtk_iommu_device_group: the bank's or the region's group. */
function regionGroup(machine: Machine, path: string, binding: Binding, match: DriverMatch): string | undefined {
  const { iovaRegions } = match.traits;
  if (!iovaRegions) return path;
  const ids = binding.reached.flatMap((bound) => bound.ids.map(({ id }) => id));
  const part = partOf(iovaRegions, ids);
  if (part === undefined) return undefined;
  const home = iovaRegions.shared ? pathOf(firstOfChip(machine, binding, match)) : path;
  return `${home}#${part}`;
}

/** The region or bank of a master; `undefined` where no region has all its ports, which the driver refuses. */
export function partOf(regions: IovaRegions, ids: readonly number[]): string | undefined {
  const first = ids[0] ?? 0;
  const port = first & 31;
  const bank = regions.banks?.find((row) => port >= row.first && port <= row.last);
  if (regions.banks) return `bank${bank?.bank ?? 0}`;
  const larb = (first >>> 5) & 31;
  const mask = ids.reduce((bits, id) => (bits | (1 << (id & 31))) >>> 0, 0);
  const index = regions.regions.findIndex(({ ports }) => !ports || ((ports[larb] ?? 0) & mask) >>> 0 === mask);
  return index < 0 ? undefined : `region${index}`;
}

/** Instances of one chip that share their tables are one in the eyes of the group. */
function firstOfChip(machine: Machine, binding: Binding, match: DriverMatch): DtNode {
  const own = binding.reached[0]?.state.node ?? machine.tree.root;
  for (const [iommu, masters] of mastersByIommu(machine)) {
    const other = masters[0]?.binding.reached[0]?.state.match;
    if (other?.driver === match.driver && other.traits.iovaRegions === match.traits.iovaRegions) return iommu;
  }
  return own;
}

/** The devices of each group, platform and AMBA ones, in tree order. */
const groupTable = perMachine<ReadonlyMap<string, readonly DtNode[]>>((machine) => {
  const table = new Map<string, DtNode[]>();
  for (const masters of mastersByIommu(machine).values()) {
    for (const { node, binding } of masters) {
      const name = groupName({ machine, node, binding, bus: 'platform', configuredBy: node, id: undefined });
      if (name === undefined) continue;
      const list = table.get(name);
      if (list) list.push(node);
      else table.set(name, [node]);
    }
  }
  return table;
});

export function groupMembers(machine: Machine, group: string): readonly DtNode[] {
  return groupTable(machine).get(group) ?? [];
}
