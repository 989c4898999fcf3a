// SPDX-License-Identifier: MIT
// The hover of a cell: which one it is, what it means, and what it amounts to.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { code, linkMarkdown } from '#ide/explain/markup.ts';
import { sizeText } from '#ide/hovers/device.ts';
import { type Asked, commandLinks, type Sheet, sheetMarkdown } from '#ide/hovers/sheet.ts';
import { lastSet } from '#tree/query.ts';
import type { Datum, DtProperty } from '#tree/types.ts';
import { rangesEntries, regEntries } from './addresses.ts';
import { type Entry, entryPlace, entryTable, namesOf, numberAt } from './entry.ts';
import { gpioRangeEntries, interruptMapEntries, interruptMaskEntries } from './interrupt-map.ts';
import { interruptEntries } from './interrupts.ts';
import { listEntries, listKind } from './lists.ts';
import { mapRows } from './maps.ts';

/** Properties whose cells are about the DMA of the node that has them. */
const OF_DMA: readonly string[] = ['iommus', 'iommu-map', 'dma-ranges'];

/** What is said about the cell that a datum stands for; `undefined` where nothing is known of the property. */
export function cellHover(asked: Asked, property: DtProperty, datum: Datum): string | undefined {
  const entries = entriesOf(asked, property) ?? [];
  for (const entry of entries) {
    const at = entry.pieces.find(({ offset, length }) => offset <= datum.offset && datum.offset < offset + length);
    if (!at) continue;
    const sheet: Sheet = {
      headline: at.headline ?? entry.headline,
      facts: at.headline === undefined ? [...entry.facts, at.note ?? ''] : [at.note ?? ''],
      body: [entryTable(asked.snapshot, property, entry, at)],
      reason: [...(entry.more ?? []), at.headline === undefined ? '' : wholeText(entry)],
      links: [
        OF_DMA.includes(property.name) ? commandLinks(asked, property.node) : '',
        t(
          '{0} · set in {1}',
          entryPlace(property, entry.index, entries.length),
          linkMarkdown(asked.reader.link(lastSet(property).name)),
        ),
      ],
    };
    return sheetMarkdown(asked, sheet);
  }
  return undefined;
}

/** What a string of `clock-names` and its like names; empty where the list has no such entry. */
export function namedEntryHover(asked: Asked, names: DtProperty, index: number): string {
  for (const property of names.node.properties.values()) {
    if (namesOf(property.name) !== names.name) continue;
    const entries = entriesOf(asked, property) ?? [];
    const at = property.name === 'interconnects' ? index * 2 : index;
    const entry = entries[at];
    const [first] = entry?.pieces ?? [];
    if (!entry || !first) continue;
    return sheetMarkdown(asked, {
      headline: entry.headline,
      facts: entry.facts,
      body: [entryTable(asked.snapshot, property, entry, undefined)],
      links: [
        t(
          '{0} · set in {1}',
          entryPlace(property, entry.index, entries.length),
          linkMarkdown(asked.reader.link(lastSet(property).name)),
        ),
      ],
    });
  }
  return '';
}

/** The entry in one line, where a piece of it has the headline. */
function wholeText({ headline, facts }: Entry): string {
  return [headline, ...facts.filter((fact) => fact !== '')].join(' · ');
}

function entriesOf(asked: Asked, property: DtProperty): Entry[] | undefined {
  switch (property.name) {
    case 'reg':
      return regEntries(asked, property);
    case 'ranges':
    case 'dma-ranges':
      return rangesEntries(asked, property);
    case 'interrupts':
      return interruptEntries(asked, property);
    case 'iommu-map':
    case 'msi-map':
      return mapRows(asked, property);
    case 'interrupt-map':
      return interruptMapEntries(asked, property);
    case 'interrupt-map-mask':
      return interruptMaskEntries(property);
    case 'gpio-ranges':
      return gpioRangeEntries(asked, property);
  }
  const kind = listKind(property.name, asked.snapshot.platform.kernelVersion);
  return kind && listEntries(asked, property, kind);
}

/** `0x1000 = 4096 = 4 KiB`. */
export function numberHover({ value }: DtProperty, { kind, offset, length }: Datum): string {
  if (kind !== 'cell') return '';
  const bytes = length >= 4 ? numberAt(value.bytes, offset, length) : small(value.bytes, offset, length);
  const size = bytes >= 1024n && bytes % 1024n === 0n ? [sizeText(bytes)] : [];
  return [code(hex(bytes)), String(bytes), ...size].join(' = ');
}

function small(bytes: Uint8Array, offset: number, length: number): bigint {
  let number = 0n;
  for (let at = offset; at < offset + length; at++) number = (number << 8n) | BigInt(bytes[at] ?? 0);
  return number;
}
