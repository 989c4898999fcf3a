// SPDX-License-Identifier: MIT
// Which documents the server is asked about, and how they are named.
import * as vscode from 'vscode';
import type { Running } from './running.ts';
import { BLOB_SCHEME } from './views/blobs.ts';

/** `devicetree` is what other extensions call the same language. */
export const LANGUAGES = ['dts', 'devicetree'];

/**
 * Files, untitled texts, and the file systems of the workspace's folders. Other schemes are read-only texts beside a
 * file, as Git, the timeline and merge editors show them, or answers of this server: they are no questions to it.
 */
export function servedSchemes(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [...new Set(['file', 'untitled', BLOB_SCHEME, ...folders.map(({ uri }) => uri.scheme)])];
}

export function isServed({ languageId, uri }: vscode.TextDocument): boolean {
  return LANGUAGES.includes(languageId) && servedSchemes().includes(uri.scheme);
}

export function activeDocument(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document && isServed(document) ? document : undefined;
}

/**
 * The device tree that a command is about: the active one, else one that is open and comes to the front, for a command
 * may have been chosen in another page. `undefined`: none is open, and the user was told so.
 */
export async function editorAtHand(): Promise<vscode.TextEditor | undefined> {
  const { activeTextEditor: active } = vscode.window;
  if (active && isServed(active.document)) return active;
  const visible = vscode.window.visibleTextEditors.find(({ document }) => isServed(document));
  const document = visible?.document ?? openDocuments()[0];
  if (document) return vscode.window.showTextDocument(document, visible?.viewColumn);
  void vscode.window.showInformationMessage(vscode.l10n.t('Open a device tree first.'));
  return undefined;
}

/** Device trees that are open, visible ones first. */
export function openDocuments(): vscode.TextDocument[] {
  const visible = vscode.window.visibleTextEditors.map((editor) => editor.document);
  return [...visible, ...vscode.workspace.textDocuments].filter(isServed);
}

export function identifier(document: vscode.TextDocument): { readonly uri: string } {
  return { uri: document.uri.toString() };
}

/** Paths of the nodes of a board around the cursor, the innermost first; none in a file that the board does not read. */
export async function nodesAt(
  running: Running,
  board: string,
  { document, selection }: vscode.TextEditor,
): Promise<readonly string[]> {
  const params = { textDocument: { uri: board }, file: document.uri.toString(), position: selection.active };
  const found = await running
    .request<{ readonly paths: readonly string[] }>('dtIommu/nodesAt', params)
    .catch(() => null);
  return found?.paths ?? [];
}

/** The name of a file, as people read it. */
export function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}

/** Below the workspace's folder, as the explorer shows it. */
export function pathOf(uri: string): string {
  return vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
}
