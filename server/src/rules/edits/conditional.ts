// SPDX-License-Identifier: MIT
// Which `#if` branches enclose a place: whether what stands there exists wherever something else does.

/**
 * The conditional directives that are open at an offset, outermost first, each by the place of the branch that holds
 * it. Directives in comments count too; that makes a caller careful, not wrong.
 */
export function branchesAt(source: string, offset: number): number[] {
  const open: number[] = [];
  for (const match of source.matchAll(/^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b/gm)) {
    if (match.index >= offset) break;
    const keyword = match[1] ?? '';
    if (!keyword.startsWith('if')) open.pop();
    if (keyword !== 'endif') open.push(match.index);
  }
  return open;
}

/** True when the text at `place` is compiled whenever the text at `user` is: every branch around it holds both. */
export function existsFor(source: string, place: number, user: number): boolean {
  const around = branchesAt(source, user);
  return branchesAt(source, place).every((branch, at) => around[at] === branch);
}
