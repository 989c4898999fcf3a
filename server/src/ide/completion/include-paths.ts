// SPDX-License-Identifier: MIT
// What may follow `#include "` and `#include <`: folders and files, one step at a time.
import { dirname, join } from '#base/files.ts';
import type { View } from '#ide/analysis.ts';
import { type CompletionItem, literal } from './item.ts';

const WANTED = /\.(?:dtsi|dts|dtso|h|overlay)$/;

/** Names that a folder is asked about whether they are folders: links to folders look like files. */
const MAX_LINKS = 60;

export interface IncludePlace {
  readonly quote: '<' | '"';
  /** What is typed of the path, with its last `/`. */
  readonly folder: string;
}

export function includeItems(view: View, { quote, folder }: IncludePlace, closed: boolean): CompletionItem[] {
  const beside = quote === '"' ? [dirname(view.file)] : [];
  const items = new Map<string, CompletionItem>();
  const end = closed ? '' : quote === '<' ? '>' : '"';
  for (const [order, base] of [...beside, ...view.includePaths()].entries()) {
    const path = join(base, folder === '' ? '.' : folder);
    let links = 0;
    for (const name of view.files.list(path)) {
      const isLink = !name.includes('.') && links++ < MAX_LINKS && view.files.isFolder(join(path, name));
      const entry = isLink && !name.endsWith('/') ? `${name}/` : name;
      if (items.has(entry) || !(entry.endsWith('/') || WANTED.test(entry)) || entry.startsWith('.')) continue;
      if (join(path, name) !== view.file) items.set(entry, itemOf(entry, rankOf(entry, folder, order, quote), end));
    }
  }
  if (quote === '"' && folder === '') items.set('../', itemOf('../', 9, ''));
  return [...items.values()];
}

/** In brackets the bindings come first; in quotes the shared files beside. */
function rankOf(entry: string, folder: string, order: number, quote: '<' | '"'): number {
  if (quote === '<' && folder === '') return entry === 'dt-bindings/' ? 0 : 3 + order;
  if (quote === '"' && entry.endsWith('.dtsi')) return order;
  return order + (entry.endsWith('.dts') ? 6 : 2);
}

function itemOf(entry: string, rank: number, end: string): CompletionItem {
  const folder = entry.endsWith('/');
  return {
    label: entry,
    kind: folder ? 'folder' : 'file',
    detail: '',
    snippet: literal(entry) + (folder ? '' : end),
    rank,
    ...(folder && { suggests: true as const }),
  };
}
