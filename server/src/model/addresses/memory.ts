// SPDX-License-Identifier: MIT
// The RAM that Linux has of a tree, and whether a device reaches all of it or has to bounce.
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { isAvailable, strings, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { childCells, larger, rawCells, readNumber, smaller } from './addresses.ts';
import type { Addressing, Window } from './dma-ranges.ts';

export interface Bank {
  readonly start: bigint;
  readonly size: bigint;
}

/** RAM as drivers/of/fdt.c:early_init_dt_scan_memory finds it; empty where the boot loader is to fill it in. */
export const describedBanks = perMachine<readonly Bank[]>((machine) => {
  const { root } = machine.tree;
  const banks: Bank[] = [];
  for (const node of root.children.values()) {
    if (strings(node.properties.get('device_type'))[0] !== 'memory' || !isAvailable(node)) continue;
    const property = node.properties.has('linux,usable-memory') ? 'linux,usable-memory' : 'reg';
    banks.push(...listed(machine, node, property));
  }
  return banks;
});

/**
 * What is left of it for data: without regions that are `no-map` (drivers/of/of_reserved_mem.c:early_init_dt_reserve_memory), below
 * the limit of `mem=` and inside `linux,usable-memory-range`. Where nothing would be left, the boot loader knows better.
 */
export const memoryBanks = perMachine<readonly Bank[]>((machine) => {
  const described = describedBanks(machine);
  let banks: readonly Bank[] = [...described].sort((a, b) => (a.start < b.start ? -1 : 1));
  const limit = memoryLimit(machine);
  if (limit !== undefined) banks = firstBytes(banks, limit);
  const usable = usableRange(machine);
  if (usable) banks = banks.flatMap((bank) => common(bank, usable));
  for (const region of unmappedRegions(machine)) banks = banks.flatMap((bank) => without(bank, region));
  return banks.length === 0 ? described : banks;
});

/** The entries of a property in the cells of the root. */
function listed(machine: Machine, node: DtNode, name: string): Bank[] {
  const { address, size } = childCells(machine, machine.tree.root);
  if (address > 4 || size > 4 || address + size <= 0) return [];
  const cells = rawCells(node.properties.get(name));
  const banks: Bank[] = [];
  for (let at = 0; at + address + size <= cells.length; at += address + size) {
    const bank = { start: readNumber(cells, at, address), size: readNumber(cells, at + address, size) };
    if (bank.size > 0n) banks.push(bank);
  }
  return banks;
}

/** `mem=512M`: arch/arm64/mm/init.c:early_mem, arch/riscv/mm/init.c:early_mem; the last one counts. */
function memoryLimit({ platform: { cmdline } }: Machine): bigint | undefined {
  const words = cmdline.split(' ');
  const end = words.indexOf('--');
  const [, digits, unit] =
    words
      .slice(0, end < 0 ? undefined : end)
      .map((word) => /^mem=(0x[\da-f]{1,16}|\d{1,19})([kmgtpe]?)$/i.exec(word))
      .findLast((found) => found !== null) ?? [];
  if (digits === undefined) return undefined;
  const limit = BigInt(digits) << BigInt(10 * ('kmgtpe'.indexOf((unit ?? '').toLowerCase() || '-') + 1));
  return limit === 0n ? undefined : limit;
}

/** mm/memblock.c:memblock_mem_limit_remove_map: so many bytes of RAM from the lowest address on. */
function firstBytes(banks: readonly Bank[], limit: bigint): Bank[] {
  let left = limit;
  return banks.flatMap(({ start, size }) => {
    const kept = smaller(size, left);
    left -= kept;
    return kept > 0n ? [{ start, size: kept }] : [];
  });
}

/** drivers/of/fdt.c:early_init_dt_check_for_usable_mem_range: what a crash kernel may use. */
function usableRange(machine: Machine): Bank | undefined {
  const chosen = machine.tree.root.children.get('chosen');
  return chosen && listed(machine, chosen, 'linux,usable-memory-range')[0];
}

/** Static regions with `no-map`, where Linux reads them. */
function unmappedRegions(machine: Machine): Bank[] {
  const parent = machine.tree.root.children.get('reserved-memory');
  if (!parent || !readsReserved(machine)) return [];
  return [...parent.children.values()]
    .filter((node) => node.properties.has('no-map') && isAvailable(node))
    .flatMap((node) => listed(machine, node, 'reg').slice(0, 1));
}

/** Whether Linux reads `/reserved-memory`: its cells are the root's, and it has `ranges` (__reserved_mem_check_root). */
export function readsReserved(machine: Machine): boolean {
  const { root } = machine.tree;
  const node = root.children.get('reserved-memory');
  if (!node?.properties.has('ranges')) return false;
  return ['#address-cells', '#size-cells'].every(
    (name) => u32(node.properties.get(name)) === (u32(root.properties.get(name)) ?? 1),
  );
}

function common(bank: Bank, { start, size }: Bank): Bank[] {
  const from = larger(bank.start, start);
  const to = smaller(bank.start + bank.size, start + size);
  return to > from ? [{ start: from, size: to - from }] : [];
}

function without(bank: Bank, hole: Bank): Bank[] {
  const [end, holeEnd] = [bank.start + bank.size, hole.start + hole.size];
  if (hole.start >= end || holeEnd <= bank.start) return [bank];
  return [
    ...(hole.start > bank.start ? [{ start: bank.start, size: hole.start - bank.start }] : []),
    ...(holeEnd < end ? [{ start: holeEnd, size: end - holeEnd }] : []),
  ];
}

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
