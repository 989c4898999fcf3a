// SPDX-License-Identifier: MIT
// The language server in a worker of the page, spoken to as any editor does.

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** What the server asks of the page. */
export type Answer = (params: unknown) => unknown;

export class Server {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #listeners = new Map<string, (params: unknown) => void>();
  readonly #answers = new Map<string, Answer>();
  #id = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data);
  }

  static async start(script: string, wasm: { readonly runtime: string; readonly grammar: string }): Promise<Server> {
    const bytes = async (file: string) => new Uint8Array(await (await fetch(file)).arrayBuffer());
    const [runtime, grammar] = await Promise.all([bytes(wasm.runtime), bytes(wasm.grammar)]);
    const worker = new Worker(script);
    const server = new Server(worker);
    worker.postMessage({ runtime, grammar });
    return server;
  }

  listen<P>(method: string, then: (params: P) => void): void {
    this.#listeners.set(method, then as (params: unknown) => void);
  }

  answer(method: string, answer: Answer): void {
    this.#answers.set(method, answer);
  }

  notify(method: string, params: unknown): void {
    this.#worker.postMessage({ jsonrpc: '2.0', method, params });
  }

  request<R>(method: string, params: unknown): Promise<R> {
    const id = ++this.#id;
    this.#worker.postMessage({ jsonrpc: '2.0', id, method, params });
    return new Promise<R>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  #receive({ id, method, params, result, error }: Message): void {
    if (method !== undefined && id !== undefined) {
      const answer = this.#answers.get(method);
      this.#worker.postMessage({ jsonrpc: '2.0', id, result: answer ? answer(params) : null });
    } else if (method !== undefined) {
      this.#listeners.get(method)?.(params);
    } else if (id !== undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    }
  }
}
