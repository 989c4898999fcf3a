// SPDX-License-Identifier: MIT
// Turns `mmu-masters` of an Arm SMMU into `iommus` on every master, where the tree says all that this needs.
import type { TextEdit } from '#base/text.ts';
import { cells, cellTarget, lastSet, u32 } from '#tree/query.ts';
import type { Cell, DtNode, DtProperty } from '#tree/types.ts';
import { addLabel, freeLabel, removeProperty, replaceProperty } from './edits.ts';
import { isPciHost } from './id-map.ts';
import type { RuleContext } from './rule.ts';

/** A master of the list, with its stream IDs. */
interface Master {
  readonly node: DtNode;
  readonly size: DtProperty;
  readonly ids: readonly Cell[];
}

/**
 * The edits of all files; `undefined` where no conversion is certain: another SMMU would be left with the old binding
 * (Linux then refuses both), a master is a PCI bridge, has `iommus`, stands twice in the list or does not say its size.
 */
export function convertMasters(context: RuleContext, smmu: DtNode): TextEdit[] | undefined {
  const property = smmu.properties.get('mmu-masters');
  const masters = property && readMasters(context, property);
  if (!masters || context.nodesWith('mmu-masters').length > 1) return undefined;
  const declared = smmu.properties.get('#iommu-cells');
  if (declared && u32(declared) !== 1) return undefined;
  const known = smmu.labels[0]?.name;
  const label = known ?? freeLabel(context.tree.labels, 'smmu');
  const labelled = known === undefined ? addLabel(smmu, label) : undefined;
  if (known === undefined && !labelled) return undefined;
  const own = declared
    ? removeProperty(context.text, property)
    : [replaceProperty(context.text, property, { name: '#iommu-cells', value: '<1>' })];
  return [
    ...(labelled ? [labelled] : []),
    ...own,
    ...masters.map(({ size, ids }) => {
      const value = ids.map((id) => `<&${label} ${written(context, id)}>`).join(', ');
      return replaceProperty(context.text, size, { name: 'iommus', value });
    }),
  ];
}

function readMasters(context: RuleContext, property: DtProperty): Master[] | undefined {
  const list = cells(context.tree, property);
  const masters: Master[] = [];
  for (let at = 0; at < list.length; ) {
    const phandle = list[at];
    const node = phandle && cellTarget(context.tree, phandle);
    const size = node?.properties.get('#stream-id-cells');
    const count = u32(size);
    if (!node || !size || !count || at + count >= list.length) return undefined;
    if (isPciHost(node) || node.properties.has('iommus') || masters.some((known) => known.node === node))
      return undefined;
    if (!isOnce(context, property) || !isOnce(context, size)) return undefined;
    masters.push({ node, size, ids: list.slice(at + 1, at + 1 + count) });
    at += 1 + count;
  }
  return masters;
}

/** Set at one place, and written there as it is read. */
function isOnce(context: RuleContext, property: DtProperty): boolean {
  const { name } = lastSet(property);
  return property.origins.length === 1 && context.text(name.file).slice(name.start, name.end) === property.name;
}

function written(context: RuleContext, { span, value }: Cell): string {
  const text = context.text(span.file).slice(span.start, span.end);
  return /^\w+$/.test(text) ? text : `0x${value.toString(16)}`;
}
