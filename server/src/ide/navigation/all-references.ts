// SPDX-License-Identifier: MIT
// The uses of a label or macro in the files of every board that reads the file in which it is made, and the uses in one
// document.
import type { Span } from '#base/text.ts';
import type { Analysis, View } from '#ide/analysis.ts';
import { definitionsOf } from './definition.ts';
import { matchTables } from './match-tables.ts';
import { labelMentions, macroMentions } from './mentions.ts';
import { type Mention, placeAt } from './places.ts';
import { references } from './references.ts';
import { compatibleAt } from './type-definition.ts';

/** Of files beside those of the board; the nearest come first. */
const MAX_FILES = 4000;

/** What the board says, then what the files of other boards name; those are read as text, without their boards. */
export function allReferences(analysis: Analysis, view: View, offset: number, declarations: boolean): Span[] {
  const own = references(view, offset, declarations);
  const { mention } = placeAt(view, offset);
  const known = new Set(view.snapshot.tree.files);
  const found: Span[] = [];
  for (const { name, makers, spans, makes } of mention ? wordsOf(view, mention) : []) {
    const files = new Set([...makers].flatMap((file) => analysis.filesAround(file)));
    for (const file of [...files].slice(0, MAX_FILES)) {
      const text = known.has(file) ? '' : (analysis.files.peek(file) ?? '');
      if (!text.includes(name)) continue;
      const named = spans(file, text, name);
      // A file that makes the name itself means another one.
      if (!named.some((span) => makes(text, span))) found.push(...named);
    }
  }
  return [...own, ...found];
}

interface Word {
  readonly name: string;
  readonly makers: ReadonlySet<string>;
  spans(file: string, text: string, name: string): Span[];
  makes(text: string, span: Span): boolean;
}

function wordsOf(view: View, mention: Mention): Word[] {
  if (mention.kind === 'macro') {
    const makers = new Set(definitionsOf(view, mention).map(({ file }) => file));
    const makes = (text: string, { start }: Span) => /#[ \t]*define[ \t]+$/.test(text.slice(start - 40, start));
    return [{ name: mention.name, makers, spans: macroMentions, makes }];
  }
  if (mention.kind !== 'node') return [];
  return mention.node.labels.map(({ name, span }) => ({
    name,
    makers: new Set([span.file]),
    spans: labelMentions,
    makes: (text, { end }) => text[end] === ':',
  }));
}

export interface Highlight {
  readonly span: Span;
  /** It makes or sets what the others use. */
  readonly write: boolean;
}

/** In the document itself. */
export function highlights(view: View, offset: number): Highlight[] {
  const { mention } = placeAt(view, offset);
  if (!mention || mention.kind === 'value' || mention.kind === 'include') return [];
  const key = ({ start }: Span) => start;
  const made = new Set(
    definitionsOf(view, mention)
      .filter(({ file }) => file === view.file)
      .map(key),
  );
  return references(view, offset, true)
    .filter(({ file }) => file === view.file)
    .map((span) => ({ span, write: made.has(key(span)) }));
}

/** Every place that opens or alters a node, sets a property, or defines a macro; of a compatible, its drivers. */
export function implementations(view: View, offset: number): Span[] {
  const { mention } = placeAt(view, offset);
  const compatible = mention?.kind === 'value' ? compatibleAt(view, mention.property, offset) : undefined;
  if (compatible !== undefined) return matchTables(view, compatible);
  if (!mention || mention.kind === 'value' || mention.kind === 'include') return [];
  return mention.kind === 'node' ? mention.node.origins.map(({ name }) => name) : definitionsOf(view, mention);
}
