// SPDX-License-Identifier: MIT
// A client of the language server in this process: streams in memory, files on the disk.
import { PassThrough } from 'node:stream';
import { createConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { readGrammar } from '#host/grammar.ts';
import { serve } from '#host/lsp/server.ts';
import { DiskFiles } from '#host/sources.ts';

export interface Reply {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** One for all servers: to load it takes longer than to start one. */
const grammar = readGrammar();

/** What an editor can do that pulls diagnostics and watches files. */
export const CAPABILITIES = {
  general: { positionEncodings: ['utf-16'] },
  workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
  textDocument: { diagnostic: {} },
};

export class Client {
  /** Answers to ids that were never sent, or were answered before. */
  readonly strays: Reply[] = [];
  /** Errors that the server logged. */
  readonly logged: string[] = [];
  readonly #toServer = new PassThrough();
  readonly #pending = new Map<number | string, (reply: Reply) => void>();
  #id = 0;

  constructor() {
    const fromServer = new PassThrough();
    new StreamMessageReader(fromServer).listen((message) => this.#receive(message as Reply));
    const connection = createConnection(new StreamMessageReader(this.#toServer), new StreamMessageWriter(fromServer));
    serve(connection, { grammar, files: new DiskFiles() });
    connection.listen();
  }

  async initialize(folder: string): Promise<void> {
    await this.request('initialize', { processId: null, rootUri: `file://${folder}`, capabilities: CAPABILITIES });
    this.notify('initialized', {});
  }

  request(method: string, params: unknown): Promise<Reply> {
    const id = ++this.#id;
    const reply = new Promise<Reply>((resolve) => this.#pending.set(id, resolve));
    this.send({ id, method, params });
    return reply;
  }

  notify(method: string, params: unknown): void {
    this.send({ method, params });
  }

  /** Whatever it is, as JSON. */
  send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#toServer.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  /** Shut down, the server has no timers any more. */
  async close(): Promise<void> {
    await this.request('shutdown', undefined);
    this.#toServer.end();
  }

  #receive(message: Reply): void {
    const { id, method, params } = message;
    if (method !== undefined && id !== undefined && id !== null) this.send({ id, result: null });
    else if (method === undefined) {
      const resolve = id === undefined || id === null ? undefined : this.#pending.get(id);
      if (!resolve) this.strays.push(message);
      else {
        this.#pending.delete(id ?? 0);
        resolve(message);
      }
    } else if (method === 'window/logMessage') {
      const { type, message: text } = params as { type: number; message: string };
      if (type === 1) this.logged.push(text);
    }
  }
}
