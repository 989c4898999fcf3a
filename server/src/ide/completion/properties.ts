// SPDX-License-Identifier: MIT
// Properties that may be set here: those that this block sets already are left out, those of other places are overrides.

import { memo } from '#base/memo.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { isAvailable, lastSet, pathOf, walk } from '#tree/query.ts';
import type { DeviceTree, DtProperty } from '#tree/types.ts';
import { type Here, isTyped } from './drafts.ts';
import { kindsFor, propertiesNamed, propertyNames } from './evidence.ts';
import { type CompletionItem, literal, mayMean } from './item.ts';
import { PLACES, PROPERTY_TABLE, propertyRow } from './property-table.ts';
import { formOf } from './providers.ts';
import { otherBoards } from './strings.ts';

/** Items with these ranks: what most nodes of the kind have, what some have, DMA, the specification, the rest. */
const OFTEN = 1;
const SELDOM = 2;
const DMA = 3;
const SPECIFICATION = 4;
const REST = 6;

/** What follows the word: items write only what is missing. */
export type Tail = '=' | ';' | '';

export function properties(here: Here, word: string, tail: Tail): CompletionItem[] {
  const { tree } = here.view.snapshot;
  const found = new Map<string, { rank: number; order: number; detail: string }>();
  const offer = (name: string, rank: number, order: number, detail: string): void => {
    if (!found.has(name)) found.set(name, { rank, order, detail });
  };
  if (here.node && !isAvailable(here.node)) offer('status', 0, 0, '');
  for (const kind of kindsFor(tree, here.draft).slice(0, 3)) {
    for (const [name, count] of kind.properties) {
      const share = Math.round((100 * count) / kind.nodes);
      offer(name, share >= 50 ? OFTEN : SELDOM, 100 - share, `${count} of ${kind.nodes} alike`);
    }
  }
  for (const compatible of here.draft.compatible) {
    const devices = otherBoards(here.view).devices(compatible);
    if (!devices || devices.count < 2) continue;
    for (const [name, count] of devices.properties) {
      const share = Math.round((100 * count) / devices.count);
      if (share >= 10)
        offer(name, share >= 50 ? OFTEN : SELDOM, 100 - share, `${count} of ${devices.count} in the tree`);
    }
  }
  const path = here.node ? pathOf(here.node) : '';
  for (const [order, { name, dma }] of PROPERTY_TABLE.entries()) {
    if (PLACES[name]?.(path) === false) continue;
    const known = found.get(name);
    if (known && dma && known.rank > SELDOM) known.rank = DMA;
    else offer(name, dma ? DMA : SPECIFICATION, order, '');
  }
  for (const [name, uses] of propertyNames(tree)) offer(name, REST, -Math.min(uses, 1000), '');
  const typed = word.toLowerCase();
  return [...found]
    .filter(([name]) => mayMean(name, typed))
    .filter(([name]) => !here.content.properties.has(name) && (name !== word || isKnown(here, name)))
    .map(([name, item]) => itemOf(here, name, tail, item));
}

/** The word being typed is a property of the tree as soon as it is typed. */
function isKnown(here: Here, name: string): boolean {
  if (propertyRow(name)) return true;
  return propertiesNamed(here.view.snapshot.tree, name).some((property) => !isTyped(here, property));
}

function itemOf(
  here: Here,
  name: string,
  tail: Tail,
  { rank, order, detail }: { readonly rank: number; readonly order: number; readonly detail: string },
): CompletionItem {
  const present = here.node?.properties.get(name);
  const elsewhere = present && isTyped(here, present) ? undefined : present;
  const rest = tail === '=' ? '' : restOf(here, name, elsewhere);
  const end = tail === '' ? ';' : '';
  const override = elsewhere && `overrides ${placeOf(here.view.snapshot, elsewhere)}`;
  return {
    label: name,
    kind: 'property',
    detail: override ?? (detail || (propertyRow(name)?.what ?? '')),
    snippet: literal(name) + rest + (tail === '=' ? '' : end),
    rank,
    order,
    ...(/\$(?:1|\{1)/.test(rest) && { suggests: true as const }),
    about: { kind: 'property', name },
  };
}

/** `soc.dtsi:12`: where the value comes from that would be replaced. */
export function placeOf(snapshot: Snapshot, property: DtProperty): string {
  const { name } = lastSet(property);
  return `${name.file.slice(name.file.lastIndexOf('/') + 1)}:${snapshot.line(name)}`;
}

/** What is written behind the name. */
function restOf(here: Here, name: string, elsewhere: DtProperty | undefined): string {
  if (name === 'status') {
    const enabled = here.node !== undefined && isAvailable(here.node);
    return enabled && elsewhere ? ' = "disabled"' : ' = "okay"';
  }
  const row = propertyRow(name);
  if (row && row.rest !== '') return row.rest;
  const example = elsewhere ?? exampleOf(here.view.snapshot, name);
  // `ranges` and its like may be empty or not: the nodes at hand decide, else the table.
  if (row && !example) return row.rest;
  const form = formOf(name);
  if (form?.form === 'list') return ' = <&$1>';
  return example ? shapeOf(example) : ' = <$1>';
}

/** One use of every property of the board, the first that stands in no half-typed text. */
const examples = memo((_tree: DeviceTree) => new Map<string, DtProperty | undefined>());

function exampleOf({ tree }: Snapshot, name: string): DtProperty | undefined {
  const known = examples(tree);
  if (known.size === 0) {
    for (const node of walk(tree.root)) {
      for (const property of node.properties.values()) {
        if (!known.get(property.name)) known.set(property.name, property.faulty ? undefined : property);
      }
    }
  }
  return known.get(name);
}

function shapeOf({ value }: DtProperty): string {
  if (value.bytes.length === 0) return '';
  const [first] = value.data;
  if (value.references[0]?.kind === 'phandle' && value.references[0].offset === 0) return ' = <&$1>';
  if (first?.kind === 'path') return ' = &$1';
  if (first?.kind === 'string') return ' = "$1"';
  return first?.kind === 'bytes' ? ' = [$1]' : ' = <$1>';
}
