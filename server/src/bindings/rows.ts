// SPDX-License-Identifier: MIT
// Where the entries of a list of cells begin: by the cells that providers and buses ask for, or by the binding's word.
import { cells, cellTarget, u32 } from '#tree/query.ts';
import type { Cell, DtNode, DtProperty } from '#tree/types.ts';
import type { Dimensions, Json, NodeValue } from './value.ts';

/** What gives the number of cells behind a phandle, where it is not called as the list is. */
const CELLS_OF: Readonly<Record<string, string | number | undefined>> = {
  'assigned-clocks': '#clock-cells',
  'assigned-clock-parents': '#clock-cells',
  'cooling-device': '#cooling-cells',
  'interrupts-extended': '#interrupt-cells',
  mboxes: '#mbox-cells',
  'sound-dai': '#sound-dai-cells',
  'msi-parent': '#msi-cells',
  'gpio-ranges': 3,
  'memory-region': 0,
};

/** `undefined`: it is unknown where the entries begin. */
export function rowsOf(
  value: NodeValue,
  property: DtProperty,
  numbers: readonly Json[],
  { type, dimensions }: { readonly type: string; readonly dimensions: Dimensions | undefined },
): Json | undefined {
  const { node } = value;
  const { name } = property;
  if (name === 'reg' || type === 'address') return split(numbers, cellsOfBus(node.parent));
  if (name === 'interrupts') return split(numbers, interruptCells(value));
  if (name === 'ranges' || name === 'dma-ranges') {
    const own = (u32(node.properties.get('#address-cells')) ?? 0) + (u32(node.properties.get('#size-cells')) ?? 0);
    return split(numbers, addressCells(node.parent) + own);
  }
  if (name === 'interconnects' || name === 'msi-ranges' || name === 'interrupt-map') return undefined;
  if (/(?:^|-)gpios?$/.test(name))
    return node.properties.has('gpio-hog') ? undefined : byProvider(value, property, numbers, '#gpio-cells');
  if (type === 'phandle') return numbers.map((number) => [number]);
  if (type !== 'phandle-array') return byDimensions(numbers, dimensions);
  if (Object.hasOwn(CELLS_OF, name)) return byProvider(value, property, numbers, CELLS_OF[name]);
  if (dimensions && isFixed(dimensions)) return byDimensions(numbers, dimensions);
  if (/^pinctrl-\d+$/.test(name)) return numbers.map((number) => [number]);
  return name.endsWith('s') ? byProvider(value, property, numbers, `#${name.slice(0, -1)}-cells`) : undefined;
}

function split(numbers: readonly Json[], length: number | undefined): Json[] | undefined {
  if (length === undefined || length <= 0) return undefined;
  const rows: Json[] = [];
  for (let at = 0; at < numbers.length; at += length) rows.push(numbers.slice(at, at + length));
  return rows;
}

/** As of_n_addr_cells: the nearest above that says it; dt-schema begins with 2 and 1. */
function nearest(from: DtNode | undefined, name: string, otherwise: number): number {
  for (let at = from; at; at = at.parent) {
    const stated = u32(at.properties.get(name));
    if (stated !== undefined) return stated;
  }
  return otherwise;
}

const addressCells = (bus: DtNode | undefined): number => nearest(bus, '#address-cells', 2);
const cellsOfBus = (bus: DtNode | undefined): number => addressCells(bus) + nearest(bus, '#size-cells', 1);

function interruptCells({ tree, node }: NodeValue): number | undefined {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    const [cell] = cells(tree, at.properties.get('interrupt-parent'));
    if (cell) return u32(cellTarget(tree, cell)?.properties.get('#interrupt-cells'));
    const around = u32(at.parent?.properties.get('#interrupt-cells'));
    if (around !== undefined) return around;
  }
  return undefined;
}

function byProvider(
  { tree }: NodeValue,
  property: DtProperty,
  numbers: readonly Json[],
  cellsName: string | number | undefined,
): Json[] | undefined {
  if (cellsName === undefined) return undefined;
  const all: readonly Cell[] = cells(tree, property);
  const rows: Json[] = [];
  for (let at = 0; at < all.length; ) {
    const cell = all[at];
    if (!cell) break;
    const target = cellTarget(tree, cell);
    if (!target && cell.value !== 0) return undefined;
    const stated = typeof cellsName === 'number' ? cellsName : u32(target?.properties.get(cellsName));
    const count = target ? (stated ?? (cellsName === '#msi-cells' ? 0 : undefined)) : 0;
    if (count === undefined) return undefined;
    rows.push(numbers.slice(at, at + 1 + count));
    at += 1 + count;
  }
  return rows;
}

function isFixed({ rows, columns }: Dimensions): boolean {
  return (rows[0] > 0 && rows[0] === rows[1]) || (columns[0] > 0 && columns[0] === columns[1]);
}

/** As many rows as the binding allows and the numbers fill; where several numbers do, it is unknown. */
function byDimensions(numbers: readonly Json[], dimensions: Dimensions | undefined): Json[] | undefined {
  if (!dimensions) return undefined;
  const { rows, columns } = dimensions;
  const count = numbers.length;
  const most = rows[1] === 0 ? count : Math.min(rows[1], count);
  const widest = columns[1] === 0 ? count : columns[1];
  const fitting: number[] = [];
  for (let row = Math.max(rows[0], 1); row <= most; row++) {
    const width = count / row;
    if (Number.isInteger(width) && width >= columns[0] && width <= widest) fitting.push(width);
  }
  if (fitting.length === 1) return split(numbers, fitting[0]);
  if (fitting.length > 1) return undefined;
  return columns[0] > 0 && columns[0] === columns[1] ? split(numbers, columns[0]) : undefined;
}
