// SPDX-License-Identifier: MIT
// Where `iommu-map` and `msi-map` send one ID of a bus: drivers/of/base.c:of_map_id, before and after Linux 7.2.
import { hex } from '#base/numbers.ts';
import type { Span } from '#base/text.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, type PerNode, perMachine, perNode } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { at } from '#model/report/steps.ts';
import type { BindingReason } from '#model/statements/binding.ts';
import { numberPhandles } from '#tree/blob/phandles.ts';
import { cells, cellTarget, pathOf, u32 } from '#tree/query.ts';
import type { Cell, DtNode } from '#tree/types.ts';

export interface MapRow {
  readonly base: number;
  readonly length: number;
  /** Absent when the phandle names no node. */
  readonly provider: DtNode | undefined;
  /** The output specifier for `base`: one cell before Linux 7.2, as many as the provider asks for since. */
  readonly out: readonly number[];
  readonly span: Span;
}

export interface IdMap {
  readonly rows: readonly MapRow[];
  readonly mask: number;
  /** Set when Linux refuses the whole property. */
  readonly refused?: string;
  /** Since Linux 7.2 entries are read as they are tried: what is printed where no entry before a cut-off one matches. */
  readonly cutOff?: string;
  /** Whether entries are read one by one, as since Linux 7.2. */
  readonly oneByOne: boolean;
  /** A line that Linux prints about the map, and goes on. */
  readonly notice?: string;
}

export type MapResult =
  | { readonly kind: 'absent' }
  | { readonly kind: 'mapped'; readonly provider: DtNode; readonly args: readonly number[]; readonly row: MapRow }
  | { readonly kind: 'uncovered'; readonly log: string }
  | { readonly kind: 'refused'; readonly log: string; readonly why: BindingReason; readonly span: Span };

export const MAP_ID = 'Linux 6.12 drivers/of/base.c:of_map_id';

/** The entries of `iommu-map`; `undefined` when the node has none. */
export const iommuMap: PerNode<{ readonly map: IdMap | undefined }> = perNode(
  (machine, node) => ({ map: readMap(machine, node, 'iommu-map') }),
  () => ({ map: undefined }),
);

/** Whether every function behind a bridge has the same ID in the eyes of its map: the mask leaves no bit of it. */
export function mapsAllToOne(machine: Machine, bridge: DtNode): boolean {
  const { map } = iommuMap(machine, bridge);
  return map !== undefined && (map.mask & 0xffff) === 0;
}

/** The entries of a map property as the release reads them. */
export function readMap(machine: Machine, node: DtNode, name: 'iommu-map' | 'msi-map'): IdMap | undefined {
  const property = node.properties.get(name);
  if (!property) return undefined;
  const mask = u32(node.properties.get(`${name}-mask`)) ?? 0xffffffff;
  const length = property.value.bytes.length;
  const oneByOne = has(machine.platform.kernelVersion, GATES.mapsOneByOne);
  const line = `OF: ${pathOf(node)}: Error: Bad ${name} length: ${length}`;
  if (oneByOne ? length % 4 !== 0 : length === 0 || length % 16 !== 0)
    return { rows: [], mask, refused: line, oneByOne };
  const all = cells(machine.tree, property);
  const cellsName = name === 'iommu-map' ? '#iommu-cells' : '#msi-cells';
  // The old form towards a provider of two cells: Linux hands over one cell.
  const four = oneByOne && isLegacy(machine, all, cellsName);
  const rows: MapRow[] = [];
  for (let start = 0; start < all.length; ) {
    const [base, phandle] = [all[start], all[start + 1]];
    if (!base || !phandle) return { rows, mask, oneByOne, cutOff: line };
    const provider = cellTarget(machine.tree, phandle);
    const count = oneByOne && !four ? (u32(provider?.properties.get(cellsName)) ?? 1) : 1;
    const out = all.slice(start + 2, start + 2 + count).map((cell) => numberOf(machine, cell));
    const size = all[start + 2 + count];
    // What comes behind a phandle without a node is never read.
    if (provider && (!size || out.length < count)) return { rows, mask, oneByOne, cutOff: line };
    const length = size ? numberOf(machine, size) : 0;
    rows.push({ base: numberOf(machine, base), length, provider, out, span: base.span });
    start += 3 + count;
  }
  const notice = `OF: ${pathOf(node)}: ${name} has 1-cell entries targeting 2-cell ${cellsName}, treating as 1-cell output`;
  return { rows, mask, oneByOne, ...(four && { notice }) };
}

/** Where the cells of a map are not what the release expects, a reference stands for a number: that of its phandle. */
function numberOf(machine: Machine, { value, target }: Cell): number {
  return target ? (phandles(machine).numbers.get(target) ?? value) : value;
}

const phandles = perMachine((machine) => numberPhandles(machine.tree, false));

