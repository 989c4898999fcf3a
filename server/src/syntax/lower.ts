// SPDX-License-Identifier: MIT
// From the concrete tree of one file to its AST: which statements there are, one inside the other.
//
// The walk never enters a value, and it stops at subtrees that the previous version of the file had too: tree-sitter
// reuses them by address, and their items come back as the same objects.
import type { Ast, Branch, Item } from './ast.ts';
import {
  conditionOf,
  defineItem,
  directiveItem,
  includeItem,
  nodeItem,
  propertyItem,
  type Statement,
  textItem,
} from './statement.ts';

/** The part of tree-sitter's cursor that lowering needs. */
export interface Cursor {
  readonly nodeId: number;
  readonly nodeTypeId: number;
  readonly nodeIsMissing: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly currentNode: { readonly hasError: boolean };
  gotoFirstChild(): boolean;
  gotoLastChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

/** What a symbol of the grammar is to the walk. */
export type SymbolKind =
  | Exclude<Item['kind'], 'include'>
  | 'cpp'
  | 'dtc'
  | '{'
  | '}'
  | 'keyword'
  | 'endif'
  | 'rest'
  | 'comment'
  | 'ERROR';

/** The grammar's symbol names; those absent here are skipped. */
export const SYMBOLS: ReadonlyMap<string, SymbolKind> = new Map<string, SymbolKind>([
  ['node', 'node'],
  ['property', 'property'],
  ['delete_node', 'delete-node'],
  ['delete_property', 'delete-property'],
  ['omit_if_no_ref', 'omit-if-no-ref'],
  ['include', 'dtc'],
  ['version', 'version'],
  ['plugin', 'plugin'],
  ['memreserve', 'memreserve'],
  ['macro_statement', 'macro'],
  ['preproc_include', 'cpp'],
  ['preproc_define', 'define'],
  ['preproc_undef', 'undef'],
  ['preproc_other', 'preprocessor'],
  ['preproc_if', 'conditional'],
  ['preproc_if_keyword', 'keyword'],
  ['preproc_elif_keyword', 'keyword'],
  ['preproc_else_keyword', 'keyword'],
  ['preproc_endif_keyword', 'endif'],
  ['preproc_rest', 'rest'],
  ['comment', 'comment'],
  ['{', '{'],
  ['}', '}'],
  ['ERROR', 'ERROR'],
]);

/** Nodes and conditionals may nest this deep; dtc's own stack and the kernel's unflattening bear no more either. */
export const MAX_DEPTH = 200;

/** An item and the subtree that it was made from; `body` has those of the items inside it. */
export interface Entry {
  readonly id: number;
  readonly item: Item;
  readonly body: readonly Entry[];
}

/**
 * What the previous version of a file knew, by subtree. Only entries whose container changed are in it: the others are
 * taken whole. It must be dropped with the tree it was made from, whose addresses are its keys.
 */
export class Memo {
  readonly #entries = new Map<number, Entry>();

  add(entries: readonly Entry[]): void {
    for (const entry of entries) if (entry.id !== 0) this.#entries.set(entry.id, entry);
  }

  find(id: number): Entry | undefined {
    return this.#entries.get(id);
  }
}

/** What is the same for the whole walk. */
export interface Lowering {
  readonly cursor: Cursor;
  readonly symbols: readonly (SymbolKind | undefined)[];
  readonly memo: Memo;
  /** The file will be edited: its entries are used again. */
  readonly keep: boolean;
  /** Where a node or conditional nests deeper than {@link MAX_DEPTH}. */
  readonly tooDeep: number[];
  /** The source between two offsets, as a string that keeps no other text alive. */
  slice(start: number, end: number): string;
}

/** What lowering a file gives; the entries are for lowering its next version. */
export interface Lowered {
  readonly items: readonly Item[];
  readonly entries: readonly Entry[];
  readonly errors: Ast['errors'];
}

/** The statements of a file without syntax errors; the cursor is at its root. */
export function lowerFile(low: Lowering, before: readonly Entry[]): Lowered {
  const entries = low.cursor.gotoFirstChild() ? lowerSiblings(low, { origin: 0, depth: 0, before }) : [];
  return { items: entries.map((entry) => entry.item), entries, errors: low.tooDeep.map(tooDeep) };
}

export function tooDeep(start: number): Ast['errors'][number] {
  return { start, end: start, message: `Nodes nest more than ${MAX_DEPTH} levels deep here; the rest is not read.` };
}

/** The statements from the cursor on, up to `}`, the next `#else` or the end; leaves the cursor there. */
export function lowerSiblings(low: Lowering, place: Place): Entry[] {
  const { cursor, symbols } = low;
  const before = new Siblings(low.memo, place.before);
  const entries: Entry[] = [];
  do {
    const kind = symbols[cursor.nodeTypeId];
    if (kind === undefined) continue;
    if (kind === '}' || kind === 'keyword' || kind === 'endif') break;
    const entry = lowerStatement(low, kind, place, before);
    if (entry) entries.push(entry);
  } while (cursor.gotoNextSibling());
  return entries;
}

/** Where statements stand: the start of their container, its depth, and what the container held before the edit. */
export interface Place {
  readonly origin: number;
  readonly depth: number;
  readonly before: readonly Entry[];
}

/** The statements that a container held before the edit, in order, to find what a changed one was. */
export class Siblings {
  readonly #memo: Memo;
  readonly #entries: readonly Entry[];
  #next = 0;

