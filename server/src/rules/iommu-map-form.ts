// SPDX-License-Identifier: MIT
// Completes `iommu-map` for Linux 7.2: as many output cells per entry as `#iommu-cells` says, where 7.1 reads one.
import type { TextEdit } from '#base/text.ts';
import { mapEntries } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import type { RuleContext } from './rule.ts';
import { cellCount } from './uses.ts';

/** The form of 7.2: the cells that were not written are 0. `undefined` where an entry covers several IDs. */
export function withAllCells(context: RuleContext, node: DtNode): TextEdit[] | undefined {
  const entries = mapEntries(context.tree, node.properties.get('iommu-map'));
  if (!entries) return undefined;
  const edits: TextEdit[] = [];
  for (const { provider, out, outCells, length } of entries) {
    const missing = (provider ? cellCount(provider) : 1) - outCells;
    if (missing < 0 || (missing > 0 && length.value !== 1)) return undefined;
    if (missing === 0) continue;
    if (!/^[\w()]+$/.test(context.text(out.span.file).slice(out.span.start, out.span.end))) return undefined;
    edits.push({ span: { ...out.span, start: out.span.end }, text: ' 0x0'.repeat(missing) });
  }
  return edits.length > 0 ? edits : undefined;
}
