// SPDX-License-Identifier: MIT
// Arithmetic on the entries of `iommu-map` and `msi-map`: which IDs they cover, twice, or not at all.
import { cells, isLive, strings, u32 } from '#tree/query.ts';
import type { MapEntry } from '#tree/specifiers.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import type { RuleContext } from './rule.ts';
import { iommuDriver } from './uses.ts';

/** The last ID that an entry covers; its first one when the length is 0. */
export function lastId({ base, length }: MapEntry): number {
  return base.value + Math.max(length.value, 1) - 1;
}

/**
 * The highest ID that an entry translates: `of_map_id` (drivers/of/base.c) clears what `iommu-map-mask` lacks before it
 * compares. `undefined` when no such ID lies in the entry.
 */
export function lastTranslated(entry: MapEntry, mask: number | undefined): number | undefined {
  if (entry.length.value === 0) return undefined;
  const last = lastId(entry);
  if (mask === undefined) return last;
  let reached = 0;
  for (let bit = 2 ** 31; bit >= 1; bit /= 2) {
    if (Math.floor(mask / bit) % 2 === 1 && reached + bit <= last) reached += bit;
  }
  return reached < entry.base.value ? undefined : reached;
}

/** Each later entry that shares IDs with an earlier one, with the IDs that they share. */
export function* overlaps(entries: readonly MapEntry[]) {
  const shared = sharing(entries);
  for (const [at, later] of shared.entries()) {
    for (const first of shared.slice(0, at)) {
      const start = Math.max(first.base.value, later.base.value);
      const end = Math.min(lastId(first), lastId(later));
      if (start > end) continue;
      yield { first, later, start, end };
      break;
    }
  }
}

/** The entries that share IDs with another one, in their order: of a map with thousands, few or none. */
function sharing(entries: readonly MapEntry[]): readonly MapEntry[] {
  const sorted = entries.filter(({ length }) => length.value > 0).sort((a, b) => a.base.value - b.base.value);
  const found = new Set<MapEntry>();
  let last = -1;
  for (const [at, entry] of sorted.entries()) {
    const next = sorted[at + 1];
    if (entry.base.value <= last || (next && next.base.value <= lastId(entry))) found.add(entry);
    last = Math.max(last, lastId(entry));
  }
  return found.size === 0 ? [] : entries.filter((entry) => found.has(entry));
}

/** The gaps between entries, in order of ID; the functions of a virtio-iommu below the bridge are no gap. */
export function* uncovered(context: RuleContext, host: DtNode, entries: readonly MapEntry[]) {
  const sorted = entries.filter((entry) => entry.length.value > 0).sort((a, b) => a.base.value - b.base.value);
  const own = viommuIds(context, host);
  let end = -1;
  let after: MapEntry | undefined;
  for (const entry of sorted) {
    let start = end + 1;
    let stop = entry.base.value - 1;
    while (own.has(start)) start++;
    while (own.has(stop)) stop--;
    if (after && start <= stop) yield { start, end: stop, after };
    end = Math.max(end, lastId(entry));
    after = entry;
  }
}

/** The first ID of an entry that none of the others covers. */
export function firstOutside(entry: MapEntry, others: readonly MapEntry[]): number | undefined {
  let next = entry.base.value;
  for (const each of [...others].sort((a, b) => a.base.value - b.base.value)) {
    if (each.base.value <= next && lastId(each) >= next) next = lastId(each) + 1;
  }
  return next > lastId(entry) ? undefined : next;
}

function viommuIds(context: RuleContext, host: DtNode): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const child of host.children.values()) {
    const id = requesterId(context.tree, child);
    if (id !== undefined && isLive(child) && iommuDriver(context, child)) ids.add(id);
  }
  return ids;
}

/** Bus, device and function of a PCI function's node, from `phys.hi` of its `reg`. */
export function requesterId(tree: DeviceTree, node: DtNode): number | undefined {
  const property = node.properties.get('reg');
  if (u32(property) === undefined) return undefined;
  const [high] = cells(tree, property);
  return high && (high.value >>> 8) & 0xffff;
}

/** As the PCI core looks for host bridges in the tree. */
export function isPciHost(node: DtNode): boolean {
  return strings(node.properties.get('device_type'))[0] === 'pci';
}
