// SPDX-License-Identifier: MIT
// Which macros the files of the board write in a place: behind which reference, in which cell, of which property.
import type { Snapshot } from '#ide/boards/snapshot.ts';
import type { Ast, Item, PropertyItem } from '#syntax/ast.ts';
import { increase } from './evidence.ts';
import { formOf } from './providers.ts';
import { readValue, type TypedCell } from './value-cursor.ts';

export interface Usage {
  /** Text behind `&` of the entry; absent where no reference stands before it. */
  readonly ref?: string | undefined;
  /** Cells between. */
  readonly index: number;
  readonly name: string;
}

/** By the item, which stays the same object until its text changes. */
const usages = new WeakMap<PropertyItem, readonly Usage[]>();

/** Macro → how often it is written in the same place of a property that is read alike. */
export function macroUsage(
  snapshot: Snapshot,
  property: string,
  { ref, index, cells }: { readonly ref?: string | undefined; readonly index: number; readonly cells: number },
): Map<string, number> {
  const counts = new Map<string, number>();
  const form = formOf(property);
  const isAlike = (name: string): boolean =>
    name === property || (form?.cells !== undefined && ref !== undefined && formOf(name)?.cells === form.cells);
  for (const file of snapshot.tree.files) {
    const ast = file.endsWith('.h') ? undefined : snapshot.ast(file);
    if (!ast) continue;
    for (const item of propertyItems(ast)) {
      if (!isAlike(nameOf(item))) continue;
      for (const usage of usagesOf(item)) {
        const same = usage.ref === ref && (cells === 0 || usage.index % cells === index);
        if (same) increase(counts, usage.name);
      }
    }
  }
  return counts;
}

function nameOf({ headText }: PropertyItem): string {
  return headText.slice(headText.lastIndexOf(':') + 1).trim();
}

function* propertyItems(ast: Ast): Generator<PropertyItem> {
  const pending: (readonly Item[])[] = [ast.items];
  for (let items = pending.pop(); items; items = pending.pop()) {
    for (const item of items) {
      if (item.kind === 'property') {
        if (item.valueText !== undefined) yield item;
      } else if (item.kind === 'node') pending.push(item.body);
      else if (item.kind === 'conditional') for (const branch of item.branches) pending.push(branch.body);
    }
  }
}

function usagesOf(item: PropertyItem): readonly Usage[] {
  const known = usages.get(item);
  if (known) return known;
  const found = read(readValue(`${item.valueText ?? ''} `).cells);
  usages.set(item, found);
  return found;
}

function read(cells: readonly TypedCell[]): Usage[] {
  const found: Usage[] = [];
  let ref: string | undefined;
  let index = 0;
  for (const cell of cells) {
    if (cell.ref !== undefined) {
      ref = cell.ref;
      index = 0;
      continue;
    }
    for (const [name] of cell.text.matchAll(/[A-Za-z_]\w*/g)) found.push({ ref, index, name });
    index++;
  }
  return found;
}
