// SPDX-License-Identifier: MIT
// What may be typed at an offset: the cursor is read from the text, and each kind of place has its own file.
import type { View } from '#ide/analysis.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import { type Here, hereAt } from './drafts.ts';
import { type Completion, listOf } from './item.ts';
import { nodeLabels } from './labels.ts';
import { properties, type Tail } from './properties.ts';
import { values } from './values.ts';

export type { Completion, CompletionItem } from './item.ts';

/** `trigger` is the character for which the editor asks; absent where the user does. */
export function completion(view: View, offset: number, trigger?: string): Completion {
  const cursor = cursorAt(view.text, offset);
  if (cursor.kind === 'nothing' || !isWanted(cursor, trigger)) return { items: [], start: offset };
  return itemsFor(view, cursor, offset);
}

/** A list that opens by itself where it is not expected takes the next Enter: after most characters only in some places. */
function isWanted(cursor: Place, trigger: string | undefined): boolean {
  const place = cursor.kind === 'value' ? cursor.value.place : undefined;
  switch (trigger) {
    case ' ':
      return place === 'cell' || ['condition', 'delete-node', 'delete-property', 'ignore'].includes(cursor.kind);
    case '"':
      return place === 'string' || cursor.kind === 'include';
    case '<':
      return place === 'cell' || cursor.kind === 'include';
    case '/':
      return place === 'path' || place === 'string' || cursor.kind === 'include' || cursor.kind === 'slash';
    case '@':
      return cursor.kind === 'unit-address';
    default:
      return true;
  }
}

type Place = Exclude<Cursor, { kind: 'nothing' }>;

const NOWHERE: Omit<Here, 'view' | 'offset'> = {
  node: undefined,
  draft: { compatible: [], name: '' },
  content: { properties: new Map(), values: new Map(), children: [] },
};

function itemsFor(view: View, cursor: Place, offset: number): Completion {
  const { start, word, blocks } = cursor;
  const list = (items: Parameters<typeof listOf>[0]) => listOf(items, start, word);
  const here = hereAt(view, blocks, offset);
  switch (cursor.kind) {
    case 'value':
      return values(here ?? { view, offset, ...NOWHERE }, cursor, offset);
    case 'node-reference':
      return list(nodeLabels(view, cursor.use, /^\w*\s*[{;]/.test(view.text.slice(offset, offset + 40))));
    case 'statement':
    case 'hash':
      return list(here ? properties(here, word, tailAt(view.text, offset)) : []);
    default:
      return list([]);
  }
}

/** What the statement has already behind the word. */
function tailAt(text: string, offset: number): Tail {
  const next = /^[\w,._+?#-]*[ \t]*([=;])?/.exec(text.slice(offset, offset + 200))?.[1];
  return next === '=' || next === ';' ? next : '';
}
