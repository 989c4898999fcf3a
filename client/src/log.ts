// SPDX-License-Identifier: MIT
// The output channel: versions, boards and errors always, timings at the level Debug, which its gear or "Set Log Level…"
// gives.
import * as vscode from 'vscode';
import type { BaseLanguageClient, Middleware } from 'vscode-languageclient';

/** A request that takes this long is worth a line at the level Info; in milliseconds. */
const SLOW = 1000;

/** Levels as VS Code names them in its own lists. */
export const LEVELS: readonly string[] = ['off', 'trace', 'debug', 'info', 'warning', 'error'];

/** The log is read by those who help: it stays in English, whatever the editor's language. */
export class Log implements vscode.Disposable {
  readonly channel = vscode.window.createOutputChannel('Devicetree IOMMU', { log: true });
  #board = '';

  /** The first line of each start. */
  started({ packageJSON }: vscode.Extension<unknown>, { initializeResult }: BaseLanguageClient): void {
    const { name = 'server', version = '' } = initializeResult?.serverInfo ?? {};
    const { appName, appHost, language } = vscode.env;
    const system = typeof process === 'undefined' ? 'browser' : `${process.platform} ${process.arch}`;
    this.channel.info(
      `extension ${packageJSON.version}, ${name} ${version}, ${appName} ${vscode.version} (${appHost}), ${system}, ${language}`,
    );
  }

  /** A line where the board of the active file is another one. */
  board(text: string): void {
    if (text === this.#board) return;
    this.#board = text;
    this.channel.info(text);
  }

  /** Measures each request, and for each change how long its problems took. */
  middleware(): Middleware {
    const changed = new Map<string, number>();
    return {
      sendRequest: async (type, params, token, next) => {
        const began = performance.now();
        const method = typeof type === 'string' ? type : type.method;
        try {
          return await next(type, params, token);
        } finally {
          this.#took(method, performance.now() - began);
        }
      },
      didChange: (event, next) => {
        changed.set(event.document.uri.toString(), performance.now());
        return next(event);
      },
      handleDiagnostics: (uri, diagnostics, next) => {
        const began = changed.get(uri.toString());
        changed.delete(uri.toString());
        if (began !== undefined) this.#took(`${diagnostics.length} problems after a change`, performance.now() - began);
        next(uri, diagnostics);
      },
    };
  }

  #took(what: string, ms: number): void {
    const line = `${what}: ${ms.toFixed(1)} ms`;
    if (ms >= SLOW) this.channel.info(line);
    else this.channel.debug(line);
  }

  dispose(): void {
    this.channel.dispose();
  }
}
