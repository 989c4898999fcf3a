// SPDX-License-Identifier: MIT
// The statements of one file with absolute offsets, all branches of `#if` included: what outline and folding walk.
import type { Ast, Item } from '#syntax/ast.ts';

export interface Placed {
  readonly item: Item;
  readonly start: number;
  readonly end: number;
}

/** The items of a file, or of a node or conditional, in text order; branches of `#if` count as their container. */
export function placed(items: readonly Item[], base: number): Placed[] {
  return items.map((item) => ({ item, start: base + item.at, end: base + item.at + item.length }));
}

/** What stands inside an item. */
export function children({ item, start }: Placed): Placed[] {
  if (item.kind === 'node') return placed(item.body, start);
  if (item.kind !== 'conditional') return [];
  return item.branches.flatMap((branch) => placed(branch.body, start + branch.at));
}

/** Calls with every item of a file and its place, containers before what they contain. */
export function eachItem(ast: Ast, visit: (item: Item, start: number) => void): void {
  visitItems(ast.items, 0, visit);
}

/** The same below a place: what is asked for after every key makes no objects on its way. */
export function visitItems(items: readonly Item[], base: number, visit: (item: Item, start: number) => void): void {
  for (const item of items) {
    const start = base + item.at;
    visit(item, start);
    if (item.kind === 'node') visitItems(item.body, start, visit);
    else if (item.kind === 'conditional') {
      for (const branch of item.branches) visitItems(branch.body, start + branch.at, visit);
    }
  }
}

/** Every item of a file, containers before what they contain. */
export function allItems(ast: Ast): Placed[] {
  const found: Placed[] = [];
  eachItem(ast, (item, start) => found.push({ item, start, end: start + item.length }));
  return found;
}