/** Linux 7.2 accepts four cells towards a two-cell provider when every entry has length 1 and one target. */
function isLegacy(machine: Machine, all: ReturnType<typeof cells>, cellsName: string): boolean {
  if (all.length % 4 !== 0) return false;
  const first = all[1] ? cellTarget(machine.tree, all[1]) : undefined;
  if (!first || u32(first.properties.get(cellsName)) !== 2) return false;
  for (let start = 0; start < all.length; start += 4) {
    const phandle = all[start + 1];
    if (!phandle || cellTarget(machine.tree, phandle) !== first || all[start + 3]?.value !== 1) return false;
  }
  return true;
}

/** Where the map of `node` sends `id`. */
export function mapId(map: IdMap | undefined, node: DtNode, name: 'iommu-map' | 'msi-map', id: number): MapResult {
  if (!map) return { kind: 'absent' };
  const path = pathOf(node);
  if (map.refused !== undefined) {
    return { kind: 'refused', log: map.refused, why: { kind: 'map-length', property: name }, span: at(node, name) };
  }
  const masked = (id & map.mask) >>> 0;
  const { rows } = map;
  const orderly = orderlyRows(map);
  // Of the orderly ones, the last that begins before the ID is the only one that may have it.
  for (let next = lastFrom(rows, orderly, masked); next < rows.length; next = Math.max(orderly, next + 1)) {
    const row = rows[next] as MapRow;
    if ((row.base & ~map.mask) !== 0) {
      const log = `OF: ${path}: Invalid ${name} translation - ${name}-mask (${hex(map.mask)}) ignores id-base (${hex(row.base)})`;
      const why: BindingReason = { kind: 'mask-hides-base', property: name, base: row.base };
      return { kind: 'refused', log, why, span: row.span };
    }
    if (map.oneByOne && !row.provider) return withoutNode(row);
    if (masked < row.base || isBehind(map, row, masked)) continue;
    if (!row.provider) return withoutNode(row);
    if (row.out.length > 1 && row.length > 1) {
      const log = `OF: ${path}: Unsupported ${name} - cannot handle ${row.length}-ID range with ${row.out.length}-cell output specifier`;
      return { kind: 'refused', log, why: { kind: 'range-with-two-cells' }, span: row.span };
    }
    const [first = 0, ...rest] = row.out;
    const args = [(masked - row.base + first) >>> 0, ...rest];
    return { kind: 'mapped', provider: row.provider, args, row };
  }
  if (map.cutOff !== undefined) {
    return { kind: 'refused', log: map.cutOff, why: { kind: 'map-cut-off', property: name }, span: at(node, name) };
  }
  return { kind: 'uncovered', log: `OF: ${path}: no ${name} translation for id ${hex(id)} on (null)` };
}

const orderlyCounts = new WeakMap<IdMap, number>();

/** So many entries at the beginning are in the order of their IDs, share none, and are nothing to stop at. */
function orderlyRows(map: IdMap): number {
  const known = orderlyCounts.get(map);
  if (known !== undefined) return known;
  let end = 0;
  let count = 0;
  for (const { base, length, provider } of map.rows) {
    if (!provider || (base & ~map.mask) !== 0 || base < end || base + length > 0xffffffff) break;
    end = base + length;
    count++;
  }
  orderlyCounts.set(map, count);
  return count;
}

/** The index of the last of the orderly entries that begins at or before the ID; behind them where none does. */
function lastFrom(rows: readonly MapRow[], orderly: number, id: number): number {
  let low = 0;
  let high = orderly;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.base ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? orderly : low - 1;
}

/** Functions have IDs of 16 bits: bus, device and function. */
const LAST_REQUESTER = 0xffff;

/**
 * The highest output of an entry for an ID that a function behind its bridge can have: below the end of all of them, of
 * those that the mask leaves, in 32 bits. `undefined` where it translates none.
 */
export function highestOutput({ mask }: IdMap, { base, length, out }: MapRow): number | undefined {
  const last = Math.min(base + length - 1, Math.max(LAST_REQUESTER, base));
  let highest = 0;
  for (let bit = 2 ** 31; bit >= 1; bit /= 2) {
    if (Math.floor(mask / bit) % 2 === 1 && highest + bit <= last) highest += bit;
  }
  if (length === 0 || highest < base) return undefined;
  return Math.min((out[0] ?? 0) + highest - base, 0xffffffff);
}

const withoutNode = (row: MapRow): MapResult => ({
  kind: 'refused',
  log: '',
  why: { kind: 'row-without-node' },
  span: row.span,
});

/** Before 7.2 the end is computed in 32 bits, and an entry that reaches over it never matches. */
function isBehind({ oneByOne }: IdMap, { base, length }: MapRow, id: number): boolean {
  return oneByOne ? id - base >= length : id >= (base + length) >>> 0;
}
