// SPDX-License-Identifier: MIT
// Bus addresses as Linux translates them: cell counts by kind of bus, and the way up through `ranges` or `dma-ranges`.
import { GATES } from '#model/platform/gates.ts';
import { type Machine, type PerNode, perNode } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { baseName, readU32, strings, u32 } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';

/** Cells of an address and of a size. */
export interface CellCounts {
  readonly address: number;
  readonly size: number;
}

type BusKind = 'pci' | 'isa' | 'flags' | 'default';

/** Linux handles addresses of at most four cells (drivers/of/address.c:OF_MAX_ADDR_CELLS). */
const MAX_ADDRESS_CELLS = 4;
/** Deeper than any tree; only circular `interconnects` get there. */
const MAX_DEPTH = 64;

/** All cells of a property; references count as 0 until phandles are numbered. */
export function rawCells(property: DtProperty | undefined): number[] {
  const bytes = property?.value.bytes;
  if (!bytes) return [];
  const result: number[] = [];
  for (let offset = 0; offset + 4 <= bytes.length; offset += 4) result.push(readU32(bytes, offset));
  return result;
}

/** `count` cells from `at` as one number of 64 bits, upper bits lost as in `of_read_number`. */
export function readNumber(cells: readonly number[], at: number, count: number): bigint {
  let value = 0n;
  for (let index = Math.max(at, at + count - 2); index < at + count; index++) {
    value = (value << 32n) | BigInt(cells[index] ?? 0);
  }
  return value;
}

/** `#address-cells` and `#size-cells` for the children of a node: its own or the nearest ancestor's, else 1 and 1. */
export const childCells: PerNode<CellCounts> = perNode(
  (machine, node) => {
    const above = node.parent ? childCells(machine, node.parent) : { address: 1, size: 1 };
    const address = u32(node.properties.get('#address-cells'));
    const size = u32(node.properties.get('#size-cells'));
    return address === undefined && size === undefined
      ? above
      : { address: address ?? above.address, size: size ?? above.size };
  },
  () => ({ address: 1, size: 1 }),
  { asksParents: true },
);

/** The parent on the way of DMA: the `interconnects` provider named `dma-mem`, else the parent node. */
export type ParentOf = (node: DtNode) => DtNode | undefined;

export function parentOf(node: DtNode): DtNode | undefined {
  return node.parent;
}

/** Whether Linux takes a node for a PCI host or bridge (drivers/of/address.c:of_bus_pci_match). */
export function isPciBus(node: DtNode): boolean {
  const type = strings(node.properties.get('device_type'))[0];
  if (type === 'pci' || type === 'pciex' || type === 'vci' || type === 'ht') return true;
  return baseName(node) === 'pcie';
}

/** A function on a PCI bus that is no bridge: Linux finds it by its `reg`, with or without `compatible` (drivers/pci/of.c). */
export function isPciFunction(node: DtNode): boolean {
  return node.parent !== undefined && isPciBus(node.parent) && !isPciBus(node) && node.properties.has('reg');
}

function busKind(machine: Machine, node: DtNode): BusKind {
  if (isPciBus(node)) return 'pci';
  if (baseName(node) === 'isa') return 'isa';
  return childCells(machine, node).address === 3 ? 'flags' : 'default';
}

/**
 * Whether no kind of bus matches the node, so that no address is translated there: seen on 7.2 and not on 6.12, a bus
 * needs `#address-cells` of its own (drivers/of/address.c:of_bus_default_match).
 */
function isNoBus(machine: Machine, node: DtNode): boolean {
  if (node.properties.has('#address-cells') || !has(machine.platform.kernelVersion, GATES.busNeedsCells)) return false;
  return !isPciBus(node) && baseName(node) !== 'isa';
}

/** The cells of an address of `node` on the bus of its parent. */
function countCells(machine: Machine, kind: BusKind, node: DtNode): CellCounts {
  if (kind === 'pci') return { address: 3, size: 2 };
  if (kind === 'isa') return { address: 2, size: 1 };
  return childCells(machine, node.parent ?? node);
}

function flagCells(kind: BusKind): number {
  return kind === 'default' ? 0 : 1;
}

/** Whether the space bits of two addresses agree, by kind of bus. */
function sameSpace(kind: BusKind, a: number, b: number): boolean {
  if (kind === 'default') return true;
  if (kind === 'flags') return a === b;
  if (kind === 'isa') return ((a ^ b) & 1) === 0;
  // 0 is configuration space, 1 I/O, 2 and 3 memory; only I/O against memory is told apart.
  const space = (cell: number): number => [0, 1, 2, 2][(cell >>> 24) & 3] ?? 0;
  return space(a) === space(b);
}

/** One entry of `ranges` or `dma-ranges`. */
export interface Range {
  /** The first cell of the child address on a bus with flags, else 0. */
  readonly flags: number;
  readonly child: bigint;
  /** In the address space of the CPU; `undefined` where no translation leads there. */
  readonly cpu: bigint | undefined;
  readonly size: bigint;
}

/**
 * The entries of the property of a bus, neighbours merged as in drivers/of/address.c:of_pci_range_parser_one; what
 * does not fill an entry is left out.
 */
