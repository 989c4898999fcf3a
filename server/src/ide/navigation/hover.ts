// SPDX-License-Identifier: MIT
// What a hover says: the effective DMA of a device, what a cell stands for, where a name comes from.
import { t } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import { cellNamesOf } from '#bindings/facts.ts';
import type { View } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { macroMarkdown, placesMarkdown, propertyMarkdown } from '#ide/explain/markdown.ts';
import { code, plain } from '#ide/explain/markup.ts';
import { compatibleHover, propertyBindingHover } from '#ide/hovers/binding.ts';
import { cellHover, numberHover } from '#ide/hovers/cells/index.ts';
import { directiveAt } from '#ide/hovers/directives.ts';
import { expansionText, macroUse } from '#ide/hovers/macros.ts';
import { busHover, nodeHover } from '#ide/hovers/node.ts';
import type { Asked, Reader } from '#ide/hovers/sheet.ts';
import { stringHover } from '#ide/hovers/strings.ts';
import { tableNames } from '#ide/knowledge/cell-names.ts';
import { propertyRow } from '#ide/knowledge/property-table.ts';
import { printValue } from '#tree/blob/print.ts';
import { lastSet, nodeByReference } from '#tree/query.ts';
import type { Datum, DtNode, DtProperty } from '#tree/types.ts';
import { absentLabelAt, absentLabelText } from './absent-labels.ts';
import { type Mention, type Place, placeAt, stateAt } from './places.ts';
import { stringAt } from './type-definition.ts';

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
export function hover(view: View, offset: number, reader: Reader): Hover | undefined {
  const place = placeAt(view, offset);
  const { mention } = place;
  const directive = stateAt(view.text, offset) === 'code' ? directiveAt(view.text, offset) : undefined;
  if (directive) {
    const { start, end, markdown } = directive;
    return { markdown, span: { file: view.file, start, end } };
  }
  if (!mention) {
    const absent = absentLabelAt(view, offset);
    return absent && { markdown: absentLabelText(absent, reader.link), span: absent.span };
  }
  const asked: Asked = {
    snapshot: view.snapshot,
    reader,
    cellNames: (provider, cells) => {
      const library = view.knowledge.bindings(view.file);
      return library && cellNamesOf(library, provider, cells);
    },
    usualNames: (provider, cells, count) => tableNames(cells, provider, count),
  };
  const datum = datumAt(place, view.file, offset);
  const inValue = (datum && place.property && cellHover(asked, place.property, datum)) ?? '';
  const markdown = joinMarkdown([inValue, describe(asked, place, mention, { view, datum, inValue: inValue !== '' })]);
  return markdown === '' ? undefined : { markdown, span: mention.span };
}

/** What a place of the resolved tree is. */
export interface Subject {
  readonly node: DtNode;
  readonly property: DtProperty | undefined;
  /** A piece of the property's value. */
  readonly datum: Datum | undefined;
}

/** The hover of something in the resolved tree itself, wherever it was written; `''` where there is nothing to say. */
export function hoverOf(asked: Asked, { node, property, datum }: Subject): string {
  if (!property) return nodeHover(asked, node);
  const cell = datum && cellHover(asked, property, datum);
  if (cell !== undefined) return cell;
  const reference = property.value.references.find(({ offset }) => offset === datum?.offset);
  const target = reference && !isDma(property) && nodeByReference(asked.snapshot.tree, reference.ref);
  const about = target ? nodeHover(asked, target) : '';
  return about === '' ? propertyText(asked, property) : about;
}

/** The piece of the value that the offset stands in. */
function datumAt({ property, mention }: Place, file: string, offset: number): Datum | undefined {
  if (mention?.kind === 'property' || mention?.kind === 'include') return undefined;
  return property?.value.data.find(({ span }) => span.file === file && span.start <= offset && offset <= span.end);
}

interface Around {
  readonly view: View;
  readonly datum: Datum | undefined;
  /** The cell has been described. */
  readonly inValue: boolean;
}

function describe(asked: Asked, place: Place, mention: Mention, { view, datum, inValue }: Around): string {
  switch (mention.kind) {
    case 'include':
      return code(mention.path);
    case 'macro':
      return macroText(asked, view, mention, inValue);
    case 'property':
      return joinMarkdown([propertyText(asked, mention.property), bindingText(asked, view, mention.property)]);
    case 'value':
      if (inValue) return '';
      if (mention.property.name === 'compatible' && datum) return compatibleText(asked, view, mention.property, datum);
      if (isDma(mention.property)) return propertyText(asked, mention.property);
      if (datum?.kind === 'string') return stringText(asked, view, mention.property, datum);
      return datum ? numberHover(mention.property, datum) : '';
    case 'node':
      return inValue ? '' : mentionedNode(asked, place, mention.node);
  }
}

