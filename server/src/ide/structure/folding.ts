// SPDX-License-Identifier: MIT
// What can be folded: nodes, branches of `#if`, values over several lines, comments, runs of includes.
import type { Ast } from '#syntax/ast.ts';
import { allItems, type Placed } from './items.ts';

export interface Fold {
  readonly kind: 'region' | 'comment' | 'imports';
  readonly start: number;
  /** The line of this offset stays visible only where the fold is a branch of `#if`. */
  readonly end: number;
}

export function folds(text: string, ast: Ast): Fold[] {
  const result: Fold[] = comments(text);
  let includes: Placed[] = [];
  const closeIncludes = () => {
    const [first] = includes;
    const last = includes[includes.length - 1];
    if (first && last && includes.length > 1) result.push({ kind: 'imports', start: first.start, end: last.end });
    includes = [];
  };
  for (const placed of allItems(ast)) {
    if (placed.item.kind === 'include') {
      includes.push(placed);
      continue;
    }
    closeIncludes();
    result.push(...foldsOf(placed));
  }
  closeIncludes();
  return result.filter(({ start, end }) => text.slice(start, end).includes('\n'));
}

function foldsOf({ item, start, end }: Placed): Fold[] {
  switch (item.kind) {
    case 'node':
      return [{ kind: 'region', start: start + item.head.at + item.head.length, end }];
    case 'property':
      return item.value ? [{ kind: 'region', start, end }] : [];
    case 'conditional':
      // The next directive's line begins where the branch ends.
      return item.branches.map((branch) => ({
        kind: 'region',
        start: start + branch.at,
        end: start + branch.at + branch.length - 1,
      }));
    default:
      return [];
  }
}

function comments(text: string): Fold[] {
  const found = text.matchAll(/"(?:\\.|[^"\\\n])*"|\/\*[\s\S]*?\*\/|(?:^[ \t]*\/\/[^\n]*\n?){2,}/gm);
  return [...found]
    .filter((match) => !match[0].startsWith('"'))
    .map((match) => ({ kind: 'comment', start: match.index, end: match.index + match[0].trimEnd().length }));
}
