// SPDX-License-Identifier: MIT
// What may stand in a string: words of an enumeration, what other nodes of the tree say there, compatibles, paths.
import { dirname } from '#base/files.ts';
import { own } from '#base/own.ts';
import type { View } from '#ide/analysis.ts';
import type { BoardIndex } from '#ide/knowledge/boards.ts';
import { compatibles, strings } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { bindingFact, bindingWords } from './binding-knowledge.ts';
import { type Here, isTyped, pathOfDraft } from './drafts.ts';
import { increase, propertiesNamed } from './evidence.ts';
import { type CompletionItem, literal, mayMean } from './item.ts';
import { pathSteps } from './labels.ts';

/** Values that a specification or a common binding lists (Linux 7.3: dt-core, ethernet-controller, usb, cpus, psci). */
const ENUMERATIONS: Readonly<Record<string, readonly string[]>> = {
  status: ['okay', 'disabled', 'reserved', 'fail', 'fail-needs-probe'],
  device_type: ['cpu', 'memory', 'pci'],
  dr_mode: ['host', 'peripheral', 'otg'],
  'enable-method': ['psci', 'spin-table'],
  method: ['smc', 'hvc'],
  'entry-method': ['psci'],
  'maximum-speed': ['low-speed', 'full-speed', 'high-speed', 'super-speed', 'super-speed-plus'],
  'role-switch-default-mode': ['host', 'peripheral'],
  'power-role': ['source', 'sink', 'dual'],
  'data-role': ['host', 'device', 'dual'],
  'try-power-role': ['source', 'sink', 'dual'],
  'pinctrl-names': ['default', 'sleep', 'idle', 'init'],
  managed: ['in-band-status'],
};

/** bindings/net/ethernet-controller.yaml, phy-connection-type. */
const PHY_MODES =
  'internal mii mii-lite gmii sgmii psgmii qsgmii qusgmii tbi rev-mii rmii rev-rmii moca rgmii rgmii-id rgmii-rxid rgmii-txid rtbi smii xgmii trgmii 1000base-x 2500base-x 5gbase-r rxaui xaui 10gbase-kr usxgmii 10gbase-r 25gbase-r 10g-qxgmii'.split(
    ' ',
  );

export function enumeration(property: string): readonly string[] | undefined {
  if (property === 'phy-mode' || property === 'phy-connection-type') return PHY_MODES;
  return own(ENUMERATIONS, property);
}

export interface StringPlace {
  readonly property: string;
  /** What stands in the string before the cursor. */
  readonly typed: string;
  /** Strings before it. */
  readonly index: number;
  /** Strings that the value has already. */
  readonly others: readonly string[];
}

export interface StringItems {
  readonly items: readonly CompletionItem[];
  readonly word: string;
  /** More will be known later. */
  readonly more?: boolean;
}

export function stringItems(here: Here, place: StringPlace): StringItems {
  const { property, typed } = place;
  const { view } = here;
  const path = pathOfDraft(here);
  if (property === 'stdout-path' || property === 'linux,stdout-path') return consoles(view, typed);
  if (path === '/aliases' || typed.startsWith('/')) return pathSteps(view.snapshot.tree, typed);
  const stated = property === 'compatible' ? pools(path) : bindingWords(bindingFact(here, property), place.index);
  const words = new Set([...stated, ...(enumeration(property) ?? [])]);
  const listed = [...words].map((label, order): CompletionItem => wordItem(label, 0, order));
  const known = new Set(listed.map(({ label }) => label));
  const found = property === 'compatible' ? compatibleItems(here, typed.toLowerCase()) : usedItems(here, place);
  const all = [...listed, ...found.filter(({ label }) => !known.has(label))];
  const items = all.filter(({ label }) => !place.others.includes(label));
  const more = property === 'compatible' && !(otherBoards(view).done && indexed(view));
  return { items, word: typed, more };
}

