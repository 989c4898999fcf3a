// SPDX-License-Identifier: MIT
// What may be typed next: labels after `&` with those that fit first, properties in a node, values of `status`.
import type { View } from '#ide/analysis.ts';
import { compatibles, pathOf, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { nodeAt, stateAt } from './places.ts';

export interface CompletionItem {
  readonly label: string;
  readonly kind: 'label' | 'property' | 'value';
  readonly detail: string;
  /** What is typed, in the snippet syntax of the Language Server Protocol. */
  readonly snippet: string;
  /** Items sort by it: what fits comes first. */
  readonly rank: number;
}

export interface Completion {
  readonly items: readonly CompletionItem[];
  /** Where the word begins that an item replaces. */
  readonly start: number;
}

/** A list property, and the property by which its providers are known. */
const PROVIDERS: Readonly<Record<string, string>> = {
  iommus: '#iommu-cells',
  'iommu-map': '#iommu-cells',
  'msi-parent': 'msi-controller',
  'msi-map': 'msi-controller',
  'memory-region': 'reg',
  clocks: '#clock-cells',
  resets: '#reset-cells',
  'power-domains': '#power-domain-cells',
  interconnects: '#interconnect-cells',
  dmas: '#dma-cells',
  phys: '#phy-cells',
};

/** Properties about DMA, with what follows the name and what it is for. */
const DMA_PROPERTIES: readonly (readonly [string, string, string])[] = [
  ['iommus', ' = <&$0>;', 'the IOMMU that translates, and the IDs it sees'],
  ['iommu-map', ' = <0x0 &$1 0x0 0x10000>;$0', 'requester IDs to IOMMU IDs, on a host bridge'],
  ['iommu-map-mask', ' = <0xffff>;$0', 'bits of the requester ID that count'],
  ['dma-coherent', ';$0', 'DMA is coherent with the CPU caches'],
  ['dma-noncoherent', ';$0', 'DMA is not coherent with the CPU caches'],
  ['dma-ranges', ';$0', 'which bus addresses reach memory'],
  ['memory-region', ' = <&$0>;', 'reserved memory of the device'],
  ['msi-parent', ' = <&$0>;', 'where its MSIs go'],
  ['msi-map', ' = <0x0 &$1 0x0 0x10000>;$0', 'requester IDs to MSI IDs, on a host bridge'],
  ['#iommu-cells', ' = <1>;$0', 'cells after the phandle in `iommus`'],
  ['iommu-addresses', ' = <&$0>;', 'addresses that the device sees, in a reserved region'],
  ['compatible', ' = "$1";$0', 'what drives it'],
  ['reg', ' = <$1>;$0', 'its registers'],
  ['status', ' = "$1";$0', 'whether it exists'],
];

export function completion(view: View, offset: number): Completion {
  const { text } = view;
  const before = text.slice(Math.max(0, offset - 4000), offset);
  const state = stateAt(text, offset);
  const none = { items: [], start: offset };
  if (state === 'comment') return none;
  const statement = before.slice(
    Math.max(before.lastIndexOf(';'), before.lastIndexOf('{'), before.lastIndexOf('}')) + 1,
  );
  const reference = /&(\w*)$/.exec(before);
  if (reference && state === 'code') {
    const property = /([\w,#.+?-]+)\s*=\s*[^=]*$/.exec(statement)?.[1];
    return { items: labels(view, property), start: offset - (reference[1]?.length ?? 0) };
  }
  const status = /status\s*=\s*"([\w-]*)$/.exec(statement);
  if (status) return { items: STATUS, start: offset - (status[1]?.length ?? 0) };
  const name = /^\s*(?:\/\*[\s\S]*?\*\/\s*|\/\/[^\n]*\n\s*)*([\w,#.+?-]*)$/.exec(statement);
  const node = name && state === 'code' ? nodeAt(view, offset) : undefined;
  return name && node ? { items: properties(view, node), start: offset - (name[1]?.length ?? 0) } : none;
}

const STATUS: readonly CompletionItem[] = ['okay', 'disabled', 'reserved', 'fail'].map((label, rank) => ({
  label,
  kind: 'value',
  detail: '',
  snippet: label,
  rank,
}));

function labels({ snapshot: { tree } }: View, property: string | undefined): CompletionItem[] {
  const wanted = property === undefined ? undefined : PROVIDERS[property];
  const items: CompletionItem[] = [];
  for (const [label, nodes] of tree.labels) {
    const [node] = nodes;
    if (!node) continue;
    const fits = wanted !== undefined && node.properties.has(wanted);
    const snippet = fits && property === 'iommus' ? label + placeholders(node) : label;
    const [compatible] = compatibles(node);
    items.push({ label, kind: 'label', detail: compatible ?? pathOf(node), snippet, rank: fits ? 0 : 1 });
  }
  return items;
}

/** One stop per cell that the IOMMU asks for. */
function placeholders(iommu: DtNode): string {
  const count = Math.min(u32(iommu.properties.get('#iommu-cells')) ?? 0, 8);
  return Array.from({ length: count }, (_, at) => ` \${${at + 1}:0}`).join('');
}

/** Those about DMA first, then what other nodes of the board have; none that the node has already. */
function properties({ snapshot: { tree } }: View, node: DtNode): CompletionItem[] {
  const items = new Map<string, CompletionItem>();
  for (const [label, rest, detail] of DMA_PROPERTIES) {
    if (!node.properties.has(label))
      items.set(label, { label, kind: 'property', detail, snippet: label + rest, rank: 0 });
  }
  const visit = (other: DtNode): void => {
    for (const { name } of other.properties.values()) {
      if (items.has(name) || node.properties.has(name)) continue;
      items.set(name, { label: name, kind: 'property', detail: '', snippet: name, rank: 1 });
    }
    for (const child of other.children.values()) visit(child);
  };
  visit(tree.root);
  return [...items.values()];
}
