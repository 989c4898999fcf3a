// SPDX-License-Identifier: MIT
// `reg`, `ranges` and `dma-ranges` cell by cell, with the address that the CPU sees.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { code, plain } from '#ide/explain/markup.ts';
import { busSheet } from '#ide/hovers/bus.ts';
import { sizeText } from '#ide/hovers/device.ts';
import { type Asked, nameOf } from '#ide/hovers/sheet.ts';
import { childCells, isPciBus, parentOf, rawCells, readNumber, translate } from '#model/addresses/addresses.ts';
import { dmaParent } from '#model/addresses/dma-ranges.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { type Entry, entryName, type Piece, pieceOf } from './entry.ts';

interface Counts {
  readonly address: number;
  readonly size: number;
}

/** Cells of an address and a size on the bus of a node. */
function cellsOn(machine: Machine, bus: DtNode): Counts {
  return isPciBus(bus) ? { address: 3, size: 2 } : childCells(machine, bus);
}

export function regEntries({ snapshot: { tree, platform } }: Asked, property: DtProperty): Entry[] {
  const { node } = property;
  const bus = node.parent;
  if (!bus) return [];
  const machine = machineOf(tree, platform);
  const counts = cellsOn(machine, bus);
  const values = rawCells(property);
  const stride = counts.address + counts.size;
  const entries: Entry[] = [];
  for (let at = 0; stride > 0 && at + stride <= values.length; at += stride) {
    const index = entries.length;
    const address = values.slice(at, at + counts.address);
    const size = readNumber(values, at + counts.address, counts.size);
    const cpu = translate(machine, node, address, 'ranges', parentOf);
    const name = entryName(property, index);
    const head = regHeadline(bus, { address, size, sized: counts.size > 0, cpu, name });
    const start = readNumber(address, 0, counts.address);
    const facts = cpu !== undefined && cpu !== start && !isPciBus(bus) ? [t('CPU address {0}', code(hex(cpu)))] : [];
    const pieces: Piece[] = [pieceOf(at, counts.address, t('address ({0})', cellCount(counts.address)))];
    if (counts.size > 0) {
      const note = counts.size > 0 ? t('{0} = {1} bytes', code(hex(size)), size) : '';
      pieces.push(pieceOf(at + counts.address, counts.size, t('size ({0})', cellCount(counts.size)), { note }));
    }
    entries.push({ index, headline: head, facts, pieces });
  }
  return entries;
}

interface Register {
  readonly address: readonly number[];
  readonly size: bigint;
  readonly sized: boolean;
  readonly cpu: bigint | undefined;
  readonly name: string | undefined;
}

function regHeadline(bus: DtNode, { address, size, sized, cpu, name }: Register): string {
  const named = name === undefined ? '' : ` ${code(name)}`;
  if (isPciBus(bus)) return `PCI${named} ${pciText(address)}`;
  const start = readNumber(address, 0, address.length);
  if (!sized) return t('address{0} {1} on {2}', named, code(hex(start)), plain(nameOf(bus)));
  const from = cpu ?? start;
  const what = bus.parent ? (cpu === undefined ? t('range') : t('registers')) : t('registers');
  const where = cpu === undefined ? t(' on {0}', plain(nameOf(bus))) : '';
  return `${what}${named} ${bounds(from, size)} (${sizeText(size)})${where}`;
}

function bounds(start: bigint, size: bigint): string {
  return size === 0n ? code(hex(start)) : t('{0} to {1}', code(hex(start)), code(hex(start + size - 1n)));
}

function cellCount(count: number): string {
  return count === 1 ? t('1 cell') : t('{0} cells', count);
}

/** The first cell of a PCI address (PCI Bus Binding to IEEE 1275, 2.2.1.1). */
function pciText([high = 0, middle = 0, low = 0]: readonly number[]): string {
  const address = (BigInt(middle) << 32n) | BigInt(low);
  const space = [t('configuration space'), 'I/O', t('32-bit memory'), t('64-bit memory')][(high >>> 24) & 3];
  const prefetchable = (high >>> 30) & 1 ? t(', prefetchable') : '';
  if (((high >>> 24) & 3) === 0) {
    const bdf = (high >>> 8) & 0xffff;
    const byte = (value: number) => value.toString(16).padStart(2, '0');
    return t('function {0}, {1}', code(`${byte(bdf >>> 8)}:${byte((bdf >>> 3) & 31)}.${bdf & 7}`), space);
  }
  return `${space} ${code(hex(address))}${prefetchable}`;
}

/** `ranges`: what of the parent's addresses is seen below; `dma-ranges`: what of memory is. */
export function rangesEntries(asked: Asked, property: DtProperty): Entry[] {
  const { tree, platform } = asked.snapshot;
  const { node } = property;
  const machine = machineOf(tree, platform);
  const isDma = property.name === 'dma-ranges';
  const up = isDma ? (child: DtNode) => dmaParent(machine, child).node : parentOf;
  const parent = up(node);
  if (!parent) return [];
  const own = cellsOn(machine, node);
  const above = cellsOn(machine, parent).address;
  const stride = own.address + above + own.size;
  const values = rawCells(property);
  const entries: Entry[] = [];
  for (let at = 0; stride > 0 && at + stride <= values.length; at += stride) {
    const child = values.slice(at, at + own.address);
    const parentAddress = values.slice(at + own.address, at + own.address + above);
    const size = readNumber(values, at + own.address + above, own.size);
    const cpu = translate(machine, node, parentAddress, isDma ? 'dma-ranges' : 'ranges', up);
    const pci = isPciBus(node);
    const childStart = readNumber(child, pci ? 1 : 0, own.address - (pci ? 1 : 0));
    const below = pci ? pciText(child) : code(hex(childStart));
    const to = cpu === undefined ? t('no address of the CPU') : bounds(cpu, size);
    const same = cpu === childStart ? t('the same address') : '';
    const headline = isDma ? t('bus {0} → memory {1}', below, to) : t('{0} below → CPU {1}', below, to);
    const pieces = [
      pieceOf(at, own.address, t('{0} address ({1})', isDma ? t('bus') : t('child'), own.address)),
      pieceOf(at + own.address, above, t('{0} address ({1})', isDma ? t('memory') : t('parent'), above)),
      pieceOf(at + own.address + above, own.size, t('size ({0})', own.size)),
    ];
    const more = isDma ? (busSheet(asked, node).reason ?? []) : [];
    entries.push({ index: entries.length, headline, facts: [sizeText(size), same], pieces, more });
  }
  return entries;
}
