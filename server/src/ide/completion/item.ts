// SPDX-License-Identifier: MIT
// What completion answers with, and how texts become snippets of the Language Server Protocol.
import type { TextEdit } from '#base/text.ts';

export type ItemKind =
  | 'label'
  | 'property'
  | 'value'
  | 'macro'
  | 'node'
  | 'folder'
  | 'file'
  | 'keyword'
  | 'path'
  | 'compatible'
  | 'rule';

export interface CompletionItem {
  readonly label: string;
  readonly kind: ItemKind;
  readonly detail: string;
  /** What is typed, in the snippet syntax of the Language Server Protocol. */
  readonly snippet: string;
  /** Items sort by it, then by `order`, then by label: what fits comes first. */
  readonly rank: number;
  /** Within a rank; absent: 0. */
  readonly order?: number;
  /** What the typed word is compared with; absent: the label. */
  readonly filter?: string;
  /** The list for the first hole opens by itself. */
  readonly suggests?: true;
  /** Further edits of the same file. */
  readonly edits?: readonly TextEdit[];
  /** The name under which `documentation` finds more; absent: there is no more. */
  readonly about?: {
    readonly kind: 'label' | 'macro' | 'property' | 'rule' | 'header-macro';
    readonly name: string;
    /** Of a property: the node that it would be set in, for its binding. */
    readonly asked?: string;
  };
}

export interface Completion {
  readonly items: readonly CompletionItem[];
  /** Where the word begins that an item replaces. */
  readonly start: number;
  /** Where the word ends behind the cursor, for editors that replace all of it; absent: at the cursor. */
  readonly end?: number;
  /** The list was cut, or more will be known later: ask again with the next character. */
  readonly incomplete?: boolean;
}

/** Text that means itself in a snippet. */
export function literal(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** Text of a placeholder or a choice. */
export function hole(index: number, text = ''): string {
  return text === '' ? `$${index}` : `\${${index}:${literal(text)}}`;
}

/** What a client without snippets types: the text before the first hole, where the cursor then stands. */
export function plainText(snippet: string): string {
  const text = /^(?:\\[\s\S]|[^\\$])*/.exec(snippet)?.[0] ?? '';
  return text.replace(/\\([\s\S])/g, '$1');
}

/** Items that a list shows at most; a longer one is cut, and asked for again with the next character. */
const MAX_ITEMS = 200;

/** In their order, as many as a list shows, of those that the typed word may mean. */
export function listOf(found: readonly CompletionItem[], start: number, word: string, more = false): Completion {
  const typed = word.toLowerCase();
  // Most of thousands of items are behind the end of the list: only what is shown is sorted.
  const groups = new Map<number, CompletionItem[]>();
  let matching = 0;
  for (const item of found) {
    const name = (item.filter ?? item.label).toLowerCase();
    if (!hasInOrder(name, typed)) continue;
    matching++;
    const key = likenessOf(name, typed) * 100 + item.rank;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  const items: CompletionItem[] = [];
  for (const key of [...groups.keys()].sort((a, b) => a - b)) {
    if (items.length >= MAX_ITEMS) break;
    items.push(...(groups.get(key) ?? []).sort(compare).slice(0, MAX_ITEMS - items.length));
  }
  return { items, start, ...((more || items.length < matching) && { incomplete: true }) };
}

/** 0: begins so; 1: a part of it does; 2: has the characters somewhere. */
function likenessOf(name: string, typed: string): number {
  const at = typed === '' ? 0 : name.indexOf(typed);
  return at === 0 ? 0 : at > 0 && /[^a-z\d]/.test(name[at - 1] ?? '') ? 1 : 2;
}

/** Within a rank. */
function compare(a: CompletionItem, b: CompletionItem): number {
  return (a.order ?? 0) - (b.order ?? 0) || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
}

/** Editors show what has the typed characters in their order. */
export function mayMean(name: string, typed: string): boolean {
  return typed === '' || hasInOrder(name.toLowerCase(), typed);
}

/** Both in small letters. */
function hasInOrder(name: string, typed: string): boolean {
  let at = 0;
  for (let index = 0; index < typed.length; index++) {
    at = name.indexOf(typed[index] ?? '', at) + 1;
    if (at === 0) return false;
  }
  return true;
}