function compatibleText(asked: Asked, view: View, property: DtProperty, datum: Datum): string {
  const name = stringAt(property, datum);
  if (name === undefined) return '';
  return compatibleHover(asked, view.knowledge.bindings(view.file), property.node, name);
}

/** What the string names or says, then what the binding says of the property. */
function stringText(asked: Asked, view: View, property: DtProperty, datum: Datum): string {
  const text = stringAt(property, datum);
  if (text === undefined) return '';
  const before = property.value.bytes.subarray(0, datum.offset).filter((byte) => byte === 0).length;
  const library = view.knowledge.bindings(view.file);
  const stated = library ? propertyBindingHover(asked, library, property.node, property.name) : '';
  return joinMarkdown([stringHover(asked, property, text, before), stated]);
}

function bindingText(asked: Asked, view: View, property: DtProperty): string {
  const { node, name } = property;
  const library = view.knowledge.bindings(view.file);
  const stated = library ? propertyBindingHover(asked, library, node, name) : '';
  // Without a binding: what the specification says, in our words.
  return stated !== '' || isDma(property) ? stated : plain(propertyRow(name)?.what ?? '');
}

/** In the value of `iommus` and its like, what counts is the device that has it. */
function mentionedNode(asked: Asked, { node, property }: Place, mentioned: DtNode): string {
  if (property && node && isDma(property)) return propertyText(asked, property);
  return nodeHover(asked, mentioned);
}

function isDma({ name }: DtProperty): boolean {
  return DMA_PROPERTIES.has(name) || name === 'dma-ranges';
}

/** Parts of a hover, with a line between them. */
function joinMarkdown(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n---\n\n');
}

/** A property about DMA: what it is there for, and where it is set. Any other: its value. */
function propertyText(asked: Asked, property: DtProperty): string {
  const { reader, snapshot } = asked;
  const places = property.origins.filter((origin) => origin.kind === 'set').map((origin) => origin.name);
  const setIn = t('{0} is {1}', code(property.name), placesMarkdown(t('set in'), places.slice(-3), reader.link));
  if (property.name === 'dma-ranges') return busHover(asked, property.node, setIn);
  if (DMA_PROPERTIES.has(property.name)) return nodeHover(asked, property.node, setIn);
  const value = writtenValue(snapshot, property) ?? printValue(snapshot.tree, property.value);
  return propertyMarkdown(property.name, value, places, reader.link);
}

/** The value as the last place wrote it, with its macros; `undefined` where a macro wrote the statement. */
function writtenValue(snapshot: Snapshot, property: DtProperty): string | undefined {
  const { span } = lastSet(property);
  const text = snapshot.text(span.file).slice(span.start, span.end);
  // What `#if` leaves of a value only the tree knows.
  if (!text.includes(property.name) || /\n[ \t]*#[ \t]*(?:if|el|endif|define)/.test(text)) return undefined;
  const plainText = text.replace(/"(?:\\.|[^"\\])*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (found) =>
    found.startsWith('"') ? found : '',
  );
  const [, value] = /^[^=;"<>{}]*=([\s\S]*?);?$/.exec(plainText) ?? [];
  if (value === undefined) return undefined;
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n\t');
}

function macroText(
  { snapshot, reader }: Asked,
  { text }: View,
  { name, span }: Mention & { readonly kind: 'macro' },
  short: boolean,
): string {
  const history = snapshot.tree.macros.history(name);
  const definitions = history.map(({ macro, span }) => {
    const parameters = macro.parameters ? `(${macro.parameters.join(', ')})` : '';
    const body = macro.body
      .map((token) => `${token.space ? ' ' : ''}${token.text}`)
      .join('')
      .trim();
    return { text: `#define ${name}${parameters} ${body}`.trim(), span };
  });
  const steps = expansionText(
    snapshot.tree,
    macroUse(text, span.start, history.at(-1)?.macro.parameters !== undefined),
    short ? 2 : 1,
  );
  return [macroMarkdown(definitions.reverse().slice(0, short ? 1 : 3), reader.link), steps]
    .filter((part) => part !== '')
    .join('\n\n');
}
