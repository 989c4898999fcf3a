// SPDX-License-Identifier: MIT
// A client over the pipes of a server process that asks, after each key, for what VS Code asks for, and takes the time.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../oracle/kernel.ts';

export const SERVER = path.join(ROOT, 'dist/cli.cjs');

export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A message of the server, as far as it is read. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** What VS Code says of itself, as far as the server asks. */
const CAPABILITIES = {
  textDocument: {
    diagnostic: {},
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    foldingRange: { lineFoldingOnly: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'refactor', 'source'] } },
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
    },
    completion: { completionItem: { snippetSupport: true, resolveSupport: { properties: ['documentation'] } } },
    semanticTokens: {
      requests: { range: true, full: { delta: true } },
      tokenTypes: [],
      tokenModifiers: [],
      formats: ['relative'],
    },
  },
};

export class Client {
  readonly #process = spawn(process.execPath, [SERVER, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  readonly #pending = new Map<number | undefined, (message: Message) => void>();
  #buffer = Buffer.alloc(0);
  #id = 0;

  constructor() {
    this.#process.stdout.on('data', (data: Buffer) => this.#receive(data));
  }

  async initialize(): Promise<void> {
    await this.request('initialize', { processId: null, rootUri: null, capabilities: CAPABILITIES });
    this.notify('initialized', {});
  }

  async request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#id;
    this.#send({ id, method, params });
    const { result, error } = await new Promise<Message>((resolve) => this.#pending.set(id, resolve));
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  /** Milliseconds of this process's clock from the question to its answer. */
  async time(method: string, params: unknown): Promise<number> {
    const sent = performance.now();
    await this.request(method, params);
    return performance.now() - sent;
  }

  /** Resident memory of the process and its highest value, in MB. */
  memory(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    const field = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
    return { now: field('VmRSS'), peak: field('VmHWM') };
  }

  async stop(): Promise<void> {
    await this.request('shutdown', null);
    this.notify('exit', undefined);
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(this.#buffer.subarray(0, head).toString())?.[1]);
      if (this.#buffer.length < head + 4 + length) return;
      const message = JSON.parse(this.#buffer.subarray(head + 4, head + 4 + length).toString()) as Message;
      this.#buffer = this.#buffer.subarray(head + 4 + length);
      if (message.method === undefined) this.#pending.get(message.id)?.(message);
      // Its questions get an answer, its announcements none.
      else if (message.id !== undefined) this.#send({ id: message.id, result: null });
    }
  }
}

/** A document that is open in the editor. */
export class Document {
  readonly #client: Client;
  readonly #uri: string;
  #version = 1;
  /** Of the semantic tokens that the client has. */
  #tokens: string | undefined;

  constructor(client: Client, uri: string, text: string) {
    this.#client = client;
    this.#uri = uri;
    client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'dts', version: 1, text } });
  }

  /** Replaces what lies between the two positions. */
  change(start: Position, end: Position, text: string): void {
    this.#client.notify('textDocument/didChange', {
      textDocument: { uri: this.#uri, version: ++this.#version },
      contentChanges: [{ range: { start, end }, text }],
    });
  }

  diagnostics(): Promise<unknown> {
    return this.#client.request('textDocument/diagnostic', this.#params());
  }

  /** Milliseconds to the answer. */
  time(method: string, more: object = {}): Promise<number> {
    return this.#client.time(method, this.#params(more));
  }

  /** All that VS Code asks for after a key with the cursor at a place, in one go; the answers are awaited. */
  async asked(cursor: Position): Promise<void> {
    const ask = (method: string, more: object = {}) => this.#client.request(method, this.#params(more));
    const at = { start: cursor, end: cursor };
    const screen = {
      start: { line: Math.max(0, cursor.line - 30), character: 0 },
      end: { line: cursor.line + 30, character: 0 },
    };
    await Promise.all([
      this.diagnostics(),
      this.#askTokens(),
      ask('textDocument/documentSymbol'),
      ask('textDocument/foldingRange'),
      ask('textDocument/documentLink'),
      ask('textDocument/codeLens'),
      ask('textDocument/inlayHint', { range: screen }),
      ask('textDocument/documentHighlight', { position: cursor }),
      ask('textDocument/codeAction', { range: at, context: { diagnostics: [], triggerKind: 2 } }),
    ]);
  }

  async #askTokens(): Promise<void> {
    const method = `textDocument/semanticTokens/full${this.#tokens === undefined ? '' : '/delta'}`;
    const params = this.#params({ ...(this.#tokens !== undefined && { previousResultId: this.#tokens }) });
    const result = (await this.#client.request(method, params)) as { readonly resultId?: string } | null;
    this.#tokens = result?.resultId;
  }

  #params(more: object = {}): object {
    return { textDocument: { uri: this.#uri }, ...more };
  }
}
