// SPDX-License-Identifier: MIT
// The two forms of `iommu-map`: up to Linux 7.1 an entry has one output cell, from 7.2 on as many as `#iommu-cells` says.
import { hex } from '#base/numbers.ts';
import type { TextEdit } from '#base/text.ts';
import { alignment, lineEnd } from '#rules/edits/edits.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { cellCount } from '#rules/engine/uses.ts';
import { cells, lastSet } from '#tree/query.ts';
import { type MapEntry, mapEntries } from '#tree/specifiers.ts';
import type { Cell, DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

/** With several output cells an entry has one ID; so many of a longer one may become entries of their own. */
const MAX_LENGTH = 8;
const MAX_ADDED = 32;

/** Divides into entries only as Linux 7.2 reads it: the older reading fails, or meets phandles that are none. */
export function hasNewForm(tree: DeviceTree, property: DtProperty): boolean {
  const old = mapEntries(tree, property);
  if (old?.every(({ provider }) => provider !== undefined)) return false;
  const entries = mapEntries(tree, property, '#iommu-cells');
  return entries?.every(({ provider, outCells }) => provider && cellCount(provider) === outCells) ?? false;
}

/** The form of 7.2: the cells that were not written are 0. `undefined` where an entry covers too many IDs for that. */
export function withAllCells(context: RuleContext, node: DtNode): TextEdit[] | undefined {
  const property = node.properties.get('iommu-map');
  const entries = mapEntries(context.tree, property);
  if (!property || !entries) return undefined;
  const edits: TextEdit[] = [];
  let added = 0;
  for (const entry of entries) {
    const missing = (entry.provider ? cellCount(entry.provider) : 1) - entry.outCells;
    if (missing === 0) continue;
    added += entry.length.value - 1;
    if (missing < 0 || entry.length.value > MAX_LENGTH || added > MAX_ADDED) return undefined;
    const edit = widened(context, property, entry, missing);
    if (!edit) return undefined;
    edits.push(edit);
  }
  return edits.length > 0 ? edits : undefined;
}

function widened(context: RuleContext, property: DtProperty, entry: MapEntry, missing: number): TextEdit | undefined {
  const { base, phandle, out, length } = entry;
  if (![base, phandle, out, length].every((cell) => isPlain(context, cell))) return undefined;
  const zeros = ' 0x0'.repeat(missing);
  if (length.value === 1) return { span: { ...out.span, start: out.span.end }, text: zeros };
  const { file, start } = base.span;
  const source = context.text(file);
  const ref = source.slice(phandle.span.start, phandle.span.end);
  const parts = Array.from(
    { length: length.value },
    (_, at) => `${hex(base.value + at)} ${ref} ${hex(out.value + at)}${zeros} 0x1`,
  );
  const open = source.lastIndexOf('<', start);
  if (open < lastSet(property).name.end) return undefined;
  const separator = `>,${lineEnd(source)}${alignment(source, open)}<`;
  return { span: { file, start, end: length.span.end }, text: parts.join(separator) };
}

/** The form before 7.2. `undefined` where that would lose an output cell that is not 0. */
export function withOneCell(context: RuleContext, node: DtNode): TextEdit[] | undefined {
  const property = node.properties.get('iommu-map');
  const entries = property && mapEntries(context.tree, property, '#iommu-cells');
  if (!entries) return undefined;
  const all = cells(context.tree, property);
  const edits: TextEdit[] = [];
  let at = 0;
  for (const { outCells } of entries) {
    const [out, ...others] = all.slice(at + 2, at + 2 + outCells);
    const last = others[others.length - 1];
    if (!out || others.some((cell) => cell.value !== 0)) return undefined;
    if (last) {
      if (![out, ...others].every((cell) => isPlain(context, cell))) return undefined;
      edits.push({ span: { ...out.span, start: out.span.end, end: last.span.end }, text: '' });
    }
    at += 3 + outCells;
  }
  return edits.length > 0 ? edits : undefined;
}

/** The text has this cell by itself, not as part of what a macro stands for. */
function isPlain({ text }: RuleContext, { span }: Cell): boolean {
  return /^(&\w+|\w+|\([\w\s()+*|<>-]*\))$/.test(text(span.file).slice(span.start, span.end));
}
