// SPDX-License-Identifier: MIT
// Which macros the files of the board write in a place: behind which reference, in which cell, of which property.
import { memo } from '#base/memo.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import type { Ast, Item, PropertyItem } from '#syntax/ast.ts';
import { nodeByReference } from '#tree/query.ts';
import { increase } from './evidence.ts';
import { cellCount, formOf } from './providers.ts';
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

/**
 * Macro → how often it is written in the same place of a property that is read alike: behind the same reference, or
 * where nothing is, behind one to a node with as many cells: in another form the place means something else.
 */
export function macroUsage(
  snapshot: Snapshot,
  property: string,
  { ref, index, cells }: { readonly ref?: string | undefined; readonly index: number; readonly cells: number },
): Map<string, number> {
  const same = new Map<string, number>();
  const other = new Map<string, number>();
  const names = alikeNames(property, ref !== undefined);
  const { tree } = snapshot;
  const form = formOf(property);
  const countOf = (of: string) => form && cellCount(form, nodeByReference(tree, of));
  const counts = new Map<string, boolean>();
  const isAlike = (of: string): boolean => {
    const known = counts.get(of) ?? (form === undefined || countOf(of) === countOf(ref ?? of));
    counts.set(of, known);
    return known;
  };
  for (const file of snapshot.tree.files) {
    const ast = file.endsWith('.h') ? undefined : snapshot.ast(file);
    if (!ast) continue;
    const items = itemsByName(ast);
    for (const usage of names.flatMap((name) => items.get(name) ?? []).flatMap(usagesOf)) {
      if (cells > 0 && usage.index % cells !== index) continue;
      if (usage.ref === ref) increase(same, usage.name);
      else if (ref !== undefined && usage.ref !== undefined && isAlike(usage.ref)) increase(other, usage.name);
    }
  }
  return same.size > 0 ? same : other;
}

/** Names under which the same provider is named: GPIOs have a name for each line. */
function alikeNames(property: string, named: boolean): readonly string[] {
  const form = named ? formOf(property) : undefined;
  if (form?.cells === '#clock-cells') return ['clocks', 'assigned-clocks', 'assigned-clock-parents'];
  return form?.cells === '#gpio-cells' ? [property, GPIOS] : [property];
}

/** Stands for every property that names GPIOs. */
const GPIOS = '*-gpios';

/** By the file's AST, which is the same object until the file changes. */
const itemsByName = memo((ast: Ast): ReadonlyMap<string, readonly PropertyItem[]> => {
  const found = new Map<string, PropertyItem[]>();
  const add = (name: string, item: PropertyItem): void => {
    const items = found.get(name);
    if (items) items.push(item);
    else found.set(name, [item]);
  };
  for (const item of propertyItems(ast)) {
    const { headText } = item;
    const name = headText.includes(':') ? headText.slice(headText.lastIndexOf(':') + 1).trim() : headText.trimEnd();
    add(name, item);
    if (name.endsWith('gpios') || name.endsWith('gpio')) add(GPIOS, item);
  }
  return found;
});

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
