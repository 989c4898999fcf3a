// SPDX-License-Identifier: MIT
// The client's documents: URIs and paths, versions, changes in the order in which they came.
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import type { Analysis } from '#ide/analysis.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { Change } from '#syntax/parser.ts';
import { type Encoding, Lines, type Places } from './convert.ts';
import { pathOfUri, ServedSchemes, uriOfPath } from './uris.ts';

interface Document {
  readonly uri: string;
  /** `undefined` for a document that is not served: it is kept up to date, and nothing is said of it. */
  readonly path: string | undefined;
  readonly version: number;
  readonly text: string;
}

export interface WorkspaceFolder {
  readonly uri: string;
  readonly path: string;
}

/** A document that is no longer served, or has another path. */
export interface Withdrawn {
  readonly uri: string;
  readonly path: string;
}

/** Documents are known by their URIs; the analysis knows each of them by a path that no other open document has. */
export class Workspace implements Places {
  readonly #analysis: Analysis;
  readonly #files: FileSystem;
  readonly #encoding: Encoding;
  readonly #served: ServedSchemes;
  readonly #byUri = new Map<string, Document>();
  readonly #byPath = new Map<string, Document>();
  readonly #lines = new Map<string, { readonly text: string; readonly lines: Lines }>();
  #folders: readonly WorkspaceFolder[] = [];

  constructor(analysis: Analysis, files: FileSystem, encoding: Encoding, served = new ServedSchemes()) {
    this.#analysis = analysis;
    this.#files = files;
    this.#encoding = encoding;
    this.#served = served;
  }

  /** The folders that the editor has open. */
  get folders(): readonly WorkspaceFolder[] {
    return this.#folders;
  }

  /** Documents that are served with these folders are so from now on, the others no longer: their URIs and paths. */
  setFolders(uris: readonly string[]): readonly Withdrawn[] {
    this.#served.setFolders(uris);
    this.#folders = uris.map((uri) => ({ uri, path: pathOfUri(uri) }));
    const before = [...this.#byUri.values()];
    this.#settle();
    return before.flatMap(({ uri, path }) =>
      path !== undefined && this.#byUri.get(uri)?.path !== path ? [{ uri, path }] : [],
    );
  }

  /** The path of the document, or `undefined` when it is not served. */
  open(uri: string, version: number, text: string): string | undefined {
    this.close(uri);
    this.#remember({ uri, path: undefined, version, text });
    this.#settle();
    return this.#byUri.get(uri)?.path;
  }

  /** The path of the document, or `undefined` when the client never opened it or it is not served. */
  change(uri: string, version: number, events: readonly TextDocumentContentChangeEvent[]): string | undefined {
    const document = this.#byUri.get(uri);
    if (!document) return undefined;
    const changes: Change[] = [];
    let { text } = document;
    for (const event of events) {
      const lines = 'range' in event ? new Lines(text, this.#encoding) : undefined;
      const start = lines && 'range' in event ? lines.offset(event.range.start) : 0;
      const end = lines && 'range' in event ? lines.offset(event.range.end) : text.length;
      changes.push({ start, end, text: event.text });
      text = text.slice(0, start) + event.text + text.slice(end);
    }
    this.#remember({ ...document, version, text });
    if (document.path !== undefined) this.#analysis.edit(document.path, changes);
    return document.path;
  }

  /** The path that the document had, or `undefined` when it had none. */
  close(uri: string): string | undefined {
    const document = this.#byUri.get(uri);
    if (!document) return undefined;
    this.#byUri.delete(uri);
    if (document.path === undefined) return undefined;
    this.#byPath.delete(document.path);
    this.#analysis.close(document.path);
    this.#settle();
    return document.path;
  }

  /** The path of a URI; that of a document that is not served is the path of no file. */
  path(uri: string): string {
    const document = this.#byUri.get(uri);
    return document ? (document.path ?? `/:unserved:/${uri}`) : pathOfUri(uri);
  }

  uri(path: string): string {
    return this.#byPath.get(path)?.uri ?? uriOfPath(path);
  }

  /** `null` for a document that is not open, as the protocol wants it. */
  version(path: string): number | null {
    return this.#byPath.get(path)?.version ?? null;
  }

  lines(path: string): Lines {
    const text = this.#byPath.get(path)?.text ?? this.#files.read(path)?.text ?? '';
    const known = this.#lines.get(path);
    if (known?.text === text) return known.lines;
    const lines = new Lines(text, this.#encoding);
    this.#lines.set(path, { text, lines });
    return lines;
  }

  /** Documents came or went: each gets the path that is its own now. */
  #settle(): void {
    const places = this.#places();
    const moved = [...this.#byUri.values()].filter(({ uri, path }) => places.get(uri) !== path);
    for (const { path } of moved) {
      if (path === undefined) continue;
      this.#byPath.delete(path);
      this.#analysis.close(path);
    }
    for (const document of moved) {
      const path = places.get(document.uri);
      this.#remember({ ...document, path });
      if (path !== undefined) this.#analysis.open(path, document.text);
    }
  }

  /**
   * The path of each document that has one. The same file may be reached through a symbolic link: problems name the
   * real one. When that is open itself, the other is another text, and keeps the name of the link. Of two URIs that name
   * one path, the first has it.
   */
  #places(): Map<string, string> {
    const served = [...this.#byUri.keys()].filter((uri) => this.#served.has(uri));
    const owners = new Map<string, string>();
    const claim = (path: string, uri: string) => owners.has(path) || owners.set(path, uri);
    for (const uri of served) claim(pathOfUri(uri), uri);
    const places = new Map([...owners].map(([path, uri]) => [uri, path]));
    for (const [uri, plain] of places) {
      const real = this.#files.read(plain)?.path ?? plain;
      if (real === plain || owners.has(real)) continue;
      owners.set(real, uri);
      places.set(uri, real);
    }
    return places;
  }

  #remember(document: Document): void {
    this.#byUri.set(document.uri, document);
    if (document.path !== undefined) this.#byPath.set(document.path, document);
  }
}
