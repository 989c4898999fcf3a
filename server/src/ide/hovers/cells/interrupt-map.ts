// SPDX-License-Identifier: MIT
// `interrupt-map`, its mask, and `gpio-ranges`: which lines of a bus or a controller are which of another one.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { code, plain } from '#ide/explain/markup.ts';
import { type Asked, nameOf } from '#ide/hovers/sheet.ts';
import { functionText } from '#ide/map/names.ts';
import { isPciBus, rawCells } from '#model/addresses/addresses.ts';
import { cells, cellTarget, u32 } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { type Entry, numberText, type Piece, pieceOf } from './entry.ts';
import { interruptText } from './interrupts.ts';

/** How the bus counts what stands before the phandle (Devicetree Specification 0.4, 2.4.3). */
function keyOf(node: DtNode): { readonly address: number; readonly interrupt: number } {
  return {
    address: u32(node.properties.get('#address-cells')) ?? 2,
    interrupt: u32(node.properties.get('#interrupt-cells')) ?? 1,
  };
}

export function interruptMapEntries({ snapshot: { tree } }: Asked, property: DtProperty): Entry[] {
  const { node } = property;
  const { address, interrupt } = keyOf(node);
  const key = address + interrupt;
  const mask = node.properties.get('interrupt-map-mask');
  const masks = mask ? rawCells(mask) : [];
  const all = cells(tree, property);
  const entries: Entry[] = [];
  for (let at = 0; at + key < all.length; ) {
    const cell = all[at + key];
    const parent = cell && cellTarget(tree, cell);
    const count = parent && u32(parent.properties.get('#interrupt-cells'));
    if (!parent || count === undefined) break;
    // Linux takes a parent without #address-cells for one without (drivers/of/irq.c:of_irq_parse_imap_parent).
    const unit = u32(parent.properties.get('#address-cells')) ?? 0;
    const from = at + key + 1 + unit;
    const args = all.slice(from, from + count);
    if (args.length < count) break;
    const values = all.slice(at, at + key).map(({ value }) => value);
    const { text, pieces } = interruptText(parent, args, from);
    entries.push({
      index: entries.length,
      headline: `${sourceText(node, { values, masks, address })} → ${plain(nameOf(parent))}: ${text}`,
      facts: [address > 0 && isAny(masks, 0, address) ? t('the mask leaves no bit of the address') : ''],
      pieces: [
        ...some(at, address, t('child address ({0})', address)),
        ...some(at + address, interrupt, isPciBus(node) ? t('interrupt pin') : t('child interrupt ({0})', interrupt)),
        pieceOf(at + key, 1, `${plain(nameOf(parent))}, ${code(`#interrupt-cells = <${count}>`)}`, { isPhandle: true }),
        ...some(at + key + 1, unit, t('address at the parent ({0})', unit)),
        ...pieces,
      ],
    });
    at = from + count;
  }
  return entries;
}

function some(at: number, count: number, meaning: string): Piece[] {
  return count === 0 ? [] : [pieceOf(at, count, meaning)];
}

/** A mask that is missing leaves everything (drivers/of/irq.c:of_irq_parse_raw). */
function isAny(masks: readonly number[], from: number, count: number): boolean {
  return masks.length >= from + count && masks.slice(from, from + count).every((mask) => mask === 0);
}

interface Key {
  readonly values: readonly number[];
  readonly masks: readonly number[];
  readonly address: number;
}

/** `INTA of any function`, `interrupt 3 at 0x1000`. */
function sourceText(node: DtNode, { values, masks, address }: Key): string {
  const masked = values.map((value, at) => (value & (masks[at] ?? 0xffffffff)) >>> 0);
  const interrupts = masked.slice(address);
  const any = isAny(masks, 0, address);
  if (isPciBus(node)) {
    const pin = interrupts.at(-1) ?? 0;
    const line = isAny(masks, address, interrupts.length)
      ? t('Each pin')
      : pin >= 1 && pin <= 4
        ? `INT${'ABCD'[pin - 1]}`
        : t('pin {0}', pin);
    return t('{0} of {1}', line, any ? t('any function') : code(functionText(((masked[0] ?? 0) >>> 8) & 0xffff)));
  }
  const line = isAny(masks, address, interrupts.length)
    ? t('Each interrupt')
    : t('interrupt {0}', interrupts.join(', '));
  if (address === 0 || any) return line;
  return t('{0} at {1}', line, masked.slice(0, address).map(hex).map(code).join(' '));
}

export function interruptMaskEntries(property: DtProperty): Entry[] {
  const { node } = property;
  const { address, interrupt } = keyOf(node);
  if (rawCells(property).length !== address + interrupt) return [];
  return [
    {
      index: 0,
      headline: t('Which bits are compared with `interrupt-map`'),
      facts: [
        address > 0 && isAny(rawCells(property), 0, address) ? t('all devices of the bus have the same rows') : '',
      ],
      pieces: [
        ...some(0, address, t('of the address ({0})', address)),
        ...some(address, interrupt, t('of the interrupt')),
      ],
    },
  ];
}

/** Documentation/devicetree/bindings/gpio/gpio.txt, 2.1: the pin controller, first line, first pin, how many. */
export function gpioRangeEntries({ snapshot: { tree } }: Asked, property: DtProperty): Entry[] {
  const all = cells(tree, property);
  const entries: Entry[] = [];
  for (let at = 0; at + 3 < all.length; at += 4) {
    const [cell, line, pin, count] = all.slice(at, at + 4);
    const provider = cell && cellTarget(tree, cell);
    if (!provider || !line || !pin || !count) break;
    const span = (first: number) => (count.value <= 1 ? `${first}` : t('{0} to {1}', first, first + count.value - 1));
    const named = count.value === 0;
    entries.push({
      index: entries.length,
      headline: named
        ? t('GPIOs from {0} on are a group of pins of {1}', numberText(line), plain(nameOf(provider)))
        : t('GPIO {0} here: pin {1} of {2}', span(line.value), span(pin.value), plain(nameOf(provider))),
      facts: [named ? t('its name is in {0}', code('gpio-ranges-group-names')) : ''],
      pieces: [
        pieceOf(at, 1, t('pin controller {0}', plain(nameOf(provider))), { isPhandle: true }),
        pieceOf(at + 1, 1, t('first GPIO')),
        pieceOf(at + 2, 1, t('first pin')),
        pieceOf(at + 3, 1, t('how many')),
      ],
    });
  }
  return entries;
}
