// SPDX-License-Identifier: MIT
// What can be folded: nodes, branches of `#if`, values over several lines, comments, runs of includes.
import type { Ast, Item } from '#syntax/ast.ts';
import { eachItem } from './items.ts';

export interface Fold {
  readonly kind: 'region' | 'comment' | 'imports';
  readonly start: number;
  /** The line of this offset stays visible only where the fold is a branch of `#if`. */
  readonly end: number;
}

export function folds(text: string, ast: Ast): Fold[] {
  const found: Fold[] = comments(text);
  const add = (kind: Fold['kind'], start: number, end: number): void => {
    const lineEnd = text.indexOf('\n', start);
    if (lineEnd >= 0 && lineEnd < end) found.push({ kind, start, end });
  };
  let includes: { readonly start: number; readonly end: number; readonly count: number } | undefined;
  const closeIncludes = () => {
    if (includes && includes.count > 1) add('imports', includes.start, includes.end);
    includes = undefined;
  };
  eachItem(ast, (item, start) => {
    const end = start + item.length;
    if (item.kind === 'include') {
      includes = { start: includes?.start ?? start, end, count: (includes?.count ?? 0) + 1 };
      return;
    }
    closeIncludes();
    addRegions(item, start, add);
  });
  closeIncludes();
  return found;
}

function addRegions(item: Item, start: number, add: (kind: 'region', start: number, end: number) => void): void {
  const end = start + item.length;
  if (item.kind === 'node') add('region', start + item.head.at + item.head.length, end);
  else if (item.kind === 'property' && item.value) add('region', start, end);
  else if (item.kind === 'conditional') {
    // The next directive's line begins where the branch ends.
    for (const { at, length } of item.branches) add('region', start + at, start + at + length - 1);
  }
}

function comments(text: string): Fold[] {
  const found = text.matchAll(/"(?:\\.|[^"\\\n])*"|\/\*[\s\S]*?\*\/|(?:^[ \t]*\/\/[^\n]*\n?){2,}/gm);
  return [...found]
    .filter((match) => !match[0].startsWith('"'))
    .map((match) => ({ kind: 'comment' as const, start: match.index, end: match.index + match[0].trimEnd().length }))
    .filter(({ start, end }) => text.slice(start, end).includes('\n'));
}
