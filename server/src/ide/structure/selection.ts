// SPDX-License-Identifier: MIT
// What a growing selection takes in, one step after the other: word, string, entry, value, statement, body, node, file.
import type { Ast, Item, NodeItem, PropertyItem } from '#syntax/ast.ts';

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The innermost first; each holds the one before it and more. */
export function selections(text: string, ast: Ast, offset: number): Stretch[] {
  const found: Stretch[] = [{ start: 0, end: text.length }];
  descend(ast.items, 0, { text, offset, found });
  const word = wordAround(text, offset);
  if (word) found.push(word);
  const steps: Stretch[] = [];
  // Outermost first: each lies in the one before it.
  for (const next of found) {
    const last = steps.at(-1);
    const inside = !last || (next.start >= last.start && next.end <= last.end);
    const smaller = !last || next.end - next.start < last.end - last.start;
    if (inside && smaller) steps.push(next);
  }
  return steps.reverse();
}

interface Search {
  readonly text: string;
  readonly offset: number;
  readonly found: Stretch[];
}

function descend(items: readonly Item[], base: number, search: Search): void {
  const { offset, found } = search;
  for (const item of items) {
    const start = base + item.at;
    const end = start + item.length;
    if (offset < start || offset > end) continue;
    found.push({ start, end });
    if (item.kind === 'node') nodeParts(item, start, search);
    else if (item.kind === 'property') propertyParts(item, start, search);
    else if (item.kind === 'conditional') {
      for (const branch of item.branches) {
        const from = start + branch.at;
        if (offset < from || offset >= from + branch.length) continue;
        found.push({ start: from, end: from + branch.length });
        descend(branch.body, from, search);
      }
    }
    return;
  }
}

function nodeParts(item: NodeItem, start: number, search: Search): void {
  const { text, offset, found } = search;
  const headEnd = start + item.head.at + item.head.length;
  if (offset <= headEnd) {
    found.push({ start: start + item.head.at, end: headEnd });
    return;
  }
  const open = text.indexOf('{', headEnd);
  const close = item.closed ? text.lastIndexOf('}', start + item.length - 1) : start + item.length;
  if (open < 0 || offset <= open || offset > close) return;
  found.push({ start: open + 1, end: close });
  descend(item.body, start, search);
}

function propertyParts({ head, value }: PropertyItem, start: number, { text, offset, found }: Search): void {
  if (offset <= start + head.at + head.length)
    found.push({ start: start + head.at, end: start + head.at + head.length });
  if (!value) return;
  const from = start + value.at;
  const to = from + value.length;
  if (offset < from || offset > to) return;
  found.push({ start: from, end: to });
  for (const part of text.slice(from, to).matchAll(/"(?:\\[\s\S]|[^"\\])*"|<[^<>]*>|\[[^\]]*\]/g)) {
    const begin = from + part.index;
    const end = begin + part[0].length;
    if (offset < begin || offset > end) continue;
    found.push({ start: begin, end });
    if (offset > begin && offset < end) found.push({ start: begin + 1, end: end - 1 });
  }
}

function wordAround(text: string, offset: number): Stretch | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && /[\w,.+#@-]/.test(text.charAt(start - 1))) start--;
  while (end < text.length && /[\w,.+#@-]/.test(text.charAt(end))) end++;
  return start < end ? { start, end } : undefined;
}
