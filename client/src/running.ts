// SPDX-License-Identifier: MIT
// The language client while the extension lives: restarted, asked, and told of what the server says.
import * as vscode from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';

export type StartClient = () => Promise<BaseLanguageClient>;

/** The client, which a restart replaces. */
export class Running {
  client: BaseLanguageClient;
  readonly #restarted = new vscode.EventEmitter<void>();
  readonly #stateChanged = new vscode.EventEmitter<void>();
  /** Who hears which notification. */
  readonly #heard = new Map<string, vscode.EventEmitter<unknown>>();
  #restarting = false;
  readonly onRestarted = this.#restarted.event;
  /** The server started, stopped or ended by itself. */
  readonly onStateChanged = this.#stateChanged.event;

  constructor(client: BaseLanguageClient) {
    this.client = client;
    this.#watch();
  }

  get state(): 'running' | 'starting' | 'stopped' {
    if (this.#restarting) return 'starting';
    const { state } = this.client;
    return state === State.Running ? 'running' : state === State.Starting ? 'starting' : 'stopped';
  }

  async restart(start: StartClient): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    this.#stateChanged.fire();
    try {
      // One that has ended already refuses.
      await this.client.dispose().catch(() => undefined);
      this.client = await start();
    } finally {
      this.#restarting = false;
      this.#watch();
    }
    for (const [method, event] of this.#heard) this.#hear(method, event);
    this.#restarted.fire();
  }

  request<R>(method: string, params: object): Promise<R | null> {
    return this.client.sendRequest<R | null>(method, params);
  }

  /** Hears a notification of the server, also of one that is started later. */
  listen<P>(method: string, handler: (params: P) => void): vscode.Disposable {
    let event = this.#heard.get(method);
    if (!event) {
      event = new vscode.EventEmitter<unknown>();
      this.#heard.set(method, event);
      this.#hear(method, event);
    }
    return event.event((params) => handler(params as P));
  }

  /** A connection has one handler for each method: the last that was given. */
  #hear(method: string, event: vscode.EventEmitter<unknown>): void {
    this.client.onNotification(method, (params) => event.fire(params));
  }

  #watch(): void {
    this.client.onDidChangeState(() => this.#stateChanged.fire());
    this.#stateChanged.fire();
  }
}
