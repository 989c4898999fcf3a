// SPDX-License-Identifier: MIT
// The outline of a file: its nodes with their labels, and the properties in them with their values.
import { memo } from '#base/memo.ts';
import type { Ast, Item, NodeItem, PropertyItem } from '#syntax/ast.ts';
import { parseHead } from '#tree/dtc/statement-head.ts';
import { eachItem } from './items.ts';

export interface OutlineEntry {
  readonly kind: 'node' | 'property';
  readonly name: string;
  /** Labels of a node; the value of a property, shortened. */
  readonly detail: string;
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly children: readonly OutlineEntry[];
}

/** Editors ask after every key: an outline with more entries, some 250 kB of JSON, has the nodes alone. */
const MAX_ENTRIES = 1500;
/** Characters of a value. */
const MAX_VALUE = 40;

export function outline(ast: Ast): OutlineEntry[] {
  let count = 0;
  eachItem(ast, ({ kind }) => {
    if (kind === 'node' || kind === 'property') count++;
  });
  return entries(ast.items, 0, count <= MAX_ENTRIES);
}

function entries(items: readonly Item[], base: number, withProperties: boolean): OutlineEntry[] {
  const found: OutlineEntry[] = [];
  for (const item of items) {
    const start = base + item.at;
    if (item.kind === 'conditional') {
      for (const { at, body } of item.branches) found.push(...entries(body, start + at, withProperties));
    } else if (item.kind === 'node' || (item.kind === 'property' && withProperties)) {
      const { name, detail, nameAt, nameLength } = headOf(item);
      const nameStart = start + nameAt;
      found.push({
        kind: item.kind,
        name,
        detail,
        start,
        end: start + item.length,
        nameStart,
        nameEnd: nameStart + nameLength,
        children: item.kind === 'node' ? entries(item.body, start, withProperties) : [],
      });
    }
  }
  return found;
}

/** Kept with the item, which stays the same object until something in it changes. */
const headOf = memo((item: NodeItem | PropertyItem) => {
  const head = parseHead(item.headText);
  const labels = head.labels.map((label) => label.name).join(', ');
  return {
    name: item.headText.slice(head.at, head.at + head.length) || item.headText,
    detail: item.kind === 'node' ? labels : shortened(item.valueText ?? ''),
    nameAt: item.head.at + head.at,
    nameLength: Math.max(head.length, 0),
  };
});

function shortened(value: string): string {
  // Twice as much text as is shown, for the blanks in it.
  const text = value.slice(0, 2 * MAX_VALUE).replace(/\s+/g, ' ');
  return text.length > MAX_VALUE || value.length > 2 * MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text;
}
