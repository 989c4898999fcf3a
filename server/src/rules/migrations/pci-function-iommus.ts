// SPDX-License-Identifier: MIT
// `iommus` of a PCI function, which nobody reads, as the entry of its host bridge's `iommu-map` that says the same.
import { hex } from '#base/numbers.ts';
import type { TextEdit } from '#base/text.ts';
import { insertProperty, isDeleted, removeProperty } from '#rules/edits/edits.ts';
import { isPciHost, lastId, requesterId } from '#rules/engine/ids.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { usesOf } from '#rules/engine/uses.ts';
import { lastSet, u32 } from '#tree/query.ts';
import { mapEntries } from '#tree/specifiers.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';

/**
 * The edits of function and bridge; nothing where the bus number is known only at run time, the map has another answer, or
 * the text is not one plain specifier inside a block of the bridge.
 */
export function mapOfFunction(context: RuleContext, fn: DtNode): TextEdit[] | undefined {
  const { tree, text } = context;
  const host = fn.parent;
  const property = fn.properties.get('iommus');
  const rid = requesterId(tree, fn);
  if (!property || property.origins.length > 1 || rid === undefined || !host || !isPciHost(host)) return undefined;
  const uses = usesOf(context, fn).filter(({ via }) => via === 'iommus');
  if (uses.length !== 1 || uses[0]?.args.length !== 1) return undefined;
  const { span, name } = lastSet(property);
  const [, specifier] = /^\s*=\s*<\s*(&?\w+\s+\w+)\s*>\s*;$/.exec(text(span.file).slice(name.end, span.end)) ?? [];
  if (specifier === undefined) return undefined;
  const added = addEntry(context, host, { rid, entry: `<${hex(rid)} ${specifier} 0x1>`, property });
  return added && [added, ...removeProperty(text, property)];
}

interface NewEntry {
  readonly rid: number;
  readonly entry: string;
  /** What it comes from, inside the block that it goes to. */
  readonly property: DtProperty;
}

function addEntry({ tree, text }: RuleContext, host: DtNode, added: NewEntry): TextEdit | undefined {
  const { rid, entry } = added;
  const place = lastSet(added.property).span;
  const mask = u32(host.properties.get('iommu-map-mask')) ?? 0xffff;
  if ((rid & mask) !== rid) return undefined;
  const map = host.properties.get('iommu-map');
  if (!map) {
    const block = host.origins.find(
      ({ kind, span }) =>
        kind === 'open' && span.file === place.file && span.start <= place.start && place.end <= span.end,
    );
    if (!block || isDeleted(text, host, 'iommu-map', block)) return undefined;
    return insertProperty(text, host, { name: 'iommu-map', value: entry }, block);
  }
  const { span } = lastSet(map);
  const entries = mapEntries(tree, map, undefined);
  if (!entries || span.file !== place.file) return undefined;
  if (entries.some((each) => each.base.value <= rid && rid <= lastId(each))) return undefined;
  if (!/>\s*;$/.test(text(span.file).slice(span.start, span.end))) return undefined;
  const at = text(span.file).lastIndexOf('>', span.end) + 1;
  return { span: { file: span.file, start: at, end: at }, text: `, ${entry}` };
}
