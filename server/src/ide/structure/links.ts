// SPDX-License-Identifier: MIT
// The includes of a file as links to the files that they name.

import { memo } from '#base/memo.ts';
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import type { Item } from '#syntax/ast.ts';
import { children, type Placed, placed } from './items.ts';

export interface DocumentLink {
  readonly span: Span;
  readonly target: string;
}

/** Includes that lead nowhere have no link: a problem says so. */
export function links({ file, snapshot, resolve }: View): DocumentLink[] {
  const ast = snapshot.ast(file);
  if (!ast) return [];
  const found: DocumentLink[] = [];
  for (const { item, start } of includes(placed(ast.items, 0))) {
    if (item.kind !== 'include') continue;
    const target = resolve(item.pathText.slice(1, -1));
    if (target === undefined) continue;
    const at = start + item.path.at + 1;
    found.push({ span: { file, start: at, end: at + item.path.length - 2 }, target });
  }
  return found;
}

function* includes(items: readonly Placed[]): Generator<Placed> {
  for (const at of items) {
    if (!hasInclude(at.item)) continue;
    yield at;
    yield* includes(children(at));
  }
}

/** The item is an include or holds one. */
const hasInclude = memo((item: Item): boolean => {
  if (item.kind === 'node') return item.body.some(hasInclude);
  if (item.kind === 'conditional') return item.branches.some(({ body }) => body.some(hasInclude));
  return item.kind === 'include';
});
