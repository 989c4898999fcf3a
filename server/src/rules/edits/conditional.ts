// SPDX-License-Identifier: MIT
// Which `#if` branches enclose a place: whether what stands there exists wherever something else does.
import { ofLastText } from '#base/memo.ts';

/**
 * The conditional directives that are open at an offset, outermost first, each by the place of the branch that holds
 * it. Directives in comments count too; that makes a caller careful, not wrong.
 */
export function branchesAt(source: string, offset: number): number[] {
  const open: number[] = [];
  for (const { at, keyword } of directives(source)) {
    if (at >= offset) break;
    if (!keyword.startsWith('if')) open.pop();
    if (keyword !== 'endif') open.push(at);
  }
  return open;
}

const directives = ofLastText((source) => {
  const found = source.matchAll(/^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b/gm);
  return [...found].map(({ index, 1: keyword = '' }) => ({ at: index, keyword }));
});

/** True when the text at `place` is compiled whenever the text at `user` is: every branch around it holds both. */
export function existsFor(source: string, place: number, user: number): boolean {
  const around = branchesAt(source, user);
  return branchesAt(source, place).every((branch, at) => around[at] === branch);
}
