// SPDX-License-Identifier: MIT
// What names stand for, for colours: node names, properties, labels and references, macros.
import type { View } from '#ide/analysis.ts';
import type { ConditionalItem } from '#syntax/ast.ts';
import { parseHead } from '#tree/dtc/statement-head.ts';
import type { DeviceTree } from '#tree/types.ts';
import { children, type Placed, placed } from './items.ts';

/** `comment`: a line that cpp leaves out. */
export const TOKEN_TYPES = ['struct', 'property', 'label', 'macro', 'comment'] as const;
export const TOKEN_MODIFIERS = ['declaration'] as const;

export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  readonly type: (typeof TOKEN_TYPES)[number];
  readonly declaration: boolean;
}

/** In text order, none overlap. */
export function semanticTokens({ file, snapshot }: View): SemanticToken[] {
  const ast = snapshot.ast(file);
  if (!ast) return [];
  const { tree } = snapshot;
  const macros = new Set(tree.macros.names());
  const tokens: SemanticToken[] = [];
  // A file that no board reads has no branches that are taken.
  collect(placed(ast.items, 0), { text: snapshot.text(file), macros, tree, tokens });
  return tokens;
}

interface Collection {
  readonly text: string;
  readonly macros: ReadonlySet<string>;
  readonly tree: DeviceTree;
  readonly tokens: SemanticToken[];
}

function collect(items: readonly Placed[], collection: Collection): void {
  const { macros, tokens } = collection;
  for (const at of items) {
    if (at.item.kind === 'conditional') conditional(at.item, at.start, collection);
    else {
      tokens.push(...tokensOf(at, macros));
      collect(children(at), collection);
    }
  }
}

function conditional(item: ConditionalItem, start: number, collection: Collection): void {
  const taken = collection.tree.taken?.(item.branches);
  for (const branch of item.branches) {
    const from = start + branch.at;
    if (taken === undefined || taken === branch) collect(placed(branch.body, from), collection);
    else collection.tokens.push(...leftOut(collection.text, from, from + branch.length));
  }
}

/** The lines of a branch behind its directive. */
function* leftOut(text: string, start: number, end: number): Generator<SemanticToken> {
  const directive = /^(?:\\\r?\n|[^\n])*\n?/.exec(text.slice(start, end))?.[0].length ?? 0;
  let at = start + directive;
  for (const line of text.slice(at, end).split('\n')) {
    const shown = line.trim();
    const from = at + line.indexOf(shown);
    if (shown !== '') yield { start: from, end: from + shown.length, type: 'comment', declaration: false };
    at += line.length + 1;
  }
}

function tokensOf({ item, start }: Placed, macros: ReadonlySet<string>): SemanticToken[] {
  switch (item.kind) {
    case 'node':
      return headTokens(item.headText, start + item.head.at, 'struct', macros);
    case 'property': {
      const head = headTokens(item.headText, start + item.head.at, 'property', macros);
      const { value, valueText } = item;
      return value && valueText !== undefined ? [...head, ...words(valueText, start + value.at, macros)] : head;
    }
    case 'delete-node':
    case 'delete-property':
    case 'omit-if-no-ref':
      return words(item.targetText, start + item.target.at, macros);
    case 'macro':
      return words(item.text, start, macros);
    case 'define': {
      const name = /^\s*([A-Za-z_]\w*)/.exec(item.restText);
      const at = start + item.rest.at + (name ? name[0].length - (name[1]?.length ?? 0) : 0);
      return name?.[1] ? [{ start: at, end: at + name[1].length, type: 'macro', declaration: true }] : [];
    }
    default:
      return [];
  }
}

function headTokens(
  text: string,
  base: number,
  type: 'struct' | 'property',
  macros: ReadonlySet<string>,
): SemanticToken[] {
  const head = parseHead(text);
  if (head.identifiers.some((name) => macros.has(name)) && !head.regular) return words(text, base, macros);
  const tokens: SemanticToken[] = head.labels.map(({ name, at }) => ({
    start: base + at,
    end: base + at + name.length,
    type: 'label',
    declaration: true,
  }));
  const start = base + head.at;
  const { ref, name } = head;
  if (ref !== undefined) tokens.push({ start, end: start + head.length, type: 'label', declaration: false });
  else if (name !== '')
    tokens.push({ start, end: start + (name.split('@')[0] ?? '').length, type, declaration: false });
  return tokens;
}

const WORDS = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\])*(?:"|$)|&(?:[A-Za-z_]\w*|\{[^}]*\})|[A-Za-z_]\w*/g;

/** References, and those identifiers that are macros. */
function words(text: string, base: number, macros: ReadonlySet<string>): SemanticToken[] {
  const tokens: SemanticToken[] = [];
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    const start = base + index;
    const token = { start, end: start + word.length, declaration: false };
    if (word.startsWith('&')) tokens.push({ ...token, type: 'label' });
    else if (macros.has(word)) tokens.push({ ...token, type: 'macro' });
  }
  return tokens;
}
