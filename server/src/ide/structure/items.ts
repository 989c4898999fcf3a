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

/** Every item of a file, containers before what they contain. */
export function* allItems(ast: Ast): Generator<Placed> {
  yield* descend(placed(ast.items, 0));
}

function* descend(items: readonly Placed[]): Generator<Placed> {
  for (const item of items) {
    yield item;
    yield* descend(children(item));
  }
}
