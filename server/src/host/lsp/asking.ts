// SPDX-License-Identifier: MIT
// What the server asks of its client: one that refuses, or answers nonsense, harms nobody but itself. A rejection that
// nobody takes would end the process.
import {
  type ClientCapabilities,
  CodeLensRefreshRequest,
  type Connection,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver';
import { speaking } from '#base/language.ts';
import type { Session } from './server.ts';
import type { AskSettings } from './settings.ts';

/** Told to the user. Not `window.showWarningMessage`: that is a request, whose refusal nobody would take. */
export function warn(connection: Connection, message: string): void {
  void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
}

/** Asked for the client's own sake. */
export function withoutAnswer(connection: Connection, request: Promise<unknown>): void {
  request.catch((error: unknown) => connection.console.error(`client: ${error}`));
}

/** What the client shows beside problems is asked for anew. */
export function refreshViews(connection: Connection, { workspace = {} }: ClientCapabilities): void {
  const { semanticTokens, inlayHint } = connection.languages;
  if (workspace.semanticTokens?.refreshSupport) withoutAnswer(connection, semanticTokens.refresh());
  if (workspace.inlayHint?.refreshSupport) withoutAnswer(connection, inlayHint.refresh());
  if (workspace.codeLens?.refreshSupport)
    withoutAnswer(connection, connection.sendRequest(CodeLensRefreshRequest.type));
}

/** The settings of each folder; none from a client that promised an answer and refuses. */
export function settingsOfClient(connection: Connection, section: string): AskSettings {
  return async (scopes) => {
    try {
      return await connection.workspace.getConfiguration(scopes.map((each) => ({ ...each, section })));
    } catch (error) {
      connection.console.error(`configuration: ${error}`);
      return scopes.map(() => undefined);
    }
  };
}

/** Shows that something takes its time, where the client can show it. */
export type Progress = <T>(title: () => string, work: () => Promise<T>) => Promise<T>;

/** Shown while the work goes on, by a client that can show it. */
export async function withProgress<T>(
  connection: Connection,
  { client, texts }: Pick<Session, 'client' | 'texts'>,
  title: () => string,
  work: () => Promise<T>,
): Promise<T> {
  if (!client.window?.workDoneProgress) return work();
  const progress = await connection.window.createWorkDoneProgress().catch(() => undefined);
  if (!progress) return work();
  progress.begin(speaking(texts, title));
  try {
    return await work();
  } finally {
    progress.done();
  }
}
