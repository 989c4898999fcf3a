// SPDX-License-Identifier: MIT
// The client's documents: URIs and paths, versions, changes in the order in which they came.
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { normalize } from '#base/files.ts';
import type { Analysis } from '#ide/analysis.ts';
import type { FileSystem } from '#ide/file-system.ts';
import type { Change } from '#syntax/parser.ts';
import { type Encoding, Lines, type Places } from './convert.ts';

interface Document {
  readonly uri: string;
  readonly path: string;
  readonly version: number;
  readonly text: string;
}

export class Workspace implements Places {
  readonly #analysis: Analysis;
  readonly #files: FileSystem;
  readonly #encoding: Encoding;
  readonly #byUri = new Map<string, Document>();
  readonly #byPath = new Map<string, Document>();
  readonly #lines = new Map<string, { readonly text: string; readonly lines: Lines }>();
  /** Scheme and authority of files that no document names: `file://`, or what the editor's folder has. */
  #origin = 'file://';
  #folder: string | undefined;

  constructor(analysis: Analysis, files: FileSystem, encoding: Encoding) {
    this.#analysis = analysis;
    this.#files = files;
    this.#encoding = encoding;
  }

  /** The folder that the editor has open. */
  get folder(): string | undefined {
    return this.#folder;
  }

  setRoot(uri: string): void {
    this.#origin = originOf(uri);
    this.#folder = pathOfUri(uri);
  }

  open(uri: string, version: number, text: string): string {
    if (this.#byUri.size === 0 && !uri.startsWith('untitled:')) this.#origin = originOf(uri);
    const plain = pathOfUri(uri);
    // The same file may be reached through a symbolic link: problems name the real one.
    const path = this.#files.read(plain)?.path ?? plain;
    this.#remember({ uri, path, version, text });
    this.#analysis.open(path, text);
    return path;
  }

  /** The path of the document, or `undefined` when the client never opened it. */
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
    this.#analysis.edit(document.path, changes);
    return document.path;
  }

  close(uri: string): string | undefined {
    const document = this.#byUri.get(uri);
    if (!document) return undefined;
    this.#byUri.delete(uri);
    this.#byPath.delete(document.path);
    this.#analysis.close(document.path);
    return document.path;
  }

  path(uri: string): string {
    return this.#byUri.get(uri)?.path ?? pathOfUri(uri);
  }

  uri(path: string): string {
    return this.#byPath.get(path)?.uri ?? this.#origin + path.split('/').map(encodeURIComponent).join('/');
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

  #remember(document: Document): void {
    this.#byUri.set(document.uri, document);
    this.#byPath.set(document.path, document);
  }
}

/** The path part, decoded; `untitled:Untitled-1` gets one that no file has. */
export function pathOfUri(uri: string): string {
  const match = /^[\w+.-]+:(?:\/\/[^/]*)?(.*?)(?:[?#].*)?$/.exec(uri);
  const path = decode(match?.[1] ?? uri);
  return normalize(path.startsWith('/') ? path : `/untitled/${path}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function originOf(uri: string): string {
  return /^[\w+.-]+:(?:\/\/[^/]*)?/.exec(uri)?.[0] ?? 'file://';
}
