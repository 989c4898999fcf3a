// SPDX-License-Identifier: MIT
// The only user of web-tree-sitter: text in, AST out. Concrete trees live here and nowhere else.
import { Edit, Language, type Node, Parser, type Tree } from 'web-tree-sitter';
import type { Ast } from './ast.ts';
import type { Fault } from './intact.ts';
import { type Entry, lowerFile, Memo, SYMBOLS, type SymbolKind } from './lower.ts';
import { recoverFile } from './recover.ts';

/** The two WebAssembly files, as the host read them. */
export interface GrammarBytes {
  /** web-tree-sitter.wasm of the npm package. */
  readonly runtime: Uint8Array;
  /** grammars/devicetree/tree-sitter-devicetree.wasm. */
  readonly grammar: Uint8Array;
}

/** One replacement; `start` and `end` are offsets in the text that the changes before it have made. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Larger texts are not parsed: the largest source in Linux 6.12 has 0.3 MB, and this has to fit the wasm heap. */
export const MAX_LENGTH = 10_000_000;

/** Loads runtime and grammar. Rejects when the bytes are no WebAssembly or their versions do not fit together. */
export async function loadGrammar({ runtime, grammar }: GrammarBytes): Promise<Grammar> {
  // In a browser worker the runtime builds a URL for its file even when it has the bytes; `locateFile` prevents that.
  await Parser.init({ wasmBinary: runtime, locateFile: (name: string) => name });
  const language = await Language.load(grammar);
  return new Grammar(language);
}

interface Source {
  readonly text: string;
  /** The text will be edited. */
  readonly keep: boolean;
  slice(start: number, end: number): string;
}

/** The grammar, ready to parse. Everything in it is synchronous. */
export class Grammar {
  readonly #parser: Parser;
  readonly #symbols: readonly (SymbolKind | undefined)[];

  constructor(language: Language) {
    this.#parser = new Parser();
    this.#parser.setLanguage(language);
    const symbols: SymbolKind[] = [];
    for (const [name, kind] of SYMBOLS) {
      for (const named of [true, false]) {
        const id = language.idForNodeType(name, named);
        if (id !== null) symbols[id] = kind;
      }
    }
    this.#symbols = symbols;
  }

  /** The AST of a text; the concrete tree is freed at once. */
  parse(text: string): Ast {
    const { tree, ast } = this.parseTree({ text, keep: false, slice: (start, end) => text.slice(start, end) });
    tree?.delete();
    return ast;
  }

  /** A text that will be edited; keeps its concrete tree until `close()`. */
  open(text: string): OpenDocument {
    return new OpenDocument(this, text);
  }

  /** For {@link OpenDocument}: parses, reusing what an edited tree and its entries still have. */
  parseTree(
    source: Source,
    previous?: { readonly tree: Tree; readonly entries: readonly Entry[] },
  ): { tree: Tree | undefined; entries: readonly Entry[]; ast: Ast } {
    const { text } = source;
    const tree = text.length <= MAX_LENGTH ? this.#parser.parse(readable(text), previous?.tree) : null;
    if (tree === null) return { tree: undefined, entries: [], ast: unparsed(text) };
    const cursor = tree.walk();
    const low = {
      cursor,
      symbols: this.#symbols,
      memo: new Memo(),
      keep: source.keep,
      tooDeep: [],
      slice: source.slice,
    };
    const before = previous?.entries ?? [];
    const { hasError } = tree.rootNode;
    const { items, entries, errors } = hasError
      ? recoverFile(low, text, before, (statement) => this.#faults(statement))
      : lowerFile(low, before);
    cursor.delete();
    const ast = { items, length: text.length, hasError: hasError || errors.length > 0, errors };
    return { tree, entries, ast };
  }

  /** The ERROR and MISSING nodes of a text that is one statement. */
  #faults(statement: string): readonly Fault[] {
    const tree = this.#parser.parse(readable(statement));
    const faults = tree?.rootNode.hasError ? findFaults(tree.rootNode) : [];
    tree?.delete();
    return faults;
  }
}

/** A text in an editor: its AST follows every change; unchanged items stay the same objects. */
export class OpenDocument {
  readonly #grammar: Grammar;
  #text: string;
  #tree: Tree | undefined;
  #entries: readonly Entry[];
  #ast: Ast;

  constructor(grammar: Grammar, text: string) {
    this.#grammar = grammar;
    this.#text = text;
    const { tree, entries, ast } = grammar.parseTree({
      text,
      keep: true,
      slice: (start, end) => text.slice(start, end),
    });
    this.#tree = tree;
    this.#entries = entries;
    this.#ast = ast;
  }

  get text(): string {
    return this.#text;
  }

  get ast(): Ast {
    return this.#ast;
  }

  /** Applies changes in order. Offsets outside the text are clamped to it. */
  edit(changes: readonly Change[]): Ast {
    for (const change of changes) this.#apply(change);
    const text = this.#text;
    const old = this.#tree;
    const { tree, entries, ast } = this.#grammar.parseTree(
      { text, keep: true, slice: (start, end) => detached(text.slice(start, end)) },
      old && { tree: old, entries: this.#entries },
    );
    // Not before the new entries are there: a freed subtree's address may name a new one.
    old?.delete();
    this.#tree = tree;
    this.#entries = entries;
    this.#ast = ast;
    return ast;
  }

  #apply({ start, end, text }: Change): void {
    const length = this.#text.length;
    const startIndex = Math.max(0, Math.min(start, length));
    const oldEndIndex = Math.max(startIndex, Math.min(end, length));
    const newEndIndex = startIndex + text.length;
    this.#text = this.#text.slice(0, startIndex) + text + this.#text.slice(oldEndIndex);
    // Nobody here asks the tree for rows and columns, so it need not know them.
    const nowhere = { row: 0, column: 0 };
    this.#tree?.edit(
      new Edit({
        startIndex,
        oldEndIndex,
        newEndIndex,
        startPosition: nowhere,
        oldEndPosition: nowhere,
        newEndPosition: nowhere,
      }),
    );
  }

  /** Frees the concrete tree. The AST stays usable. */
  close(): void {
    this.#tree?.delete();
    this.#tree = undefined;
    this.#entries = [];
  }
}

/** The outermost faults below a node; the node itself when they are hidden. */
function findFaults(node: Node): Fault[] {
  if (node.isError || node.isMissing) return [{ start: node.startIndex, end: node.endIndex }];
  const inner = node.children.filter((child) => child.hasError).flatMap(findFaults);
  return inner.length > 0 ? inner : [{ start: node.startIndex, end: node.endIndex }];
}

/** tree-sitter takes NUL for the end of the file; dtc accepts it in strings. */
function readable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u0001') : text;
}

/**
 * A copy with memory of its own. V8's slices keep the text they were cut from: without this, each item that was ever
 * edited would keep one whole version of its file.
 */
function detached(slice: string): string {
  return JSON.parse(JSON.stringify(slice));
}

function unparsed(text: string): Ast {
  const message = `The file has ${(text.length / 1e6).toFixed(1)} MB; files over ${MAX_LENGTH / 1e6} MB are not read.`;
  return { items: [], length: text.length, hasError: true, errors: [{ start: 0, end: 0, message }] };
}
