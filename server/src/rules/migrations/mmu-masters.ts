// SPDX-License-Identifier: MIT
// Turns `mmu-masters` of all Arm SMMUs into `iommus` on every master, or says what the tree leaves open.
import type { TextEdit } from '#base/text.ts';
import { addLabel, freeLabel, removeProperty, replaceProperty } from '#rules/edits/edits.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver } from '#rules/engine/uses.ts';
import { cells, cellTarget, lastSet, pathOf, u32 } from '#tree/query.ts';
import type { Cell, DtNode, DtProperty } from '#tree/types.ts';

/** A master of a list, with its stream IDs. */
interface Master {
  readonly node: DtNode;
  readonly size: DtProperty;
  readonly ids: readonly Cell[];
}

interface Smmu {
  readonly node: DtNode;
  readonly list: DtProperty;
  readonly masters: readonly Master[];
}

export type Conversion = { readonly edits: readonly TextEdit[] } | { readonly refused: string };

/** Linux takes one binding for all SMMUs of a system, so one edit converts them all. */
export function convertMasters(context: RuleContext): Conversion {
  const smmus: Smmu[] = [];
  for (const node of context.nodesWith('mmu-masters')) {
    const list = node.properties.get('mmu-masters');
    if (!list || iommuDriver(context, node)?.driver.name !== 'arm-smmu') continue;
    const masters = readMasters(context, node, list);
    if ('refused' in masters) return masters;
    smmus.push({ node, list, masters });
  }
  const refused = listedTwice(smmus) ?? scattered(context, smmus);
  if (refused !== undefined) return { refused };
  const edits: TextEdit[] = [];
  const labels = new Map<string, unknown>(context.tree.labels);
  for (const smmu of smmus) {
    const own = convert(context, smmu, labels);
    if (!own) return { refused: `the text has no place for a label of \`${pathOf(smmu.node)}\`` };
    edits.push(...own);
  }
  return { edits };
}

function readMasters(context: RuleContext, smmu: DtNode, list: DtProperty): Master[] | { readonly refused: string } {
  const name = `\`${pathOf(smmu)}\``;
  const count = u32(smmu.properties.get('#iommu-cells'));
  if (count !== undefined && count !== 1) {
    return {
      refused: `${name} has \`#iommu-cells = <${count}>\`, and \`mmu-masters\` says nothing of the other cells`,
    };
  }
  if (!isOnce(context, list)) return { refused: `\`mmu-masters\` of ${name} is set more than once or by a macro` };
  const all = cells(context.tree, list);
  const masters: Master[] = [];
  for (let at = 0; at < all.length; ) {
    const phandle = all[at];
    const node = phandle && cellTarget(context.tree, phandle);
    if (!node) return { refused: `an entry of \`mmu-masters\` of ${name} names no node` };
    const size = node.properties.get('#stream-id-cells');
    const ids = u32(size);
    const master = `\`${pathOf(node)}\``;
    if (!size || !ids) return { refused: `${master} has no \`#stream-id-cells\`, so the list does not divide` };
    if (at + ids >= all.length) return { refused: `\`mmu-masters\` of ${name} ends before the last ID of ${master}` };
    if (!isOnce(context, size))
      return { refused: `\`#stream-id-cells\` of ${master} is set more than once or by a macro` };
    const present = isPciHost(node) ? 'iommu-map' : 'iommus';
    if (node.properties.has(present)) return { refused: `${master} has \`${present}\` already` };
    masters.push({ node, size, ids: all.slice(at + 1, at + 1 + ids) });
    at += 1 + ids;
  }
  return masters;
}

/** A master that Linux finds twice gets the first SMMU only; which one the hardware uses the tree does not say. */
function listedTwice(smmus: readonly Smmu[]): string | undefined {
  const seen = new Map<DtNode, DtNode>();
  for (const { node: smmu, masters } of smmus) {
    for (const { node } of masters) {
      const first = seen.get(node);
      if (first === smmu) return `\`${pathOf(smmu)}\` lists \`${pathOf(node)}\` twice`;
      if (first) {
        return `\`${pathOf(first)}\` and \`${pathOf(smmu)}\` both list \`${pathOf(node)}\`, and a device has one SMMU`;
      }
      seen.set(node, smmu);
    }
  }
  return undefined;
}

/** Other boards with a shared file would lose one half of the binding when the other half is in this board. */
function scattered({ tree }: RuleContext, smmus: readonly Smmu[]): string | undefined {
  const places = smmus.flatMap(({ list, masters }) => [list, ...masters.map(({ size }) => size)]);
  const own = places.filter((property) => lastSet(property).span.file === tree.file);
  if (own.length === 0 || own.length === places.length) return undefined;
  return 'the list and its masters are partly in the board file and partly in one that other boards may share';
}

function convert(
  context: RuleContext,
  { node, list, masters }: Smmu,
  labels: Map<string, unknown>,
): TextEdit[] | undefined {
  const known = node.labels[0]?.name;
  const label = known ?? freeLabel(labels, 'smmu');
  labels.set(label, node);
  const labelled = known === undefined ? addLabel(node, label) : undefined;
  if (known === undefined && !labelled) return undefined;
  const own = node.properties.has('#iommu-cells')
    ? removeProperty(context.text, list)
    : [replaceProperty(context.text, list, { name: '#iommu-cells', value: '<1>' })];
  return [
    ...(labelled ? [labelled] : []),
    ...own,
    ...masters.map(({ node: master, size, ids }) => {
      // Linux ignores the IDs of a bridge: for its functions the stream ID is the requester ID.
      if (isPciHost(master)) {
        return replaceProperty(context.text, size, { name: 'iommu-map', value: `<0x0 &${label} 0x0 0x10000>` });
      }
      const value = ids.map((id) => `<&${label} ${written(context, id)}>`).join(', ');
      return replaceProperty(context.text, size, { name: 'iommus', value });
    }),
  ];
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
