// SPDX-License-Identifier: MIT
// What names stand for, for colours: node names, properties, labels and references, macros.
import { memo } from '#base/memo.ts';
import type { View } from '#ide/analysis.ts';
import type { ConditionalItem, Item } from '#syntax/ast.ts';
import { parseHead } from '#tree/dtc/statement-head.ts';
import type { DeviceTree } from '#tree/types.ts';

/** `comment`: a line that cpp leaves out. */
export const TOKEN_TYPES = ['struct', 'property', 'label', 'macro', 'comment'] as const;
export const TOKEN_MODIFIERS = ['declaration'] as const;

/** Where a token begins and ends, what it is, and whether the name is given a meaning there. */
export type TokenVisitor = (
  start: number,
  end: number,
  type: (typeof TOKEN_TYPES)[number],
  declaration: boolean,
) => void;

/** In text order, none overlap. Called with each, not given a list: editors ask after every key. */
export function eachSemanticToken({ file, snapshot }: View, visit: TokenVisitor): void {
  const ast = snapshot.ast(file);
  if (!ast) return;
  const { tree } = snapshot;
  const macros = new Set(tree.macros.names());
  // A file that no board reads has no branches that are taken.
  collect(ast.items, 0, { text: snapshot.text(file), macros, tree, visit });
}

interface Collection {
  readonly text: string;
  readonly macros: ReadonlySet<string>;
  readonly tree: DeviceTree;
  readonly visit: TokenVisitor;
}

function collect(items: readonly Item[], base: number, collection: Collection): void {
  for (const item of items) {
    const start = base + item.at;
    if (item.kind === 'conditional') conditional(item, start, collection);
    else {
      visitTokens(item, start, collection);
      if (item.kind === 'node') collect(item.body, start, collection);
    }
  }
}

function conditional(item: ConditionalItem, start: number, collection: Collection): void {
  const taken = collection.tree.taken?.(item.branches);
  for (const branch of item.branches) {
    const from = start + branch.at;
    if (taken === undefined || taken === branch) collect(branch.body, from, collection);
    else leftOut(collection, from, from + branch.length);
  }
}

/** The lines of a branch behind its directive. */
function leftOut({ text, visit }: Collection, start: number, end: number): void {
  const directive = /^(?:\\\r?\n|[^\n])*\n?/.exec(text.slice(start, end))?.[0].length ?? 0;
  let at = start + directive;
  for (const line of text.slice(at, end).split('\n')) {
    const shown = line.trim();
    const from = at + line.indexOf(shown);
    if (shown !== '') visit(from, from + shown.length, 'comment', false);
    at += line.length + 1;
  }
}

/** What colours an item may get, whatever is a macro; its places count from the start of the item. */
interface Candidates {
  readonly tokens: readonly Candidate[];
  /** In place of `tokens`, where one of the names is a macro. */
  readonly otherwise?: { readonly names: readonly string[]; readonly tokens: readonly Candidate[] };
}

interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly type: (typeof TOKEN_TYPES)[number];
  readonly declaration: boolean;
  /** The name that has to be that of a macro. */
  readonly macro?: string;
}

/** Kept with the item, which stays the same object until something in it changes. */
const candidatesOf = memo((item: Item): Candidates => {
  switch (item.kind) {
    case 'node':
      return headTokens(item.headText, item.head.at, 'struct');
    case 'property': {
      const head = headTokens(item.headText, item.head.at, 'property');
      const { value, valueText } = item;
      if (!value || valueText === undefined) return head;
      const behind = words(valueText, value.at);
      const { tokens, otherwise } = head;
      return {
        tokens: [...tokens, ...behind],
        ...(otherwise && { otherwise: { ...otherwise, tokens: [...otherwise.tokens, ...behind] } }),
      };
    }
    case 'delete-node':
    case 'delete-property':
    case 'omit-if-no-ref':
      return { tokens: words(item.targetText, item.target.at) };
    case 'macro':
      return { tokens: words(item.text, 0) };
    case 'define': {
      const name = /^\s*([A-Za-z_]\w*)/.exec(item.restText);
      const at = item.rest.at + (name ? name[0].length - (name[1]?.length ?? 0) : 0);
      return { tokens: name?.[1] ? [{ start: at, end: at + name[1].length, type: 'macro', declaration: true }] : [] };
    }
    default:
      return { tokens: [] };
  }
});

function visitTokens(item: Item, base: number, { macros, visit }: Collection): void {
  const { tokens: usual, otherwise } = candidatesOf(item);
  const found = otherwise?.names.some((name) => macros.has(name)) ? otherwise.tokens : usual;
  for (const { start, end, type, declaration, macro } of found) {
    if (macro === undefined || macros.has(macro)) visit(base + start, base + end, type, declaration);
  }
}

function headTokens(text: string, base: number, type: 'struct' | 'property'): Candidates {
  const head = parseHead(text);
  const tokens: Candidate[] = head.labels.map(({ name, at }) => ({
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
  if (head.regular || head.identifiers.length === 0) return { tokens };
  return { tokens, otherwise: { names: head.identifiers, tokens: words(text, base) } };
}

const WORDS = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\])*(?:"|$)|&(?:[A-Za-z_]\w*|\{[^}]*\})|[A-Za-z_]\w*/g;

/** References, and what may be a macro. */
function words(text: string, base: number): Candidate[] {
  const tokens: Candidate[] = [];
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    const start = base + index;
    const token = { start, end: start + word.length, declaration: false };
    if (word.startsWith('&')) tokens.push({ ...token, type: 'label' });
    else if (/^\w/.test(word)) tokens.push({ ...token, type: 'macro', macro: word });
  }
  return tokens;
}
