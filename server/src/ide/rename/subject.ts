// SPDX-License-Identifier: MIT
// What can be renamed at a place: a label, a macro, or a node by its name; and which names it may get.
import { t } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import { placeAt } from '#ide/navigation/places.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** Why something is not renamed: one sentence for the user. */
export interface Refusal {
  readonly refusal: string;
}

/** `span` is the name in the text at the cursor. */
export type Subject =
  | { readonly kind: 'label'; readonly name: string; readonly span: Span }
  | { readonly kind: 'macro'; readonly name: string; readonly span: Span }
  | { readonly kind: 'node'; readonly name: string; readonly span: Span; readonly node: DtNode };

/** Linux, Xen or dtc look for these by name. */
const FIXED = new Set(['aliases', 'chosen', 'cpus', 'memory', 'reserved-memory', '__symbols__', '__overlay__']);

export function subjectAt(view: View, offset: number): Subject | Refusal {
  const { mention } = placeAt(view, offset);
  switch (mention?.kind) {
    case 'macro':
      return { kind: 'macro', name: mention.name, span: mention.span };
    case 'node':
      if (mention.label !== undefined) return labelAt(view, mention.label, mention.span);
      return nodeAt(view, mention.node, mention.span);
    default:
      return { refusal: t('Labels, macros and names of nodes can be renamed; there is none here.') };
  }
}

function labelAt({ text }: View, name: string, span: Span): Subject {
  const start = text[span.start] === '&' ? span.start + 1 : span.start;
  return { kind: 'label', name, span: { ...span, start } };
}

function nodeAt({ text }: View, node: DtNode, span: Span): Subject | Refusal {
  if (!node.parent) return { refusal: t('The root has no name.') };
  const written = text.slice(span.start, span.end);
  if (written.startsWith('&'))
    return { refusal: t('Rename {0} at a place where its name comes before { .', pathOf(node)) };
  if (written !== node.name) return { refusal: t('The name of {0} comes out of a macro.', pathOf(node)) };
  const [base = ''] = node.name.split('@');
  if (FIXED.has(base))
    return { refusal: t('{0} is found by its name; nothing would find it under another one.', base) };
  return { kind: 'node', name: node.name, span, node };
}

/** `undefined`: the name can be given. */
export function nameFault({ kind, name }: Subject, newName: string): string | undefined {
  if (newName === name) return t('This is its name already.');
  if (kind === 'node') {
    if (/^[A-Za-z0-9,._+-]+(?:@[A-Za-z0-9,._+-]+)?$/.test(newName)) return undefined;
    return t(
      '{0} is not a name for a node: use letters, digits and , . _ + - and a unit address behind @.',
      quoted(newName),
    );
  }
  if (!/^[A-Za-z_]\w*$/.test(newName)) {
    return t('{0} is not a name for a {1}: use letters, digits and _ only, and no digit first.', quoted(newName), kind);
  }
  if (kind === 'macro' && (newName === 'defined' || newName.startsWith('__VA_')))
    return t('cpp keeps {0} for itself.', newName);
  return undefined;
}

function quoted(name: string): string {
  return `"${name.length > 40 ? `${name.slice(0, 40)}…` : name}"`;
}
