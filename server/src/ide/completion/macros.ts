// SPDX-License-Identifier: MIT
// Macros where a cell or an expression stands: what the tree writes in this place first, then what fits the provider.
import { memo } from '#base/memo.ts';
import type { View } from '#ide/analysis.ts';
import type { DeviceTree } from '#tree/types.ts';
import { type CompletionItem, hole, literal } from './item.ts';
import type { CellPlace } from './specifier.ts';

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

/** Macros with a text, as they stand at the end of the board; guards of headers have none. */
export const knownMacros = memo((tree: DeviceTree): readonly KnownMacro[] => {
  const known: KnownMacro[] = [];
  for (const name of tree.macros.names()) {
    const last = tree.macros.history(name).at(-1);
    if (!last?.span || last.macro.builtIn || (last.macro.body.length === 0 && !last.macro.parameters)) continue;
    known.push({ name, parameters: last.macro.parameters, file: last.span.file });
  }
  return known;
});

export function macros(view: View, _place: MacroPlace): { items: CompletionItem[]; more: boolean } {
  const items = knownMacros(view.snapshot.tree).map((macro) => macroItem(macro, 5, 0));
  return { items, more: false };
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
