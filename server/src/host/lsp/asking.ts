// SPDX-License-Identifier: MIT
// What the server asks of its client: one that refuses, or answers nonsense, harms nobody but itself. A rejection that
// nobody takes would end the process.
import { type Connection, MessageType, ShowMessageNotification } from 'vscode-languageserver';
import type { AskSettings } from './settings.ts';

/** Told to the user. Not `window.showWarningMessage`: that is a request, whose refusal nobody would take. */
export function warn(connection: Connection, message: string): void {
  void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
}

/** Asked for the client's own sake. */
export function withoutAnswer(connection: Connection, request: Promise<unknown>): void {
  request.catch((error: unknown) => connection.console.error(`client: ${error}`));
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
