// SPDX-License-Identifier: MIT
// The RAM that the tree describes, and whether a device reaches all of it or has to bounce.
import { perMachine } from '#model/platform/machine.ts';
import { isAvailable, strings } from '#tree/query.ts';
import { childCells, rawCells, readNumber } from './addresses.ts';
import type { Addressing, Window } from './dma-ranges.ts';

export interface Bank {
  readonly start: bigint;
  readonly size: bigint;
}

/** RAM as drivers/of/fdt.c:early_init_dt_scan_memory finds it; empty where the boot loader is to fill it in. */
export const memoryBanks = perMachine<readonly Bank[]>((machine) => {
  const { root } = machine.tree;
  const { address, size } = childCells(machine, root);
  const banks: Bank[] = [];
  if (address > 4 || size > 4 || address + size <= 0) return banks;
  for (const node of root.children.values()) {
    if (strings(node.properties.get('device_type'))[0] !== 'memory' || !isAvailable(node)) continue;
    const cells = rawCells(node.properties.get('linux,usable-memory') ?? node.properties.get('reg'));
    for (let at = 0; at + address + size <= cells.length; at += address + size) {
      const bank = { start: readNumber(cells, at, address), size: readNumber(cells, at + address, size) };
      if (bank.size > 0n) banks.push(bank);
    }
  }
  return banks;
});

/**
 * RAM outside the windows of a device; `unknown` when the tree describes no RAM, so that only the boot loader knows.
 * Without windows everything is reached: the driver's own mask decides.
 */
export function outOfReach(banks: readonly Bank[], { windows }: Addressing): Bank | 'unknown' | undefined {
  if (windows.length === 0) return undefined;
  if (banks.length === 0) return 'unknown';
  const sorted = [...windows].sort((a, b) => (a.cpu < b.cpu ? -1 : a.cpu > b.cpu ? 1 : 0));
  for (const bank of banks) {
    const gap = firstGap(bank, sorted);
    if (gap) return gap;
  }
  return undefined;
}

function firstGap(bank: Bank, windows: readonly Window[]): Bank | undefined {
  const end = bank.start + bank.size;
  let reached = bank.start;
  for (const { cpu, size } of windows) {
    if (cpu <= reached && reached < cpu + size) reached = cpu + size;
  }
  return reached >= end ? undefined : { start: reached, size: end - reached };
}