export function ranges(machine: Machine, node: DtNode, name: 'ranges' | 'dma-ranges', up: ParentOf): Range[] {
  const cells = rawCells(node.properties.get(name));
  const own = childCells(machine, node);
  const kind = busKind(machine, node);
  const parentCells = childCells(machine, node.parent ?? node).address;
  const stride = own.address + parentCells + own.size;
  const flags = flagCells(kind);
  const result: Range[] = [];
  if (stride <= 0 || isNoBus(machine, node)) return result;
  for (let start = 0; start + stride <= cells.length; start += stride) {
    const entry: Range = {
      flags: flags > 0 ? (cells[start] ?? 0) : 0,
      child: readNumber(cells, start + flags, own.address - flags),
      cpu: translate(machine, node, cells.slice(start + own.address, start + own.address + parentCells), name, up),
      size: readNumber(cells, start + own.address + parentCells, own.size),
    };
    const last = result.at(-1);
    if (last && continues(kind, last, entry)) result[result.length - 1] = { ...last, size: last.size + entry.size };
    else result.push(entry);
  }
  return result;
}

function continues(kind: BusKind, last: Range, next: Range): boolean {
  if (kind === 'flags' ? last.flags !== next.flags : !sameSpace(kind, last.flags, next.flags)) return false;
  if (last.cpu === undefined || next.cpu === undefined) return false;
  return next.child === last.child + last.size && next.cpu === last.cpu + last.size;
}

/**
 * The address of the CPU for an address on the parent bus of `node` (drivers/of/address.c:__of_translate_address);
 * `undefined` when some bus on the way does not pass it.
 */
export function translate(
  machine: Machine,
  node: DtNode,
  address: readonly number[],
  name: 'ranges' | 'dma-ranges',
  up: ParentOf,
): bigint | undefined {
  let bus = up(node);
  if (!bus || isNoBus(machine, bus)) return undefined;
  let kind = busKind(machine, bus);
  let counts = countCells(machine, kind, node);
  if (!usable(counts)) return undefined;
  let cells: readonly number[] = address.slice(0, counts.address);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const parent = up(bus);
    if (!parent) return readNumber(cells, 0, counts.address);
    if (isNoBus(machine, parent)) return undefined;
    const parentKind = busKind(machine, parent);
    const parentCounts = countCells(machine, parentKind, bus);
    if (!usable(parentCounts)) return undefined;
    const property = bus.properties.get(name);
    if (!property && name === 'ranges') return undefined;
    const level = { kind, counts, parentKind, parentCounts };
    const next = property && property.value.bytes.length > 0 ? mapped(property, cells, level) : oneToOne(cells, level);
    if (!next) return undefined;
    cells = next;
    bus = parent;
    kind = parentKind;
    counts = parentCounts;
  }
  return undefined;
}

interface Level {
  readonly kind: BusKind;
  readonly counts: CellCounts;
  readonly parentKind: BusKind;
  readonly parentCounts: CellCounts;
}

function usable(counts: CellCounts): boolean {
  return counts.address > 0 && counts.address <= MAX_ADDRESS_CELLS && counts.size > 0;
}

function oneToOne(cells: readonly number[], level: Level): number[] {
  const base = cells.slice(0, flagCells(level.parentKind));
  return place(base, readNumber(cells, 0, level.counts.address), level.parentCounts.address);
}

function mapped(property: DtProperty, cells: readonly number[], level: Level): number[] | undefined {
  const table = rawCells(property);
  const { counts, parentCounts } = level;
  const flags = flagCells(level.kind);
  const stride = counts.address + parentCounts.address + counts.size;
  const wanted = readNumber(cells, flags, counts.address - flags);
  for (let start = 0; start + stride <= table.length; start += stride) {
    if (!sameSpace(level.kind, cells[0] ?? 0, table[start] ?? 0)) continue;
    const first = readNumber(table, start + flags, counts.address - flags);
    const size = readNumber(table, start + counts.address + parentCounts.address, counts.size);
    if (wanted < first || wanted >= first + size) continue;
    const parentFlags = flagCells(level.parentKind);
    const target = start + counts.address;
    const base = readNumber(table, target + parentFlags, parentCounts.address - parentFlags);
    return place(table.slice(target, target + parentFlags), base + wanted - first, parentCounts.address);
  }
  return undefined;
}

/** An address of `count` cells: the flag cells, then the number in the last two. */
function place(flags: readonly number[], value: bigint, count: number): number[] {
  const result = [...flags];
  while (result.length < count) result.push(0);
  const low = count - 1;
  result[low] = Number(value & 0xffffffffn);
  if (low - 1 >= flags.length) result[low - 1] = Number((value >> 32n) & 0xffffffffn);
  return result;
}

/** `reg` entry `index`: its start in the CPU's address space and its size; `undefined` when absent or untranslatable. */
export function regRange(
  machine: Machine,
  node: DtNode,
  index = 0,
): { readonly start: bigint; readonly size: bigint } | undefined {
  if (!node.parent) return undefined;
  const counts = countCells(machine, busKind(machine, node.parent), node);
  if (counts.address <= 0 || counts.address > MAX_ADDRESS_CELLS) return undefined;
  const cells = rawCells(node.properties.get('reg'));
  const at = index * (counts.address + counts.size);
  if (at + counts.address + counts.size > cells.length) return undefined;
  const start = translate(machine, node, cells.slice(at, at + counts.address), 'ranges', parentOf);
  return start === undefined ? undefined : { start, size: readNumber(cells, at + counts.address, counts.size) };
}

export function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

export function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