  constructor(memo: Memo, entries: readonly Entry[]) {
    this.#memo = memo;
    this.#entries = entries;
    memo.add(entries);
  }

  /** The entry of an unchanged subtree. */
  find(id: number): Entry | undefined {
    const found = this.#memo.find(id);
    if (found) this.#next = this.#entries.indexOf(found, this.#entries[this.#next] === found ? this.#next : 0) + 1;
    return found;
  }

  /** What the container that now differs held: it follows the last one that did not change. */
  takeBody(): readonly Entry[] {
    while (this.#next < this.#entries.length) {
      const body = this.#entries[this.#next++]?.body;
      if (body && body.length > 0) return body;
    }
    return [];
  }
}

/** The item of the statement under the cursor, which has no syntax error inside. */
export function lowerStatement(
  low: Lowering,
  kind: SymbolKind,
  { origin, depth }: Place,
  before: Siblings,
): Entry | undefined {
  const { cursor } = low;
  // Every question to the cursor goes through WebAssembly's memory: none is asked twice.
  const start = cursor.startIndex;
  const at = start - origin;
  const known = unchanged(low, before);
  if (known !== undefined) return moved(known, at);
  const id = subtreeId(low);
  const nests = kind === 'node' || kind === 'conditional';
  if (nests && depth < MAX_DEPTH) {
    const place = { origin: start, depth: depth + 1, before: before.takeBody() };
    const errors = low.tooDeep.length;
    const entry = kind === 'node' ? lowerNode(low, id, at, place) : lowerConditional(low, id, at, place);
    // An entry that is taken whole would not report again what lies too deep in it.
    return low.tooDeep.length > errors ? { ...entry, id: 0 } : entry;
  }
  const text = low.slice(start, cursor.endIndex);
  const item = simpleItem(nests ? 'error' : kind, { text, at });
  if (nests) low.tooDeep.push(start);
  return item && { id, item, body: [] };
}

/** The entry of the statement under the cursor, where it stood before, when the previous version had the same one. */
export function unchanged(low: Lowering, before: Siblings): Entry | undefined {
  const id = subtreeId(low);
  return id === 0 ? undefined : before.find(id);
}

/**
 * What names the subtree under the cursor in this version and the next, if it is reused; 0 in files that are not kept.
 * tree-sitter's id of a node is the address where its parent holds it, and a reused subtree may have a new parent. The
 * address where it holds its own last child stays. (Not the first child: a part of the grammar that makes no node, such
 * as the list of labels, may hold that one, and be reused when the rest of the statement is not.)
 */
export function subtreeId({ cursor, keep }: Lowering): number {
  if (!keep || !cursor.gotoLastChild()) return 0;
  const id = cursor.nodeId;
  cursor.gotoParent();
  return id;
}

/** The same item at another place in its container. */
export function moved(entry: Entry, at: number): Entry {
  return entry.item.at === at ? entry : { ...entry, item: { ...entry.item, at } };
}

function lowerNode(low: Lowering, id: number, at: number, place: Place): Entry {
  const { cursor, symbols } = low;
  const length = cursor.endIndex - place.origin;
  cursor.gotoFirstChild();
  while (symbols[cursor.nodeTypeId] !== '{' && cursor.gotoNextSibling());
  const head = low.slice(place.origin, cursor.startIndex);
  const body = cursor.gotoNextSibling() ? lowerSiblings(low, place) : [];
  cursor.gotoParent();
  return { id, item: nodeItem(at, length, head, { body: body.map((entry) => entry.item), closed: true }), body };
}

function lowerConditional(low: Lowering, id: number, at: number, place: Place): Entry {
  const { cursor, symbols } = low;
  const start = place.origin;
  const length = cursor.endIndex - start;
  const branches: Branch[] = [];
  const all: Entry[] = [];
  cursor.gotoFirstChild();
  while (symbols[cursor.nodeTypeId] === 'keyword') {
    const origin = cursor.startIndex;
    let lineEnd = cursor.endIndex;
    // The rest of the line, when there is one, is a node of its own, and the first one that is no statement.
    let more = cursor.gotoNextSibling();
    if (more && symbols[cursor.nodeTypeId] === 'rest') {
      lineEnd = cursor.endIndex;
      more = cursor.gotoNextSibling();
    }
    const body = more
      ? lowerSiblings(low, { ...place, origin, before: branches.length === 0 ? place.before : [] })
      : [];
    all.push(...body);
    branches.push(branchItem(low.slice(origin, lineEnd), origin - start, cursor.startIndex - origin, body));
  }
  cursor.gotoParent();
  return { id, item: { kind: 'conditional', at, length, branches, closed: true }, body: all };
}

function branchItem(line: string, at: number, length: number, body: readonly Entry[]): Branch {
  return { at, length, ...conditionOf(line), body: body.map((entry) => entry.item) };
}

/** Items without a body; `undefined` for symbols that make none. */
export function simpleItem(kind: SymbolKind, statement: Statement): Item | undefined {
  switch (kind) {
    case 'property':
      return propertyItem(statement);
    case 'delete-node':
    case 'delete-property':
    case 'omit-if-no-ref':
      return directiveItem(kind, statement);
    case 'cpp':
    case 'dtc':
      return includeItem(kind, statement);
    case 'define':
    case 'undef':
      return defineItem(kind, statement);
    case 'macro':
    case 'memreserve':
    case 'version':
    case 'plugin':
    case 'preprocessor':
    case 'error':
      return textItem(kind, statement);
    default:
      return undefined;
  }
}
