// SPDX-License-Identifier: MIT
// How lists of phandle + cells (`iommus`, `msi-parent`, …) and ID maps (`iommu-map`, `msi-map`) divide into entries.
import { memo } from '#base/memo.ts';
import { cells, cellTarget, u32 } from './query.ts';
import type { Cell, DeviceTree, DtNode, DtProperty } from './types.ts';

/** One entry of a list: the provider and the cells that its `#…-cells` asks for. */
export interface Specifier {
  readonly index: number;
  readonly phandle: Cell;
  readonly provider: DtNode;
  readonly args: readonly Cell[];
}

/**
 * Why Linux stops reading a list, in the words of drivers/of/base.c:of_phandle_iterator_next (6.12).
 * `unresolved`: a `&label` that names nothing, which the tree itself reports. `empty`: a phandle of 0.
 */
export type StopReason = 'empty' | 'unresolved' | 'no-such-phandle' | 'no-cells' | 'short';

export interface ListStop {
  readonly reason: StopReason;
  readonly index: number;
  readonly phandle: Cell;
  readonly provider?: DtNode;
  /** For `short`: cells that the provider asks for, and cells that are left. */
  readonly wanted: number;
  readonly found: number;
}

export interface SpecifierList {
  readonly entries: readonly Specifier[];
  /** Absent when the whole list was read. */
  readonly stop?: ListStop;
  /** Bytes after the last full cell; Linux does not look at them. */
  readonly ragged: number;
}

/** One entry of `iommu-map` or `msi-map`. */
export interface MapEntry {
  readonly index: number;
  readonly base: Cell;
  readonly phandle: Cell;
  /** Absent when the phandle names no node. */
  readonly provider?: DtNode;
  /** The first output cell. */
  readonly out: Cell;
  /** How many output cells the entry has. */
  readonly outCells: number;
  readonly length: Cell;
}

const lists = memo((_tree: DeviceTree) => new Map<DtProperty, SpecifierList>());

/**
 * Reads a list as `of_parse_phandle_with_args` does, entry after entry, and stops where Linux stops. A provider without
 * `cellsName` ends the list, unless `fallback` says how many cells to assume (`msi-parent` may be a bare phandle).
 */
export function specifiers(
  tree: DeviceTree,
  property: DtProperty | undefined,
  cellsName: string,
  fallback?: number,
): SpecifierList {
  if (!property) return { entries: [], ragged: 0 };
  const kept = lists(tree);
  const known = kept.get(property);
  if (known) return known;
  const list = readList(tree, property, cellsName, fallback);
  kept.set(property, list);
  return list;
}

function readList(
  tree: DeviceTree,
  property: DtProperty,
  cellsName: string,
  fallback: number | undefined,
): SpecifierList {
  const all = cells(tree, property);
  const ragged = property.value.bytes.length % 4;
  const entries: Specifier[] = [];
  let at = 0;
  for (;;) {
    const phandle = all[at];
    if (!phandle) return { entries, ragged };
    const index = entries.length;
    const found = all.length - at - 1;
    const stop = (reason: StopReason, provider?: DtNode, wanted = 0): SpecifierList => ({
      entries,
      ragged,
      stop: { reason, index, phandle, wanted, found, ...(provider && { provider }) },
    });
    const provider = cellTarget(tree, phandle);
    if (!provider) {
      if (phandle.ref !== undefined) return stop('unresolved');
      return stop(phandle.value === 0 ? 'empty' : 'no-such-phandle');
    }
    const count = u32(provider.properties.get(cellsName)) ?? fallback;
    if (count === undefined) return stop('no-cells', provider);
    if (count > found) return stop('short', provider, count);
    entries.push({ index, phandle, provider, args: all.slice(at + 1, at + 1 + count) });
    at += 1 + count;
  }
}

/**
 * The entries of a map. Without `cellsName` they have four cells each, as drivers/of/base.c:of_map_id reads them up to
 * Linux 7.1; with it, as many output cells as that property of the provider says, as Linux 7.2 does, or one in a map of
 * the old form. `undefined` when the value does not divide into entries, which Linux refuses as a whole.
 */
export function mapEntries(
  tree: DeviceTree,
  property: DtProperty | undefined,
  cellsName?: string,
): MapEntry[] | undefined {
  if (!property) return [];
  const { length: bytes } = property.value.bytes;
  if (bytes === 0 || bytes % 4 !== 0) return undefined;
  const all = cells(tree, property);
  const provided = (phandle: Cell): number => {
    const provider = cellsName === undefined ? undefined : cellTarget(tree, phandle);
    return provider && cellsName !== undefined ? (u32(provider.properties.get(cellsName)) ?? 1) : 1;
  };
  return divide(tree, all, cellsName !== undefined && isOldForm(tree, all, cellsName) ? () => 1 : provided);
}

/** Linux 7.2 takes one output cell for two only in a map whose entries all have length 1 and the target of the first. */
function isOldForm(tree: DeviceTree, all: readonly Cell[], cellsName: string): boolean {
  const target = all[1] && cellTarget(tree, all[1]);
  if (all.length % 4 !== 0 || u32(target?.properties.get(cellsName)) !== 2) return false;
  return all.every((cell, at) => (at % 4 === 3 ? cell.value === 1 : at % 4 !== 1 || cellTarget(tree, cell) === target));
}

function divide(tree: DeviceTree, all: readonly Cell[], outCellsOf: (phandle: Cell) => number): MapEntry[] | undefined {
  const entries: MapEntry[] = [];
  for (let at = 0; at < all.length; ) {
    const [base, phandle, out] = all.slice(at, at + 3);
    const outCells = phandle ? outCellsOf(phandle) : 1;
    const length = all[at + 2 + outCells];
    if (!base || !phandle || !out || !length) return undefined;
    const provider = cellTarget(tree, phandle);
    entries.push({ index: entries.length, base, phandle, out, outCells, length, ...(provider && { provider }) });
    at += 3 + outCells;
  }
  return entries;
}
