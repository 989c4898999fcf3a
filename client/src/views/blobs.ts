// SPDX-License-Identifier: MIT
// Device tree blobs: opening one shows the text that it decompiles to, read-only, served like any other device tree.
import * as vscode from 'vscode';
import type { TextResult } from '../protocol.ts';
import type { Running } from '../running.ts';

/** Scheme of the texts; their authority is the scheme of the blob (and its authority behind a `+`), the path is the blob's. */
export const BLOB_SCHEME = 'devicetree-blob';

/** As package.json has it. */
const VIEW_TYPE = 'devicetreeIommu.blob';

export class Blobs
  implements vscode.TextDocumentContentProvider, vscode.CustomReadonlyEditorProvider, vscode.Disposable
{
  readonly #running: Running;
  readonly #registered: vscode.Disposable;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;

  constructor(running: Running) {
    this.#running = running;
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{dtb,dtbo}');
    this.#registered = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(BLOB_SCHEME, this),
      vscode.window.registerCustomEditorProvider(VIEW_TYPE, this),
      vscode.commands.registerCommand('devicetreeIommu.openBlob', (uri?: vscode.Uri) => uri && showText(uri)),
      watcher,
      watcher.onDidChange((uri) => this.#changed.fire(textUri(uri))),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const textDocument = { uri: blobUri(uri).toString() };
    const found = await this.#running.request<TextResult>('dtIommu/blob', { textDocument });
    return found?.text ?? `/* ${vscode.l10n.t('This file cannot be read, or is not a device tree blob.')} */\n`;
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  /** The text takes the place of the editor that VS Code opened for the blob. */
  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const column = panel.viewColumn;
    panel.webview.html = `<p>${vscode.l10n.t('The text of this device tree blob opens beside it.')}</p>`;
    await showText(uri, column);
    panel.dispose();
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
  }
}

async function showText(uri: vscode.Uri, viewColumn?: vscode.ViewColumn): Promise<void> {
  const document = await openText(uri);
  await vscode.window.showTextDocument(document, { ...(viewColumn !== undefined && { viewColumn }), preview: false });
}

/** The document with the text of a blob; the server knows it from then on. */
export async function openText(blob: vscode.Uri): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(textUri(blob));
  return vscode.languages.setTextDocumentLanguage(document, 'dts');
}

export function isBlob({ path }: vscode.Uri): boolean {
  return /\.dtbo?$/.test(path);
}

function textUri({ scheme, authority, path }: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({
    scheme: BLOB_SCHEME,
    authority: authority === '' ? scheme : `${scheme}+${authority}`,
    path,
  });
}

function blobUri({ authority, path }: vscode.Uri): vscode.Uri {
  const [scheme = 'file', ...rest] = authority.split('+');
  return vscode.Uri.from({ scheme, authority: rest.join('+'), path });
}
