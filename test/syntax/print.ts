// SPDX-License-Identifier: MIT
// ASTs as text that a test can show: one line for each item, errors as brackets in the line they are about.
import type { Ast, Item } from '#syntax/ast.ts';

/** One line for each item, indented as it nests. */
export function outline(items: readonly Item[], indent = ''): string[] {
  return items.flatMap((item) => {
    const line = `${indent}${describeItem(item)}`;
    if (item.kind === 'node') return [line, ...outline(item.body, `${indent}  `)];
    if (item.kind !== 'conditional') return [line];
    return item.branches.flatMap((branch) => [
      `${indent}#${branch.keyword} ${branch.conditionText}`.trimEnd(),
      ...outline(branch.body, `${indent}  `),
    ]);
  });
}

function describeItem(item: Item): string {
  switch (item.kind) {
    case 'node':
      return `${item.headText} {${item.closed ? '' : ' (no end)'}`;
    case 'property':
      return item.valueText === undefined ? item.headText : `${item.headText} = ${item.valueText}`;
    case 'include':
      return `include ${item.style} ${item.pathText}`;
    case 'define':
    case 'undef':
      return `${item.kind} ${item.restText}`;
    case 'delete-node':
    case 'delete-property':
    case 'omit-if-no-ref':
      return `${item.kind} ${item.targetText}`;
    case 'conditional':
      return item.closed ? 'conditional' : 'conditional (no end)';
    default:
      return `${item.kind}: ${item.text}`;
  }
}

/** Each node and property by its path, so that two versions of a file can be compared. */
export function paths(items: readonly Item[], parent = ''): string[] {
  return items.flatMap((item) => {
    if (item.kind === 'conditional') return item.branches.flatMap((branch) => paths(branch.body, parent));
    if (item.kind !== 'node') return [`${parent} ${describeItem(item)}`.trim()];
    const path = item.headText === '/' ? '/' : `${parent === '/' ? '' : parent}/${item.headText}`;
    return [path, ...paths(item.body, path)];
  });
}

/** The line of each error with `[` and `]` around its place, and its message. */
export function errors(text: string, ast: Ast): string[] {
  return ast.errors.map(({ start, end, message }) => {
    const from = text.lastIndexOf('\n', start - 1) + 1;
    const to = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start);
    const marked = `${text.slice(from, start)}[${text.slice(start, Math.min(end, to))}]${text.slice(Math.min(end, to), to)}`;
    return `${marked.trim()}  ${message}`;
  });
}
