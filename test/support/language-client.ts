// SPDX-License-Identifier: MIT
// A language client over streams in memory: the whole server with its protocol, without a process.
import { PassThrough } from 'node:stream';
import {
  createConnection,
  type Diagnostic,
  type InitializeParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import type { ServerFiles } from '#host/lsp/environment.ts';
import { checkingParams } from '#host/lsp/params.ts';
import { serve } from '#host/lsp/server.ts';
import { readTexts } from '#host/lsp/texts.ts';
import { grammar } from './evaluate.ts';
import { MemoryFiles } from './memory-files.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Files in memory that never change behind the server's back. */
export class StaticFiles extends MemoryFiles implements ServerFiles {
  forget(): void {}

  refresh(): string[] {
    return [];
  }
}

export class LanguageClient {
  readonly published: { uri: string; version?: number; diagnostics: Diagnostic[] }[] = [];
  readonly logged: string[] = [];
  /** Messages for the user. */
  readonly shown: string[] = [];
  /** Answers every request of the server with an error; {@link refused} has their methods. */
  refuses = false;
  readonly refused: string[] = [];
  /** Those of our own. */
  readonly notifications: { readonly method: string; readonly params: unknown }[] = [];
  /** `begin`, `report` and `end` of work in progress, with the title of a beginning. */
  readonly progress: { kind: string; title?: string }[] = [];
  /** What the client says when the server asks it; `null` to everything else. */
  readonly answers = new Map<string, (params: unknown) => unknown>();
  readonly #toServer = new PassThrough();
  readonly #pending = new Map<number, (message: Message) => void>();
  #id = 0;
  #waiting: (() => void)[] = [];

  constructor(files: ServerFiles) {
    const fromServer = new PassThrough();
    new StreamMessageReader(fromServer).listen((message) => this.#receive(message as Message));
    const connection = createConnection(
      new StreamMessageReader(this.#toServer),
      new StreamMessageWriter(fromServer),
      checkingParams,
    );
    serve(connection, { grammar: Promise.resolve(grammar), files, texts: readTexts });
    connection.listen();
  }

  async initialize(capabilities: InitializeParams['capabilities'] = {}, options: object = {}): Promise<unknown> {
    const params = { processId: null, rootUri: null, capabilities, ...options };
    const { result } = await this.request('initialize', params);
    this.notify('initialized', {});
    return result;
  }

  request(method: string, params: unknown): Promise<Message> {
    const id = ++this.#id;
    this.#send({ id, method, params });
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  /** The id of the next request, for cancelling it. */
  get nextId(): number {
    return this.#id + 1;
  }

  async result<T>(method: string, params: unknown): Promise<T> {
    const { result, error } = await this.request(method, params);
    if (error) throw new Error(error.message);
    return result as T;
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  open(uri: string, text: string): void {
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'dts', version: 1, text } });
  }

  /** Resolves with the parameters of the first notification of the name. */
  async notified(method: string): Promise<unknown> {
    for (;;) {
      const found = this.notifications.find((each) => each.method === method);
      if (found) return found.params;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves with the first diagnostics of the document at or after this version. */
  async diagnostics(uri: string, version: number): Promise<Diagnostic[]> {
    for (;;) {
      const found = this.published.find((each) => each.uri === uri && (each.version ?? 0) >= version);
      if (found) return found.diagnostics;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#toServer.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(message: Message): void {
    const { id, method, params } = message;
    if (method === undefined && id !== undefined) this.#pending.get(id)?.(message);
    else if (method !== undefined && id !== undefined) {
      if (this.refuses) this.refused.push(method);
      this.#send({
        id,
        ...(this.refuses
          ? { error: { code: -32601, message: 'no' } }
          : { result: this.answers.get(method)?.(params) ?? null }),
      });
    } else if (method === 'window/showMessage') {
      this.shown.push((params as { message: string }).message);
    } else if (method === 'textDocument/publishDiagnostics') {
      this.published.push(params as (typeof this.published)[number]);
      for (const resolve of this.#waiting.splice(0)) resolve();
    } else if (method === '$/progress') {
      this.progress.push((params as { value: { kind: string; title?: string } }).value);
    } else if (method?.startsWith('dtIommu/')) {
      this.notifications.push({ method, params });
      for (const resolve of this.#waiting.splice(0)) resolve();
    } else if (method === 'window/logMessage') {
      this.logged.push((params as { message: string }).message);
    }
  }
}
