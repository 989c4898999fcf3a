// SPDX-License-Identifier: MIT
// Labels behind `&`, those first that fit the property, with a hole for each cell that their node asks for.
import type { View } from '#ide/analysis.ts';
import { cellNames } from '#ide/knowledge/cell-names.ts';
import { compatibles, isLive, pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { kindName, targetsOf } from './evidence.ts';
import { type CompletionItem, hole, literal, mayMean } from './item.ts';
import { cellCount, formOf, type ListForm } from './providers.ts';

const FITS = 0;
const ALIKE = 1;
const OTHER = 3;

/** What stands behind the word. */
interface Behind {
  /** Cells follow already, or it is no list of cells. */
  readonly bare: boolean;
  /** What is typed of the label. */
  readonly word: string;
}

export function labels(view: View, property: string, { bare, word }: Behind): CompletionItem[] {
  const { tree } = view.snapshot;
  const form = formOf(property);
  const uses = targetsOf(tree, property);
  const alike = new Set([...uses.keys()].map(kindName));
  const typed = word.toLowerCase();
  const items: CompletionItem[] = [];
  for (const [label, [node]] of tree.labels) {
    if (!node || !mayMean(label, typed)) continue;
    const fits = form ? form.fits(node) : uses.has(node);
    const rank = fits ? FITS : !form && alike.has(kindName(node)) ? ALIKE : OTHER;
    const cells = bare || !form || !fits ? '' : placeholders(view, form, node);
    items.push({
      label,
      kind: 'label',
      detail: detailOf(node),
      snippet: literal(label) + cells,
      rank,
      order: rank === OTHER ? 0 : (isLive(node) ? 0 : 1000) - Math.min(uses.get(node) ?? 0, 900),
      ...(cells !== '' && { suggests: true as const }),
      about: { kind: 'label', name: label },
    });
  }
  return items;
}

/** One hole per cell; behind a phandle in a map also its length. */
function placeholders(view: View, form: ListForm, node: DtNode): string {
  if (form.form === 'interrupts') return '';
  const count = cellCount(form, node) ?? 0;
  const names = cellNames(view.knowledge.bindings(view.file), form.cells, node, count);
  const all = form.form === 'map' ? [...names, 'length'] : names;
  return all.map((name, at) => ` ${hole(at + 1, name)}`).join('');
}

export function detailOf(node: DtNode): string {
  const [compatible] = compatibles(node);
  return compatible ?? pathOf(node);
}

/** Labels for `&label { … }` and for `/delete-node/ &label`. */
export function nodeLabels(
  { snapshot: { tree } }: View,
  use: 'extend' | 'delete' | 'omit',
  open: boolean,
): CompletionItem[] {
  const end = use === 'delete' ? ';' : ' {\n\t$0\n};';
  const items: CompletionItem[] = [];
  for (const [label, [node]] of tree.labels) {
    if (!node) continue;
    items.push({
      label,
      kind: 'label',
      detail: detailOf(node),
      snippet: literal(label) + (open ? '' : end),
      rank: 1,
      about: { kind: 'label', name: label },
    });
  }
  return items;
}

/** Children of a path that is typed as far as `typed`; the root's for none. */
export function pathSteps(
  tree: DeviceTree,
  typed: string,
): { readonly items: CompletionItem[]; readonly word: string } {
  const slash = typed.lastIndexOf('/');
  const word = typed.slice(slash + 1);
  const from = childAt(tree, typed.slice(0, slash));
  if (slash < 0 || !from) return { items: [], word };
  const items = [...from.children.values()].map((node): CompletionItem => {
    const inner = node.children.size > 0;
    return {
      label: node.name,
      kind: 'path',
      detail: detailOf(node),
      snippet: literal(node.name),
      rank: inner ? 0 : 1,
    };
  });
  return { items, word };
}

function childAt(tree: DeviceTree, path: string): DtNode | undefined {
  let at: DtNode | undefined = tree.root;
  for (const name of path.split('/')) if (name !== '') at = at?.children.get(name);
  return at;
}
