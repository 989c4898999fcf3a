// SPDX-License-Identifier: MIT
// What a hover says: the effective DMA of a device, what a cell of `iommus` stands for, where a name comes from.
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import { explanationOf } from '#ide/explain/device-explanation.ts';
import {
  entryMarkdown,
  explanationMarkdown,
  joinMarkdown,
  type Link,
  macroMarkdown,
  mapEntryMarkdown,
  nodeMarkdown,
  pathMarkdown,
  propertyMarkdown,
} from '#ide/explain/markdown.ts';
import { printValue } from '#tree/print.ts';
import { compatibles, isAvailable, pathOf } from '#tree/query.ts';
import { mapEntries, specifiers } from '#tree/specifiers.ts';
import type { Cell, DtNode, DtProperty } from '#tree/types.ts';
import { type Mention, type Place, placeAt } from './places.ts';

export interface Hover {
  readonly markdown: string;
  /** What is underlined. */
  readonly span: Span;
}

/** Properties whose hover is the verdict on the node that has them. */
const DMA_PROPERTIES = new Set([
  'iommus',
  'iommu-map',
  'iommu-map-mask',
  'dma-coherent',
  'dma-noncoherent',
  'dma-ranges',
  'memory-region',
  'msi-parent',
  'msi-map',
  'xen,backend-domid',
  'xen,dev-domid',
  'xen,passthrough',
  'xen,path',
  'xen,reg',
  'xen,force-assign-without-iommu',
]);

/** `undefined` where there is nothing to say. */
export function hover(view: View, offset: number, link: Link): Hover | undefined {
  const place = placeAt(view, offset);
  const { mention } = place;
  if (!mention) return undefined;
  const markdown = describe(view, place, mention, link);
  return markdown === '' ? undefined : { markdown, span: mention.span };
}

function describe(view: View, place: Place, mention: Mention, link: Link): string {
  switch (mention.kind) {
    case 'include':
      return pathMarkdown(mention.path);
    case 'macro':
      return joinMarkdown([macroText(view, mention.name, link), reportForValue(view, place, link)]);
    case 'property':
      return joinMarkdown([
        DMA_PROPERTIES.has(mention.property.name) ? report(view, mention.property.node, link) : '',
        propertyText(view, mention.property, link),
      ]);
    case 'value':
      return DMA_PROPERTIES.has(mention.property.name)
        ? joinMarkdown([entryText(view, mention), report(view, mention.property.node, link)])
        : '';
    case 'node':
      return joinMarkdown([reportForValue(view, place, link), nodeText(mention.node, link)]);
  }
}

/** In the value of `iommus` and its like, what counts is the device that has it. */
function reportForValue(view: View, { node, property, mention }: Place, link: Link): string {
  const inValue = property && DMA_PROPERTIES.has(property.name);
  if (inValue && node) return report(view, node, link);
  return mention?.kind === 'node' ? report(view, mention.node, link) : '';
}

function report({ snapshot }: View, node: DtNode, link: Link): string {
  if (compatibles(node).length === 0 && !node.properties.has('iommus')) return '';
  return explanationMarkdown(explanationOf(snapshot, snapshot.report(node)), snapshot.platform, link);
}

/** The entry of `iommus` or `iommu-map` that holds a cell, decoded. */
function entryText({ snapshot }: View, { property, span }: Mention & { kind: 'value' }): string {
  const { tree } = snapshot;
  const holds = (cell: Cell) => cell.span.start <= span.start && span.end <= cell.span.end;
  if (property.name === 'iommu-map') {
    const entry = mapEntries(tree, property)?.find(({ base, phandle, out, length }) =>
      [base, phandle, out, length].some(holds),
    );
    if (!entry?.provider) return '';
    return mapEntryMarkdown({
      ridBase: entry.base.value,
      length: entry.length.value,
      iommu: pathOf(entry.provider),
      outBase: entry.out.value,
    });
  }
  if (property.name !== 'iommus') return '';
  const entry = specifiers(tree, property, '#iommu-cells').entries.find(({ phandle, args }) =>
    [phandle, ...args].some(holds),
  );
  const path = entry && pathOf(entry.provider);
  const use = snapshot
    .report(property.node)
    .iommus.find(
      (candidate) => candidate.path === path && candidate.args.every((arg, at) => arg === entry?.args[at]?.value),
    );
  return use ? entryMarkdown(use) : '';
}

function nodeText(node: DtNode, link: Link): string {
  const places = node.origins.filter((origin) => origin.kind === 'open').map((origin) => origin.name);
  const state = isAvailable(node) ? '' : ' (disabled)';
  return nodeMarkdown(`${pathOf(node)}${state}`, compatibles(node), places, link);
}

function propertyText({ snapshot }: View, property: DtProperty, link: Link): string {
  const places = property.origins.filter((origin) => origin.kind === 'set').map((origin) => origin.name);
  return propertyMarkdown(property.name, printValue(snapshot.tree, property.value), places, link);
}

function macroText({ snapshot }: View, name: string, link: Link): string {
  const definitions = snapshot.tree.macros.history(name).map(({ macro, span }) => {
    const parameters = macro.parameters ? `(${macro.parameters.join(', ')})` : '';
    const body = macro.body
      .map((token) => `${token.space ? ' ' : ''}${token.text}`)
      .join('')
      .trim();
    return { text: `#define ${name}${parameters} ${body}`.trim(), span };
  });
  return macroMarkdown(definitions.reverse(), link);
}
