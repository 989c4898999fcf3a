// SPDX-License-Identifier: MIT
// The includes of a file as links to the files that they name.
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import { allItems } from './items.ts';

export interface DocumentLink {
  readonly span: Span;
  readonly target: string;
}

/** Includes that lead nowhere have no link: a problem says so. */
export function links({ file, snapshot, resolve }: View): DocumentLink[] {
  const ast = snapshot.ast(file);
  if (!ast) return [];
  const found: DocumentLink[] = [];
  for (const { item, start } of allItems(ast)) {
    if (item.kind !== 'include') continue;
    const target = resolve(item.pathText.slice(1, -1));
    if (target === undefined) continue;
    const at = start + item.path.at + 1;
    found.push({ span: { file, start: at, end: at + item.path.length - 2 }, target });
  }
  return found;
}
