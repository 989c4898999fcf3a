// SPDX-License-Identifier: MIT
// Puts one of our pages into a panel: its script and style from `dist`, and nothing from anywhere else.
import * as vscode from 'vscode';
import { makeNonce, webviewPage } from '../../webview/html.ts';

export interface PageSource {
  /** Where the scripts and styles of pages are. */
  readonly folder: vscode.Uri;
  /** Of both files, without `.js` and `.css`. */
  readonly name: string;
  readonly title: string;
}

export function fillPage(webview: vscode.Webview, { folder, name, title }: PageSource): void {
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  webview.html = webviewPage({
    title,
    script: uri(`${name}.js`),
    style: uri(`${name}.css`),
    source: webview.cspSource,
    nonce: makeNonce(),
    language: vscode.env.language,
    texts: vscode.l10n.bundle,
  });
}