/** bindings/reserved-memory: what Linux itself takes of a region. */
function pools(path: string): readonly string[] {
  return /^\/reserved-memory\/[^/]+$/.test(path) ? ['shared-dma-pool', 'restricted-dma-pool'] : [];
}

export function wordItem(label: string, rank: number, order: number, detail = ''): CompletionItem {
  return { label, kind: 'value', detail, snippet: literal(label), rank, order };
}

/** An alias with its settings, then paths. */
function consoles(view: View, typed: string): StringItems {
  const { tree } = view.snapshot;
  if (typed.startsWith('/')) return pathSteps(tree, typed);
  const aliases = tree.root.children.get('aliases');
  const items = [...(aliases?.properties.values() ?? [])]
    .filter(({ name }) => /^(?:serial|uart)/.test(name))
    .flatMap((alias, order) => {
      const detail = strings(alias)[0] ?? '';
      return [wordItem(`${alias.name}:115200n8`, 0, order, detail), wordItem(alias.name, 1, order, detail)];
    });
  return { items: [...items, wordItem('/', 2, 0, 'a path')], word: typed };
}

/** What other nodes say in the same place of the property: nodes of the kind first, then by how many say it. */
function usedItems(here: Here, { property, index }: StringPlace): CompletionItem[] {
  const near = new Map<string, number>();
  const far = new Map<string, number>();
  for (const each of propertiesNamed(here.view.snapshot.tree, property)) {
    if (isTyped(here, each)) continue;
    const texts = stringsOf(each);
    const alike = each.node !== here.node && isAlike(each.node, here);
    for (const [at, text] of texts.entries()) increase(alike && at === index ? near : far, text);
  }
  const items = (counts: ReadonlyMap<string, number>, rank: number) =>
    [...counts].filter(([text]) => text !== '').map(([text, count]) => wordItem(text, rank, -Math.min(count, 999)));
  return [...items(near, 1), ...items(far, 2).filter(({ label }) => !near.has(label))];
}

function isAlike(node: DtNode, { draft }: Here): boolean {
  return compatibles(node).some((name) => draft.compatible.includes(name));
}

function stringsOf(property: DtProperty): readonly string[] {
  return property.value.data.some(({ kind }) => kind === 'string') ? strings(property) : [];
}

/** Compatibles of the board, then of the tree's other boards: of nodes with the same name first. */
function compatibleItems(here: Here, typed: string): CompletionItem[] {
  const { view, draft } = here;
  const ranks = new Map<string, { rank: number; count: number }>();
  for (const each of propertiesNamed(view.snapshot.tree, 'compatible')) {
    if (isTyped(here, each)) continue;
    const named = each.node !== here.node && each.node.name.split('@')[0] === draft.name;
    for (const text of compatibles(each.node)) {
      const known = ranks.get(text) ?? { rank: 3, count: 0 };
      ranks.set(text, { rank: named ? 1 : known.rank, count: known.count + 1 });
    }
  }
  for (const [text, { names, count }] of otherBoards(view).compatibles()) {
    if (!ranks.has(text) && mayMean(text, typed)) ranks.set(text, { rank: names.has(draft.name) ? 2 : 4, count });
  }
  const library = view.knowledge.bindings(view.file);
  for (const text of library?.compatibles() ?? []) {
    if (!ranks.has(text) && /[,-]/.test(text) && mayMean(text, typed)) ranks.set(text, { rank: 5, count: 0 });
  }
  return [...ranks].map(([label, { rank, count }]) => ({
    ...wordItem(label, rank, -Math.min(count, 999), library?.titleFor(label) ?? ''),
    kind: 'compatible' as const,
  }));
}

/** The bindings, if there are any, have been looked over. */
function indexed({ knowledge, file }: View): boolean {
  return knowledge.bindings(file)?.done !== false;
}

export function otherBoards(view: View): BoardIndex {
  const root = view.root();
  const folder = dirname(view.file);
  const top = root === undefined ? undefined : (/^(.*?\/boot\/dts)(?:\/|$)/.exec(folder)?.[1] ?? root);
  return view.knowledge.boards(view.file, top);
}
