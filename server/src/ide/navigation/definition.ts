// SPDX-License-Identifier: MIT
// Where a name leads: a label or path to its node, a property to every place that sets it, a macro, an include.
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import type { DtNode } from '#tree/types.ts';
import { absentLabelAt } from './absent-labels.ts';
import { type Mention, placeAt } from './places.ts';

/** Empty where there is nothing to go to. */
export function definition(view: View, offset: number): Span[] {
  const { mention } = placeAt(view, offset);
  return mention ? definitionsOf(view, mention) : [...(absentLabelAt(view, offset)?.places ?? [])];
}

/** The places that make what is mentioned. */
export function definitionsOf({ snapshot }: View, mention: Mention): Span[] {
  switch (mention.kind) {
    case 'include':
      return [{ file: mention.path, start: 0, end: 0 }];
    case 'macro':
      return snapshot.tree.macros.history(mention.name).flatMap(({ span }) => span ?? []);
    case 'property':
    case 'value':
      return mention.property.origins.map((origin) => origin.name);
    case 'node':
      return nodeDefinitions(mention.node, mention.label);
  }
}

/** Where the label stands, else where the node is opened by its name; `&label { }` extends it and comes after. */
function nodeDefinitions(node: DtNode, label: string | undefined): Span[] {
  const labelled = label === undefined ? [] : node.labels.filter((own) => own.name === label).map((own) => own.span);
  const opened = node.origins.filter((origin) => origin.kind === 'open').map((origin) => origin.name);
  return labelled.length > 0 ? labelled : opened;
}
