// SPDX-License-Identifier: MIT
// The tab size of files that a window opens with: VS Code gives them theirs before it knows of the defaults that an
// extension contributes, and does not always come back to it.
import * as vscode from 'vscode';
import { LANGUAGES } from './documents.ts';

/** Each document once, when it is first in sight: what the user chooses for it afterwards stays. */
export function tabSizeOfFirstFiles(): vscode.Disposable {
  const seen = new WeakSet<vscode.TextDocument>();
  const mend = (editors: readonly vscode.TextEditor[]) => {
    for (const editor of editors) {
      if (!LANGUAGES.includes(editor.document.languageId) || seen.has(editor.document)) continue;
      seen.add(editor.document);
      const wanted = tabSizeFor(editor);
      if (wanted !== undefined) editor.options = { ...editor.options, tabSize: wanted };
    }
  };
  mend(vscode.window.visibleTextEditors);
  return vscode.window.onDidChangeVisibleTextEditors(mend);
}

/** `undefined`: it is right. Spaces were counted in the text; only the width of a tab is a matter of settings. */
function tabSizeFor({ document, options }: vscode.TextEditor): number | undefined {
  const settings = vscode.workspace.getConfiguration('editor', document);
  const wanted = settings.get<number>('tabSize');
  // What counts without a word from us is all that is mended.
  const usual = settings.inspect<number>('tabSize')?.defaultValue;
  return options.insertSpaces === false && options.tabSize === usual && wanted !== usual ? wanted : undefined;
}
