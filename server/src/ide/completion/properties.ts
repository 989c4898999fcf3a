// SPDX-License-Identifier: MIT
// Properties that may be set here: those that this block sets already are left out, those of other places are overrides.
import { t } from '#base/language.ts';
import { memo } from '#base/memo.ts';
import { own } from '#base/own.ts';
import type { PropertyFact } from '#bindings/property-fact.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { PLACES, PROPERTY_TABLE, propertyRow, specialNode } from '#ide/knowledge/property-table.ts';
import { isAvailable, lastSet, pathOf, walk } from '#tree/query.ts';
import type { DeviceTree, DtProperty } from '#tree/types.ts';
import {
  askedOf,
  bindingFact,
  bindingProperties,
  bindingRest,
  type Described,
  describedBy,
  factNow,
} from './binding-knowledge.ts';
import { type Here, isTyped, pathOfDraft } from './drafts.ts';
import { kindsFor, propertiesNamed, propertyNames, telling } from './evidence.ts';
import { type CompletionItem, literal, mayMean } from './item.ts';
import { formOf } from './providers.ts';
import { enumeration, otherBoards } from './strings.ts';

/**
 * Items with these ranks: what the binding requires, what most blocks or nodes of the kind have or the binding names,
 * what some have, DMA, the specification, what the node has already from elsewhere, the rest.
 */
const REQUIRED = 0;
const OFTEN = 1;
const SELDOM = 2;
const DMA = 3;
const SPECIFICATION = 4;
const OVERRIDE = 5;
const REST = 6;

/** Seen in fewer of a hundred, it is an oddity of one board. */
const MIN_SHARE = 10;

/** What follows the word: items write only what is missing. */
export type Tail = '=' | ';' | '';

export function properties(here: Here, word: string, tail: Tail): CompletionItem[] {
  const { tree } = here.view.snapshot;
  const found = new Map<string, { rank: number; order: number; detail: string }>();
  const offer = (name: string, rank: number, order: number, detail: string): void => {
    if (!found.has(name)) found.set(name, { rank, order, detail });
  };
  if (here.node && !isAvailable(here.node)) offer('status', REQUIRED, -1, '');
  const described = describedBy(here);
  if (described) offerRequired(here, described, offer);
  for (const { count, total, name, where } of seen(here)) {
    const share = Math.round((100 * count) / total);
    if (share >= MIN_SHARE) offer(name, share >= 50 ? OFTEN : SELDOM, 100 - share, `${count} of ${total} ${where}`);
  }
  for (const { name } of here.node?.properties.values() ?? []) offer(name, OVERRIDE, 0, '');
  for (const [order, fact] of (described ? bindingProperties(described) : []).entries()) {
    offer(fact.name, fact.deprecated ? REST : OFTEN, 1000 + order, detailOf(fact));
  }
  const path = pathOfDraft(here);
  const special = specialNode(path);
  if (path === '/aliases')
    for (const [order, name] of freeAliases(here).entries()) offer(name, OFTEN, order, 'an alias');
  for (const [order, name] of (special ?? []).entries()) offer(name, OFTEN, order, '');
  // What Linux and Xen read about DMA, Zephyr does not.
  const forDma = special || here.view.snapshot.platform.kind === 'zephyr' || isNoDevice(here) ? REST : DMA;
  for (const [order, { name, dma }] of PROPERTY_TABLE.entries()) {
    if (own(PLACES, name)?.(path) === false) continue;
    offer(name, dma ? forDma : special ? REST : SPECIFICATION, order, '');
  }
  for (const [name, uses] of propertyNames(tree)) offer(name, REST, -Math.min(uses, 1000), '');
  const typed = word.toLowerCase();
  return [...found]
    .filter(([name]) => mayMean(name, typed))
    .filter(([name]) => !here.content.properties.has(name) && (name !== word || isKnown(here, name)))
    .map(([name, item]) => itemOf(here, name, tail, item));
}

/** Nodes like it are many, have no compatible, and none of them says anything about DMA. */
function isNoDevice({ draft, node, view: { snapshot } }: Here): boolean {
  if (draft.compatible.length > 0) return false;
  const kinds = kindsFor(snapshot.tree, draft, node).filter(({ nodes }) => nodes > 1);
  const dma = PROPERTY_TABLE.filter((row) => row.dma);
  return kinds.length > 0 && kinds.every(({ properties }) => !dma.some(({ name }) => properties.has(name)));
}

