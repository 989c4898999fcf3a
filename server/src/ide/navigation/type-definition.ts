// SPDX-License-Identifier: MIT
// What a node is described by: the file of its binding, where that names the compatible.
import type { Span } from '#base/text.ts';
import { bindingOfNode } from '#bindings/facts.ts';
import type { Document } from '#bindings/library.ts';
import type { View } from '#ide/analysis.ts';
import { compatibles, strings } from '#tree/query.ts';
import type { Datum, DtProperty } from '#tree/types.ts';
import { placeAt } from './places.ts';

/** Empty where there are no bindings, or none is known for what stands there. */
export function typeDefinition(view: View, offset: number): Span[] {
  const library = view.knowledge.bindings(view.file);
  const { node, property, mention } = placeAt(view, offset);
  if (!library || !mention) return [];
  if (property?.name === 'compatible') {
    const name = compatibleAt(view, property, offset);
    if (name !== undefined) return library.bindingsNaming(name).map((document) => placeIn(view, document, [name]));
  }
  const about = mention.kind === 'node' ? mention.node : node;
  const binding = about && bindingOfNode(library, about);
  if (!binding) return [];
  const named = mention.kind === 'property' ? [`${mention.property.name}:`] : compatibles(about);
  return [placeIn(view, binding.document, named)];
}

/** The string of `compatible` at an offset; `undefined` in any other property. */
export function compatibleAt(view: View, property: DtProperty, offset: number): string | undefined {
  if (property.name !== 'compatible') return undefined;
  const datum = property.value.data.find(
    ({ span }) => span.file === view.file && span.start <= offset && offset <= span.end,
  );
  return datum && stringAt(property, datum);
}

/** Which string of a list a piece of its text is. */
export function stringAt(property: DtProperty, { offset }: Datum): string | undefined {
  const before = property.value.bytes.subarray(0, offset).reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  return strings(property)[before];
}

/** Where the first of these words stands; else the start of the file. */
function placeIn({ files }: View, { path }: Document, words: readonly string[]): Span {
  const text = files.peek(path) ?? '';
  const from = Math.max(text.search(/^properties:/m), 0);
  for (const word of words) {
    const at = text.slice(from).search(new RegExp(`(?<![\\w,.+-])${word.replace(/[^\w]/g, '\\$&')}(?![\\w,.+-])`));
    if (at >= 0) return { file: path, start: from + at, end: from + at + word.length };
  }
  return { file: path, start: 0, end: 0 };
}
