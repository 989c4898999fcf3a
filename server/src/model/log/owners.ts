// SPDX-License-Identifier: MIT
// Whose an ID is that an IOMMU printed: the nodes that list it, or whose map leads to it, under the masks that count.
import { functionName } from '#model/devices/device-name.ts';
import { aliasesOf, type PciFunction, pciTopology } from '#model/devices/pci-topology.ts';
import { listBinding } from '#model/iommu/binding.ts';
import { iommuMap, type MapRow } from '#model/iommu/id-map.ts';
import { listedMasters } from '#model/iommu/master-lists.ts';
import { iommuState } from '#model/iommu/state.ts';
import { decode } from '#model/iommu/xlate.ts';
import type { Machine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import type { DecodedId } from '#model/report/types.ts';
import { cells, cellTarget, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** A node whose transactions may carry the ID. */
export interface Owner {
  readonly node: DtNode;
  /** The property that says so; `null`: a list of the IOMMU. */
  readonly by: 'iommus' | 'iommu-map' | null;
  /** The ID as the tree has it, with the mask under which it matches. */
  readonly id: DecodedId | undefined;
  /** Behind a map: the requester IDs that lead to it, the first few. */
  readonly requesters: readonly number[];
  /** Behind a map: what Linux calls those functions, with a word where a bridge adds the ID. */
  readonly functions: readonly string[];
  /** Its own ID, or the node of the function where the tree has one. */
  readonly functionNode?: DtNode;
}

/** Enough to name; a map that sends a thousand functions to one ID names none. */
const MOST = 4;
/** The IDs of a PCI segment. */
const SEGMENT = 0x10000;

/** Every node that names the IOMMU, disabled ones too, for an IOMMU that prints no ID. */
export function mastersOf(machine: Machine, iommu: DtNode): Owner[] {
  const serving = new Set([iommu, ...treeNodes(machine).all.filter((node) => feeds(machine, node, iommu))]);
  return [...serving].flatMap((each) => entriesOf(machine, each).map(({ owner }) => owner)).filter(once());
}

/** A part of the IOMMU whose faults that one prints: a cache IPMMU names its main one. */
function feeds({ tree }: Machine, node: DtNode, main: DtNode): boolean {
  const [target] = cells(tree, node.properties.get('renesas,ipmmu-main'));
  return target !== undefined && cellTarget(tree, target) === main;
}

function once(): (owner: Owner) => boolean {
  const seen = new Set<DtNode>();
  return ({ node }) => !seen.has(node) && seen.add(node) !== undefined;
}

/** The nodes that have the ID at the IOMMU. */
export function ownersOf(machine: Machine, iommu: DtNode, id: number): Owner[] {
  const listed = entriesOf(machine, iommu).flatMap(({ owner, ids, row }) => {
    if (row) return behindMap(machine, owner.node, { row, iommu, id });
    const own = ids.find((each) => matches(each, id));
    return own ? [{ ...owner, id: own }] : [];
  });
  return listed.filter(once());
}

/** The IDs next to one that nobody has. */
export function nearest(machine: Machine, iommu: DtNode, id: number): { readonly path: string; readonly id: number }[] {
  return entriesOf(machine, iommu)
    .flatMap(({ owner, ids }) => ids.map((each) => ({ path: pathOf(owner.node), id: each.id })))
    .sort((a, b) => Math.abs(a.id - id) - Math.abs(b.id - id))
    .slice(0, 2);
}

function matches(own: DecodedId, id: number): boolean {
  return ((own.id ^ id) & ~(own.mask ?? 0)) === 0;
}

interface Entry {
  readonly owner: Owner;
  /** Of a map: of the first ID that it gives. */
  readonly ids: readonly DecodedId[];
  readonly row?: MapRow;
}

function entriesOf(machine: Machine, iommu: DtNode): Entry[] {
  const entries: Entry[] = [];
  const { withIommus, withIommuMap } = treeNodes(machine);
  for (const node of [...withIommus, ...listedMasters(machine)]) {
    const ids = listBinding(machine, node).reached.flatMap(({ state, ids: own }) => (state.node === iommu ? own : []));
    const names = listBinding(machine, node).reached.some(({ state }) => state.node === iommu);
    const by = node.properties.has('iommus') ? 'iommus' : null;
    if (names) entries.push({ owner: { node, by, id: ids[0], requesters: [], functions: [] }, ids });
  }
  for (const node of withIommuMap) {
    for (const row of iommuMap(machine, node).map?.rows ?? []) {
      if (row.provider !== iommu) continue;
      const ids = decode(iommuState(machine, iommu), row.out);
      entries.push({ owner: { node, by: 'iommu-map', id: ids[0], requesters: [], functions: [] }, ids, row });
    }
  }
  return entries;
}

interface Wanted {
  readonly row: MapRow;
  readonly iommu: DtNode;
  readonly id: number;
}

/** The functions that an entry of a map sends to the ID: as of_map_id, from the end. */
function behindMap(machine: Machine, bus: DtNode, { row, iommu, id }: Wanted): Owner[] {
  const state = iommuState(machine, iommu);
  const mask = iommuMap(machine, bus).map?.mask ?? 0xffffffff;
  const decoded = (offset: number) => decode(state, [((row.out[0] ?? 0) + offset) >>> 0, ...row.out.slice(1)])[0];
  const ownMask = decoded(0)?.mask ?? 0;
  const offsets: number[] = [];
  const exact = id - (decoded(0)?.id ?? 0);
  if (ownMask === 0) {
    if (exact >= 0 && exact < row.length) offsets.push(exact);
  } else {
    const end = Math.min(row.length, SEGMENT);
    for (let offset = 0; offset < end && offsets.length < MOST; offset++) {
      const own = decoded(offset);
      if (own && matches(own, id)) offsets.push(offset);
    }
  }
  const [first] = offsets;
  if (first === undefined) return [];
  const masked = offsets.map((offset) => (row.base + offset) >>> 0);
  const known = pciTopology(machine, bus).functions.filter((fn) => aliasesOf(fn).some((alias) => hit(alias.id)));
  function hit(rid: number): boolean {
    return masked.includes((rid & mask) >>> 0);
  }
  const requesters = [...new Set([...known.map((fn) => fn.id), ...masked])].slice(0, MOST);
  const functions = known.slice(0, MOST).map((fn) => described(machine, bus, fn, hit));
  const others = known.length > 0 ? [] : masked.slice(0, MOST).map((rid) => functionName(machine, bus, rid));
  const fnNode = known.length === 1 ? known[0]?.node : undefined;
  const owner: Owner = {
    node: bus,
    by: 'iommu-map',
    id: decoded(first),
    requesters,
    functions: [...functions, ...others],
    ...(fnNode && { functionNode: fnNode }),
  };
  return [owner];
}

/** `0000:02:01.0 (its bridge adds 0x0200)`. */
function described(machine: Machine, bus: DtNode, fn: PciFunction, hit: (rid: number) => boolean): string {
  const name = functionName(machine, bus, fn.id);
  const alias = hit(fn.id) ? undefined : aliasesOf(fn).find(({ id }) => hit(id));
  return alias ? `${name} (by the alias ${functionName(machine, bus, alias.id)})` : name;
}
