// SPDX-License-Identifier: MIT
// The words of a kernel command line with their places: in the tree's `bootargs`, or nowhere in the tree.
import type { Span } from '#base/text.ts';
import { commandLineWords } from '#model/platform/kernel-options.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { lastSet, strings } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

export interface Word {
  readonly text: string;
  /** The name with `_` for `-`, as Linux compares it. */
  readonly name: string;
  readonly span: Span;
}

export function optionName(word: string): string {
  return (word.split('=')[0] ?? '').replaceAll('-', '_');
}

/** The words of the tree's own `bootargs`, each with its place. */
export function bootWords(context: RuleContext): Word[] {
  const property = context.tree.root.children.get('chosen')?.properties.get('bootargs');
  const [text] = strings(property);
  if (!property || text === undefined) return [];
  const whole = lastSet(property);
  const source = context.text(whole.span.file).slice(whole.span.start, whole.span.end);
  return commandLineWords(text).map((word) => {
    const at = source.indexOf(word);
    const start = whole.span.start + at;
    const span = at < 0 ? whole.name : { file: whole.span.file, start, end: start + word.length };
    return { text: word, name: optionName(word), span };
  });
}

/** Where an option stands: in `bootargs`, or nowhere in the tree. */
export function optionSpan(context: RuleContext, name: string): { node: DtNode; span: Span } | undefined {
  const node = context.tree.root.children.get('chosen');
  const word = bootWords(context).find((each) => each.name === name);
  return node && word && { node, span: word.span };
}