/** Aliases that Linux numbers devices by, each with the first number that is free. */
const ALIASES = 'serial ethernet mmc i2c spi gpio rtc can usb display pwm led watchdog mdio rproc remoteproc'.split(
  ' ',
);

function freeAliases({ node, content }: Here): string[] {
  const taken = (name: string) => node?.properties.has(name) || content.properties.has(name);
  return ALIASES.map((stem) => {
    let number = 0;
    while (number < 99 && taken(`${stem}${number}`)) number++;
    return `${stem}${number}`;
  });
}

/** What the binding requires and no place sets. */
function offerRequired(
  { node }: Here,
  described: Described,
  offer: (name: string, rank: number, order: number, detail: string) => void,
): void {
  for (const [order, name] of [...described.binding.required].entries()) {
    const fact = factNow(described, name);
    if (node?.properties.has(name) || fact?.type === 'node' || name.startsWith('$')) continue;
    offer(name, REQUIRED, order, 'required');
  }
}

function detailOf({ type, deprecated }: PropertyFact): string {
  return deprecated ? t('deprecated') : (type ?? t('in the binding'));
}

interface Seen {
  readonly name: string;
  readonly count: number;
  readonly total: number;
  readonly where: string;
}

/** What others do: blocks that change the label on other boards, nodes alike on this board and on others. */
function* seen(here: Here): Generator<Seen> {
  const others = otherBoards(here.view);
  const changes = here.label === undefined ? undefined : others.changes(here.label);
  for (const [name, count] of changes?.properties ?? []) {
    if (changes && changes.count > 1) yield { name, count, total: changes.count, where: 'boards' };
  }
  for (const kind of kindsFor(here.view.snapshot.tree, here.draft, here.node).slice(0, 3)) {
    for (const [name, count] of kind.properties) {
      if (!isElsewhere(here, name)) yield { name, count, total: kind.nodes, where: 'alike' };
    }
  }
  for (const compatible of telling(here.draft.compatible)) {
    const devices = others.devices(compatible);
    if (!devices || devices.count < 2) continue;
    for (const [name, count] of devices.properties) {
      if (!isElsewhere(here, name)) yield { name, count, total: devices.count, where: 'in the tree' };
    }
  }
}

/** Another place sets it for this node: to set it again is the exception. */
function isElsewhere({ node, content }: Here, name: string): boolean {
  return node?.properties.has(name) === true && !content.properties.has(name);
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
  const override = elsewhere && t('overrides {0}', placeOf(here.view.snapshot, elsewhere));
  return {
    label: name,
    kind: 'property',
    detail: override ?? (detail || (propertyRow(name)?.what ?? '')),
    snippet: literal(name) + rest + (tail === '=' ? '' : end),
    rank,
    order,
    ...(/\$(?:1|\{1)/.test(rest) && { suggests: true as const }),
    about: { kind: 'property', name, asked: askedOf(here, here.node ? pathOf(here.node) : '') },
  };
}

/** `soc.dtsi:12`: where the value comes from that would be replaced. */
export function placeOf(snapshot: Snapshot, property: DtProperty): string {
  const { name } = lastSet(property);
  return `${name.file.slice(name.file.lastIndexOf('/') + 1)}:${snapshot.line(name)}`;
}

/** What is written behind the name. */
export function restOf(here: Here, name: string, elsewhere: DtProperty | undefined): string {
  if (pathOfDraft(here) === '/aliases') return ' = &$1';
  if (name === 'device_type' && /^(?:cpu|memory|pcie?)$/.test(here.draft.name)) {
    return ` = "${here.draft.name.replace('pcie', 'pci')}"`;
  }
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
  const stated = example ? undefined : bindingRest(bindingFact(here, name));
  if (stated !== undefined) return stated;
  if (example) return shapeOf(example);
  return isText(name) || enumeration(name) ? ' = "$1"' : PHANDLES.test(name) ? ' = <&$1>' : ' = <$1>';
}

/** By their names: lists of names, and what people read. */
function isText(name: string): boolean {
  return /(?:-names?|^label|^model|^(?:phy|mac)-mode|^phy-connection-type)$/.test(name) && !name.startsWith('#');
}

/** Single references that many bindings have, whose type is said by schemas outside of the tree. */
const PHANDLES = /^(?:usb-phy|nvmem|phy-handle|ddc-i2c-bus|i2c-parent|mdio-parent-bus|extcon|fsl,usbmisc)$/;

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
