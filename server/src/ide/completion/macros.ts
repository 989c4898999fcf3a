// SPDX-License-Identifier: MIT
// Macros where a cell or an expression stands: what the tree writes in this place first, then what fits the provider,
// then every other; those of headers that are not included bring their `#include`.
import { memo } from '#base/memo.ts';
import type { View } from '#ide/analysis.ts';
import { fitOf, type HeaderMacro } from '#ide/knowledge/headers.ts';
import { compatibles } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { includeEdit } from './include-edit.ts';
import { type CompletionItem, hole, literal, mayMean } from './item.ts';
import type { CellPlace } from './specifier.ts';
import { macroUsage } from './usage.ts';

export interface MacroPlace {
  readonly property: string;
  readonly at: CellPlace;
  readonly word: string;
}

export interface KnownMacro {
  readonly name: string;
  /** Absent for an object-like one. */
  readonly parameters: readonly string[] | undefined;
  /** The header or other file that defines it. */
  readonly file: string;
}

/** Written in the same place, of the family of those, of a header that fits, all others; then not included ones. */
const USED = 1;
const FAMILY = 2;
const RELATED = 3;
const FITTING = 4;
/** Items up to this rank are written in such places, or fit the provider. */
export const MEANT = FITTING;
const INCLUDED = 5;
const FITTING_HEADER = 6;
const ANY_HEADER = 8;

/** Shorter words mean too many of the macros that are not included. */
const MIN_WORD = 3;
const MAX_OTHERS = 200;

/** Macros with a text, as they stand at the end of the board; guards of headers have none. */
export const knownMacros = memo((tree: DeviceTree): readonly KnownMacro[] => {
  const known = new Map<string, KnownMacro>();
  for (const { macro, span } of tree.macros.last()) {
    const { name, parameters, body, builtIn } = macro;
    if (!span || builtIn || (body.length === 0 && !parameters) || known.has(name)) continue;
    known.set(name, { name, parameters, file: span.file });
  }
  return [...known.values()];
});

export function macros(view: View, place: MacroPlace): { readonly items: CompletionItem[]; readonly more: boolean } {
  const { tree } = view.snapshot;
  const { property, at, word } = place;
  const used = macroUsage(view.snapshot, property, { ref: at.ref, index: at.index, cells: at.names.length });
  used.delete(word);
  const families = new Set([...used.keys()].map((name) => familyOf(name, 2)));
  const related = new Set([...used.keys()].map((name) => familyOf(name, 1)));
  const compatible = at.provider ? compatibles(at.provider) : [];
  const typed = word.toLowerCase();
  const items: CompletionItem[] = [];
  const known = new Set<string>();
  const fits = new Map<string, boolean>();
  for (const macro of knownMacros(tree)) {
    known.add(macro.name);
    if (typed !== '' && !mayMean(macro.name, typed)) continue;
    const count = used.get(macro.name) ?? 0;
    const fitting = fits.get(macro.file) ?? fitOf(macro.file, compatible, property) > 0;
    fits.set(macro.file, fitting);
    let rank = fitting ? FITTING : INCLUDED;
    if (related.has(familyOf(macro.name, 1))) rank = RELATED;
    if (families.has(familyOf(macro.name, 2))) rank = FAMILY;
    items.push(macroItem(macro, count > 0 ? USED : rank, -Math.min(count, 9999)));
  }
  const index = view.knowledge.headers(view.includePaths());
  for (const macro of others(view, place, compatible)) {
    if (known.has(macro.name) || (typed !== '' && !mayMean(macro.name, typed))) continue;
    known.add(macro.name);
    items.push(headerItem(view, macro, macro.fits ? FITTING_HEADER : ANY_HEADER));
  }
  return { items, more: !index.done || typed.length < MIN_WORD };
}

/** `GCC_UFS` of `GCC_UFS_PHY_AXI_CLK`, for two words. */
function familyOf(name: string, words: 1 | 2): string {
  return (words === 2 ? /^_*[A-Za-z0-9]+(?:_[A-Za-z0-9]+)?/ : /^_*[A-Za-z0-9]+/).exec(name)?.[0] ?? name;
}

/** Of headers that the board does not include: those that fit the provider, and what begins with the word. */
function* others(
  view: View,
  { property, word }: MacroPlace,
  compatible: readonly string[],
): Generator<HeaderMacro & { readonly fits: boolean }> {
  const index = view.knowledge.headers(view.includePaths());
  const read = new Set(view.snapshot.tree.files);
  if (compatible.length > 0) {
    for (const { include, path } of index.includes()) {
      if (fitOf(include, compatible, property) < 2 || read.has(path)) continue;
      for (const macro of index.macrosOf(path)) yield { ...macro, fits: true };
    }
  }
  if (word.length < MIN_WORD) return;
  for (const macro of index.startingWith(word, MAX_OTHERS)) yield { ...macro, fits: false };
}

export function macroItem({ name, parameters, file }: KnownMacro, rank: number, order: number): CompletionItem {
  const call = parameters ? `(${parameters.map((each, at) => hole(at + 1, each)).join(', ')})` : '';
  return {
    label: name,
    kind: 'macro',
    detail: file.slice(file.lastIndexOf('/') + 1),
    snippet: literal(name) + call,
    rank,
    order,
    about: { kind: 'macro', name },
  };
}

function headerItem(view: View, macro: HeaderMacro, rank: number): CompletionItem {
  const { name, parameters, include, path } = macro;
  const list =
    parameters === ''
      ? undefined
      : parameters
          .slice(1, -1)
          .split(',')
          .map((each) => each.trim());
  return {
    ...macroItem({ name, parameters: list, file: path }, rank, 0),
    detail: `#include <${include}>`,
    edits: [includeEdit(view, `<${include}>`)],
    about: { kind: 'header-macro', name: `${path}\n${name}` },
  };
}
