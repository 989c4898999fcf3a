// SPDX-License-Identifier: MIT
// The hover at the cursor of a fixture, as our own client or another editor gets it.
import { hover } from '#ide/navigation/hover.ts';
import { editor } from './views.ts';

/** Links lead to `board.dts:3`; commands to their name and node. */
export function hoverText(fixture: string, { plain = false } = {}): string {
  const { view, offset, place } = editor(fixture.includes('//- ') ? fixture : `//- /board.dts\n${fixture}`);
  const found = hover(view, offset, {
    link: (span) => ({ text: place(span).split(' ')[0] ?? '', href: '#' }),
    ...(!plain && { command: (name: string, node: string) => `${name}:${node}` }),
  });
  return found?.markdown ?? '';
}

/** Lines as they are shown: no blank ones, no rules, no lines under the heads of tables. */
export function shownLines(markdown: string): number {
  return markdown.split('\n').filter((line) => line.trim() !== '' && line !== '---' && !/^\|[-|]+$/.test(line)).length;
}
