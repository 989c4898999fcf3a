// SPDX-License-Identifier: MIT
// Web entry: starts the server in a worker, and lends it files, of which a worker has none.
import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { activateWith } from './client.ts';
import type { LendParams, LentFiles } from './protocol.ts';

export function activate(context: vscode.ExtensionContext): Promise<unknown> {
  const file = (name: string) => vscode.Uri.joinPath(context.extensionUri, 'dist', name);
  return activateWith(context, async (options) => {
    const [runtime, grammar] = await Promise.all(
      ['web-tree-sitter.wasm', 'tree-sitter-devicetree.wasm'].map((name) => vscode.workspace.fs.readFile(file(name))),
    );
    const worker = new Worker(file('server-web.js').toString(true));
    worker.postMessage({ runtime, grammar, texts: await translations(file) });
    const client = new LanguageClient('devicetreeIommu', 'Devicetree IOMMU', worker, options);
    client.onRequest('dtIommu/lend', lend);
    await client.start();
    return client;
  });
}

/** What the server says in the editor's language, where the extension has that. */
async function translations(file: (name: string) => vscode.Uri): Promise<string | undefined> {
  if (vscode.l10n.bundle === undefined) return undefined;
  const read = vscode.workspace.fs.readFile(file(`texts.${vscode.env.language}.json`));
  // Without the file the server is there, and says it in English.
  return read.then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );
}

async function lend({ texts, folders }: LendParams): Promise<LentFiles> {
  return {
    texts: Object.fromEntries(await Promise.all(texts.map(async (uri) => [uri, await readText(uri)]))),
    folders: Object.fromEntries(await Promise.all(folders.map(async (uri) => [uri, await readFolder(uri)]))),
  };
}

/** The text, or the bytes of what is no UTF-8: the server keeps them as they are. */
async function readText(uri: string): Promise<string | Uint8Array | null> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.parse(uri));
    const text = new TextDecoder().decode(bytes);
    return text.includes('\ufffd') ? bytes : text;
  } catch {
    return null;
  }
}

async function readFolder(uri: string): Promise<string[] | null> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri));
    return entries.map(([name, type]) => (type & vscode.FileType.Directory ? `${name}/` : name));
  } catch {
    return null;
  }
}
