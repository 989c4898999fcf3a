// SPDX-License-Identifier: MIT
// Completion seen as a user sees it: the list in its order, and the text after an item is accepted.
import { completion } from '#ide/completion/completion.ts';
import { editor } from './views.ts';

export interface Completed {
  /** In the order of the list. */
  readonly labels: readonly string[];
  readonly incomplete: boolean;
  /** `label — detail` of the first item with that label. */
  detail(label: string): string | undefined;
  /** The line with the cursor after the item is accepted, its holes as they stand in the snippet. */
  line(label: string): string;
  /** The whole file after the item is accepted. */
  text(label: string): string;
}

export function complete(fixture: string, trigger?: string): Completed {
  const { view, offset } = editor(fixture);
  const { items, start, incomplete = false } = completion(view, offset, trigger);
  const item = (label: string) => {
    const found = items.find((each) => each.label === label);
    if (!found) throw new Error(`no ${label} in ${items.map((each) => each.label).join(' ')}`);
    return found;
  };
  const text = (label: string) => {
    const found = item(label);
    const edits = [
      { start, end: offset, text: found.snippet },
      ...(found.edits ?? []).map((edit) => ({ start: edit.span.start, end: edit.span.end, text: edit.text })),
    ];
    return edits
      .sort((a, b) => b.start - a.start)
      .reduce((before, edit) => before.slice(0, edit.start) + edit.text + before.slice(edit.end), view.text);
  };
  return {
    labels: items.map(({ label }) => label),
    incomplete,
    detail: (label) => items.find((each) => each.label === label)?.detail,
    text,
    line: (label) => {
      const line = view.text.slice(0, offset).split('\n').length - 1;
      return (text(label).split('\n')[line] ?? '').trim();
    },
  };
}
