// SPDX-License-Identifier: MIT
// What may stand in the value of a property at the cursor: references, macros, strings, by the cell it is in.
import type { View } from '#ide/analysis.ts';
import type { Cursor } from './cursor.ts';
import type { Here } from './drafts.ts';
import { type Completion, type CompletionItem, listOf } from './item.ts';
import { labels, pathSteps } from './labels.ts';
import { macros } from './macros.ts';
import { formOf } from './providers.ts';
import { cellAt } from './specifier.ts';
import { enumeration, stringItems } from './strings.ts';

type ValuePlace = Cursor & { readonly kind: 'value' };

export function values(here: Here, cursor: ValuePlace, offset: number): Completion {
  const { view } = here;
  const { property, value, start, word } = cursor;
  switch (value.place) {
    case 'string': {
      const others = stringsBefore(view.text, start);
      const found = stringItems(here, { property, typed: value.stringText, index: value.strings, others });
      return listOf(found.items, offset - found.word.length, found.word, found.more);
    }
    case 'path':
      return pathItems(view, word, offset);
    case 'reference':
    case 'path-string': {
      const bare = value.place === 'path-string' || cellsFollow(view.text, offset);
      return listOf(labels(view, property, { bare, word }), start, word);
    }
    case 'cell':
      return cells(here, cursor);
    case 'between':
      return listOf(pieces(view, property, word, value.strings), start, word);
    case 'other':
      return { items: [], start };
  }
}

/** The cells of the entry stand there already. */
function cellsFollow(text: string, offset: number): boolean {
  return /^\w*[ \t]+[\w(]/.test(text.slice(offset, offset + 80));
}

/** Strings of the value that are closed before the one being typed. */
function stringsBefore(text: string, start: number): string[] {
  const from = text.lastIndexOf('=', start);
  return [...text.slice(from, start - 1).matchAll(/"([^"\n]*)"/g)].map(([, string = '']) => string);
}

function cells(here: Here, { property, value, start, word }: ValuePlace): Completion {
  const { view } = here;
  const at = cellAt(view, here.node, property, value.cells);
  if (/^\d/.test(word)) return { items: [], start };
  const items: CompletionItem[] = [];
  if (!value.expression && at.reference) {
    const bare = cellsFollow(view.text, start + word.length);
    items.push(
      ...labels(view, property, { bare, word }).map((item) => ({
        ...item,
        label: `&${item.label}`,
        snippet: `&${item.snippet}`,
      })),
    );
  }
  if (at.required) return listOf(items, start, word);
  const found = macros(view, { property, at, word });
  const all = at.reference ? items.filter(({ rank }) => rank === 0) : [];
  return listOf([...all, ...found.items], start, word, found.more);
}

/** How a value may begin: what the property's form asks for. */
function pieces(view: View, property: string, word: string, strings: number): CompletionItem[] {
  const piece = (label: string, snippet: string, order: number): CompletionItem => ({
    label,
    kind: 'keyword',
    detail: '',
    snippet,
    rank: 0,
    order,
    suggests: true,
  });
  if (word !== '')
    return macros(view, { property, at: { names: [], index: 0, reference: false, required: false }, word }).items;
  const form = formOf(property);
  if (form) return [piece('<&…>', form.form === 'list' ? '<&$1>' : '<$1>', 0)];
  if (enumeration(property) || strings > 0) return [piece('"…"', '"$1"', 0)];
  return [piece('<…>', '<$1>', 0), piece('"…"', '"$1"', 1), piece('[…]', '[$1]', 2)];
}

/** The next step of a path behind `&{`. */
export function pathItems(view: View, word: string, offset: number): Completion {
  const found = pathSteps(view.snapshot.tree, word === '' ? '/' : word);
  const items = word === '' ? found.items.map((item) => ({ ...item, snippet: `/${item.snippet}` })) : found.items;
  return listOf(items, offset - found.word.length, found.word);
}
