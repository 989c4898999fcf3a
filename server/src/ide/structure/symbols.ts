// SPDX-License-Identifier: MIT
// The outline of a file: its nodes with their labels, and the properties in them.
import type { Ast } from '#syntax/ast.ts';
import { parseHead } from '#tree/dtc/statement-head.ts';
import { children, type Placed, placed } from './items.ts';

export interface OutlineEntry {
  readonly kind: 'node' | 'property';
  readonly name: string;
  /** Labels of a node. */
  readonly detail: string;
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly children: readonly OutlineEntry[];
}

export function outline(ast: Ast): OutlineEntry[] {
  return placed(ast.items, 0).flatMap(entries);
}

function entries(at: Placed): OutlineEntry[] {
  const { item, start, end } = at;
  if (item.kind === 'conditional') return children(at).flatMap(entries);
  if (item.kind !== 'node' && item.kind !== 'property') return [];
  const headStart = start + item.head.at;
  const head = parseHead(item.headText);
  const name = item.headText.slice(head.at, head.at + head.length) || item.headText;
  return [
    {
      kind: item.kind,
      name,
      detail: head.labels.map((label) => label.name).join(', '),
      start,
      end,
      nameStart: headStart + head.at,
      nameEnd: headStart + head.at + Math.max(head.length, 0),
      children: children(at).flatMap(entries),
    },
  ];
}
