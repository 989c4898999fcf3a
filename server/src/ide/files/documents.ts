// SPDX-License-Identifier: MIT
// The files as the user sees them now: what is open in an editor, over what is stored.
import { basename, dirname, type SourceFile } from '#base/files.ts';
import type { Ast } from '#syntax/ast.ts';
import type { Change, Grammar, OpenDocument } from '#syntax/parser.ts';
import type { FileSystem } from './file-system.ts';

interface Opened {
  readonly file: SourceFile;
  readonly document: OpenDocument;
}

/** A file system in which open documents hide the stored ones. */
export class Documents implements FileSystem {
  readonly #stored: FileSystem;
  readonly #grammar: Grammar;
  readonly #open = new Map<string, Opened>();

  constructor(stored: FileSystem, grammar: Grammar) {
    this.#stored = stored;
    this.#grammar = grammar;
  }

  open(path: string, text: string): void {
    this.close(path);
    this.#open.set(path, { file: { path, text }, document: this.#grammar.open(text) });
  }

  /** Applies changes one after the other: each counts in the text that those before it made. */
  edit(path: string, changes: readonly Change[]): void {
    const document = this.#open.get(path)?.document;
    if (!document) return;
    document.edit(changes);
    this.#open.set(path, { file: { path, text: document.text }, document });
  }

  close(path: string): void {
    this.#open.get(path)?.document.close();
    this.#open.delete(path);
  }

  /** Open files, the one opened last first. */
  opened(): string[] {
    return [...this.#open.keys()].reverse();
  }

  /** The current version of an open file with its AST. */
  live(path: string): { readonly file: SourceFile; readonly ast: Ast } | undefined {
    const opened = this.#open.get(path);
    return opened && { file: opened.file, ast: opened.document.ast };
  }

  read(path: string): SourceFile | undefined {
    const open = this.#open.get(path);
    if (open) return open.file;
    const stored = this.#stored.read(path);
    // Reached through a symbolic link, the stored file has another name, and may be open under that.
    return stored && (this.#open.get(stored.path)?.file ?? stored);
  }

  get lent(): boolean {
    return this.#stored.lent === true;
  }

  get awaited(): boolean {
    return this.#stored.awaited === true;
  }

  readBinary(path: string): Uint8Array | undefined {
    return this.#stored.readBinary?.(path);
  }

  modified(path: string): string | undefined {
    return this.#open.has(path) ? undefined : this.#stored.modified?.(path);
  }

  stamp(path: string): string | undefined {
    return this.#open.has(path) ? undefined : this.#stored.stamp?.(path);
  }

  refusal(path: string): string | undefined {
    return this.#open.has(path) ? undefined : this.#stored.refusal?.(path);
  }

  isReadOnly(path: string): boolean {
    return this.#stored.isReadOnly?.(path) ?? false;
  }

  peek(path: string): string | undefined {
    return this.#open.get(path)?.file.text ?? this.#stored.peek(path);
  }

  isFile(path: string): boolean {
    return this.#open.has(path) || this.#stored.isFile(path);
  }

  isFolder(path: string): boolean {
    return this.#stored.isFolder(path);
  }

  /** A file that is open is there, also when it is stored no more, or not yet. */
  list(folder: string): readonly string[] {
    const stored = this.#stored.list(folder);
    const open = [...this.#open.keys()]
      .filter((path) => dirname(path) === folder.replace(/(?!^)\/$/, ''))
      .map(basename);
    const more = open.filter((name) => !stored.includes(name));
    return more.length === 0 ? stored : [...stored, ...more].sort();
  }
}
