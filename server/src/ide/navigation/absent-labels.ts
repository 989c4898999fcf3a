// SPDX-License-Identifier: MIT
// Labels of which this board has no node: `/omit-if-no-ref/` dropped it because nothing that counts names it, or `#if`
// leaves it out. The text says where it stands all the same.
import { t } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import { code, type Link, linkMarkdown } from '#ide/explain/markup.ts';
import { labelMentions } from './mentions.ts';
import { stateAt, wordAt } from './places.ts';

export interface AbsentLabel {
  readonly name: string;
  readonly span: Span;
  /** Where the label is written in front of a node. */
  readonly places: readonly Span[];
  /** Every mention in the files of the board. */
  readonly mentions: readonly Span[];
  readonly omitted: boolean;
}

/** `undefined` where the board has the label, or none of its files does. */
export function absentLabelAt({ file, text, snapshot }: View, offset: number): AbsentLabel | undefined {
  const word = wordAt(text, offset);
  if (!word || snapshot.tree.labels.has(word.text) || stateAt(text, offset) !== 'code') return undefined;
  if (text[word.start - 1] !== '&' && !/^\s*:/.test(text.slice(word.end, word.end + 8))) return undefined;
  const mentions = snapshot.tree.files.flatMap((each) => labelMentions(each, snapshot.text(each), word.text));
  const places = mentions.filter(({ file: each, start, end }) => {
    const source = snapshot.text(each);
    return source[end] === ':' && source[start - 1] !== '&';
  });
  if (places.length === 0) return undefined;
  const omitted = places.some(({ file: each, start }) => {
    return /\/omit-if-no-ref\/\s*(?:\w+\s*:\s*)*$/.test(snapshot.text(each).slice(Math.max(0, start - 200), start));
  });
  return { name: word.text, span: { file, start: word.start, end: word.end }, places, mentions, omitted };
}

export function absentLabelText({ name, places, omitted }: AbsentLabel, link: Link): string {
  const why = omitted
    ? t('nothing of it names the node, which {0} drops then', code('/omit-if-no-ref/'))
    : t('its place is left out, deleted or not read');
  return `${t('{0} is not a node of this board: {1}', code(name), why)}\n\n---\n${places
    .slice(0, 3)
    .map((place) => linkMarkdown(link(place)))
    .join(', ')}`;
}
