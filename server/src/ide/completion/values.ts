// SPDX-License-Identifier: MIT
// What may stand in the value of a property at the cursor: references, macros, strings, by the cell it is in.
import { t } from '#base/language.ts';
import type { View } from '#ide/analysis.ts';
import { u32, unitAddress } from '#tree/query.ts';
import type { Cursor } from './cursor.ts';
import { type Here, pathOfDraft } from './drafts.ts';
import { type Completion, type CompletionItem, hole, listOf } from './item.ts';
import { labels, pathSteps } from './labels.ts';
import { MEANT, macros } from './macros.ts';
import { restOf } from './properties.ts';
import { formOf } from './providers.ts';
import { cellAt } from './specifier.ts';
import { enumeration, stringItems } from './strings.ts';

type ValuePlace = Cursor & { readonly kind: 'value' };

/** `trigger` is the character for which the editor asks by itself. */
export function values(here: Here, cursor: ValuePlace, offset: number, trigger?: string): Completion {
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
      return cells(here, cursor, trigger);
    case 'between':
      return between(here, cursor, offset);
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

function cells(here: Here, { property, value, start, word }: ValuePlace, trigger: string | undefined): Completion {
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
  const unit = property === 'reg' && value.cells.length === 0 && word === '' ? unitReg(here) : [];
  // A blank that was typed does not open the list of all macros where none is known to fit.
  const meant = trigger === undefined ? found.items : found.items.filter(({ rank }) => rank <= MEANT);
  return listOf([...unit, ...all, ...meant], start, word, found.more);
}

/** The cells of `reg` that the unit address of the node says, as its bus counts them. */
function unitReg({ node }: Here): CompletionItem[] {
  const unit = node && unitAddress(node);
  const parent = node?.parent;
  if (!parent || unit === undefined || !/^[\da-f]{1,16}$/i.test(unit)) return [];
  const address = u32(parent.properties.get('#address-cells')) ?? 2;
  const size = u32(parent.properties.get('#size-cells')) ?? 1;
  if (address < 1 || address > 2 || size > 2) return [];
  const low = unit.slice(-8).replace(/^0+(?=.)/, '');
  const high = unit.slice(0, -8).replace(/^0+/, '');
  if (address === 1 && high !== '') return [];
  const cells = [...(address === 2 ? [`0x${high || '0'}`] : []), `0x${low}`, ...(size === 2 ? ['0x0'] : [])].join(' ');
  const snippet = size === 0 ? cells : `${cells} ${hole(1, '0x1000')}`;
  return [
    {
      label: size === 0 ? cells : `${cells} …`,
      kind: 'value',
      detail: t('the address in the name'),
      snippet,
      rank: 0,
      order: -1,
    },
  ];
}

/** Strings that are offered with their quotes; a longer list waits until a quote is typed. */
const MAX_QUOTED = 40;

/** Outside of `<>`, quotes and brackets: what may stand behind `=` or `,`, and behind `/bits/`. */
function between(here: Here, { property, value, start, word }: ValuePlace, offset: number): Completion {
  const { view } = here;
  const before = view.text.slice(Math.max(0, start - 80), start);
  if (word !== '') {
    const nowhere = { names: [], index: 0, reference: false, required: false };
    const found = macros(view, { property, at: nowhere, word }).items;
    return listOf([...quoted(here, property, value.strings), ...found], start, word);
  }
  const slash = /[=,]\s*(\/[a-z]*\/?)$/.exec(before);
  if (slash) return listOf(slashed(), offset - (slash[1] ?? '').length, slash[1] ?? '');
  if (/\/bits\/\s*$/.test(before))
    return listOf(
      WIDTHS.map((bits) => piece(bits, `${bits} <$1>`, Number(bits))),
      start,
      '',
    );
  // Behind a piece that is whole, only a comma goes on.
  if (!/[=,]\s*$/.test(before)) return { items: [], start };
  return listOf(pieces(here, property, value.strings), start, '');
}

const WIDTHS = ['8', '16', '32', '64'];

function piece(label: string, snippet: string, order: number): CompletionItem {
  return {
    label,
    kind: 'keyword',
    detail: '',
    snippet,
    rank: 1,
    order,
    ...(/\$1\W/.test(snippet) && { suggests: true as const }),
  };
}

/** What begins with a slash; the slash is written already. */
function slashed(): CompletionItem[] {
  return [
    ...WIDTHS.map((bits, at) => piece(`/bits/ ${bits}`, `/bits/ ${bits} <$1>`, at)),
    { ...piece('/incbin/', '/incbin/("$1")', WIDTHS.length), detail: t('the bytes of a file') },
  ];
}

/** Words that the value may be, with their quotes. */
function quoted(here: Here, property: string, index: number): CompletionItem[] {
  if (property === 'compatible') return [];
  const { items } = stringItems(here, { property, typed: '', index, others: [] });
  const near = items.filter(({ rank }) => rank < 2).slice(0, MAX_QUOTED);
  return near.map((item) => ({
    ...item,
    label: `"${item.label}"`,
    snippet: `"${item.snippet}"`,
    filter: item.label,
    rank: 0,
  }));
}

/** How a value may begin: what the property's form, its binding or others of the name ask for. */
function pieces(here: Here, property: string, strings: number): CompletionItem[] {
  const form = formOf(property);
  if (form) return [piece('<&…>', form.form === 'list' ? '<&$1>' : '<$1>', 0)];
  const path = pathOfDraft(here);
  const reference = piece('&…', '&$1', 0);
  const string = piece('"…"', '"$1"', 1);
  if (path === '/aliases' || property === 'stdout-path') return [reference, ...quoted(here, property, strings), string];
  if (enumeration(property) || strings > 0) return [...quoted(here, property, strings), string];
  const rest = restOf(here, property, undefined).replace(/^ = /, '');
  if (rest.startsWith('"')) return [...quoted(here, property, strings), string];
  if (rest.startsWith('<&')) return [piece('<&…>', '<&$1>', 0)];
  if (rest.startsWith('/bits/')) return [piece(rest.replace('$1', '…'), rest, 0)];
  return [piece('<…>', '<$1>', 0), string, piece('[…]', '[$1]', 2)];
}

/** The next step of a path behind `&{`. */
export function pathItems(view: View, word: string, offset: number): Completion {
  const found = pathSteps(view.snapshot.tree, word === '' ? '/' : word);
  const items = word === '' ? found.items.map((item) => ({ ...item, snippet: `/${item.snippet}` })) : found.items;
  return listOf(items, offset - found.word.length, found.word);
}
