// SPDX-License-Identifier: MIT
// What the cells of a specifier mean to the IOMMU's driver: the IDs that it keeps of them.
import type { CellMeaning } from '#model/drivers/types.ts';
import type { DecodedId } from '#model/report/types.ts';
import { u32 } from '#tree/query.ts';
import type { IommuState } from './state.ts';

/** The IDs of one specifier; empty for IOMMUs that need none and for nodes without a driver. */
export function decode(state: IommuState, args: readonly number[]): DecodedId[] {
  const match = state.match;
  if (!match) return [];
  const { cells } = match.traits;
  const ids: DecodedId[] = [];
  let mask: number | null = null;
  cells.forEach((meaning, index) => {
    const value = args[index];
    if (meaning.kind === 'mask') mask = value === undefined ? defaultMask(state, meaning) : kept(value, meaning);
  });
  cells.forEach((meaning, index) => {
    if (meaning.kind === 'mask') return;
    const value = args[index];
    // A driver that reads its first cell without counting reads 0 where there is none.
    if (value === undefined && index > 0) return;
    ids.push({ kind: meaning.kind, id: kept(value ?? 0, meaning), mask });
  });
  return ids;
}

function defaultMask(state: IommuState, meaning: CellMeaning): number | null {
  const property = state.match?.driver.defaultMaskProperty;
  const value = property === undefined ? undefined : u32(state.node.properties.get(property));
  return value === undefined ? null : kept(value, meaning);
}

function kept(value: number, { bits }: CellMeaning): number {
  return bits >= 32 ? value : value & (2 ** bits - 1);
}
