// SPDX-License-Identifier: MIT
// What may be typed at an offset: the cursor is read from the text, and each kind of place has its own file.
import { t } from '#base/language.ts';
import type { View } from '#ide/analysis.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import {
  conditionNames,
  cppDirectives,
  deletableNodes,
  deletableProperties,
  ruleIds,
  slashDirectives,
} from './directives.ts';
import { type Here, hereAt } from './drafts.ts';
import { includeItems } from './include-paths.ts';
import { type Completion, type CompletionItem, listOf } from './item.ts';
import { nodeLabels } from './labels.ts';
import { knownMacros, macroItem } from './macros.ts';
import { nodeNames, unitAddresses } from './node-names.ts';
import { properties, type Tail } from './properties.ts';
import { pathItems, values } from './values.ts';

export type { Completion, CompletionItem } from './item.ts';

/**
 * `trigger` is the character for which the editor asks; absent where the user does. Bindings are read as long as `patience`
 * says so; with those that are missing then, the next list is better.
 */
export function completion(view: View, offset: number, trigger?: string, patience = () => true): Completion {
  const cursor = cursorAt(view.text, offset);
  if (cursor.kind === 'nothing' || !isWanted(cursor, trigger)) return { items: [], start: offset };
  const library = view.knowledge.bindings(view.file);
  if (library) library.patience = patience;
  try {
    const found = itemsFor(view, cursor, offset, trigger);
    const incomplete = found.incomplete || library?.isPreparing === true;
    const wordEnd = offset + restOfWord(cursor, view.text.slice(offset, offset + 200));
    return { ...found, end: wordEnd, ...(incomplete && { incomplete }) };
  } finally {
    if (library) library.patience = undefined;
  }
}

/** How much of the word stands behind the cursor. */
function restOfWord(cursor: Place, rest: string): number {
  const length = (pattern: RegExp) => pattern.exec(rest)?.[0].length ?? 0;
  switch (cursor.kind) {
    case 'value':
      if (cursor.value.place === 'string') return length(/^[^"\\\n]*(?=")/);
      return length(cursor.value.place === 'path' ? /^[\w,.+@-]*/ : /^\w*/);
    case 'include':
      return length(/^[^">/\n]*(?=[">/])/);
    case 'condition':
    case 'definition':
    case 'node-reference':
      return length(/^\w*/);
    case 'ignore':
      return length(/^[\w/-]*/);
    case 'unit-address':
      return length(/^[\w,.]*/);
    case 'slash':
      return length(/^[\w-]*\/?/);
    default:
      return length(/^[\w,._+?#@-]*/);
  }
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
      return place === 'path' || place === 'string' || ['include', 'slash', 'node-path'].includes(cursor.kind);
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

function itemsFor(view: View, cursor: Place, offset: number, trigger: string | undefined): Completion {
  const { start, word, blocks } = cursor;
  const list = (items: Parameters<typeof listOf>[0]) => listOf(items, start, word);
  const here = hereAt(view, blocks, offset);
  const nowhere: Here = { view, offset, ...NOWHERE };
  const rest = view.text.slice(offset, offset + 200);
  switch (cursor.kind) {
    case 'value':
      return values(here ?? nowhere, cursor, offset, trigger);
    case 'node-reference':
      return list(nodeLabels(view, cursor.use, /^\w*\s*[{;]/.test(rest)));
    case 'node-path':
      return pathItems(view, word, offset);
    case 'statement':
      return list(statements(here ?? nowhere, cursor, here !== undefined, rest));
    case 'hash':
      return list([...(here ? properties(here, word, tailOf(rest)) : []), ...cppDirectives()]);
    case 'slash':
      return list(slashDirectives(here !== undefined));
    case 'unit-address':
      return list(unitAddresses(here ?? nowhere, view.text, offset));
    case 'delete-node':
      return list(deletableNodes(here ?? nowhere, tailOf(rest) === ';'));
    case 'delete-property':
      return list(here ? deletableProperties(here, tailOf(rest) === ';') : []);
    case 'include':
      return list(includeItems(view, cursor, /^[^\n]*[>"]/.test(rest)));
    case 'condition':
      return list(conditionNames(view, cursor.expression));
    case 'definition':
      return list(knownMacros(view.snapshot.tree).map((macro) => macroItem(macro, 0, 0)));
    case 'ignore':
      return list(ruleIds(view));
  }
}

function statements(
  here: Here,
  { word, labelled }: Place & { readonly kind: 'statement' },
  inNode: boolean,
  rest: string,
): CompletionItem[] {
  const tail = tailOf(rest);
  const open = /^[\w,._+?#@-]*\s*\{/.test(rest);
  const nodes = inNode ? nodeNames(here, tail, open) : [];
  if (labelled || open) return nodes;
  return [...(inNode ? properties(here, word, tail) : []), ...nodes, ...slashDirectives(inNode), ...extension(inNode)];
}

function extension(inNode: boolean): CompletionItem[] {
  if (inNode) return [];
  return [
    {
      label: '&… {…}',
      kind: 'keyword',
      detail: t('changes a node by its label'),
      snippet: '&$1',
      filter: '&',
      rank: 8,
      suggests: true,
    },
  ];
}

/** What the statement has already behind the word. */
function tailOf(rest: string): Tail {
  const next = /^[\w,._+?#-]*[ \t]*([=;])?/.exec(rest)?.[1];
  return next === '=' || next === ';' ? next : '';
}
