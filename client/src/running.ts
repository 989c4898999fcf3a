// SPDX-License-Identifier: MIT
// The language client while the extension lives: restarted, asked, and told of what the server says.
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';

export type StartClient = () => Promise<BaseLanguageClient>;

/** The client, which a restart replaces. */
export class Running {
  client: BaseLanguageClient;
  readonly #restarted = new vscode.EventEmitter<void>();
  readonly onRestarted = this.#restarted.event;

  constructor(client: BaseLanguageClient) {
    this.client = client;
  }

  async restart(start: StartClient): Promise<void> {
    await this.client.dispose();
    this.client = await start();
    this.#restarted.fire();
  }

  request<R>(method: string, params: object): Promise<R | null> {
    return this.client.sendRequest<R | null>(method, params);
  }

  /** Hears a notification of the server, also of one that is started later. */
  listen<P>(method: string, handler: (params: P) => void): vscode.Disposable {
    let listener = this.client.onNotification(method, handler);
    const again = this.onRestarted(() => {
      listener = this.client.onNotification(method, handler);
    });
    return vscode.Disposable.from({ dispose: () => listener.dispose() }, again);
  }
}
