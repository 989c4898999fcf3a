// SPDX-License-Identifier: MIT
// Entry of `dist/server-web.js`: the language server in a browser worker. The first message brings the grammar, and the
// texts of the user's language where there are any.
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { type GrammarBytes, loadGrammar } from '#syntax/parser.ts';
import { ClientFiles } from './lsp/client-files.ts';
import { shippedTexts } from './lsp/languages.ts';
import { checkingParams } from './lsp/params.ts';
import { lend } from './lsp/protocol.ts';
import { serve } from './lsp/server.ts';

/** What a worker's global scope has of a message port; the project has no DOM types. */
interface Port {
  onmessage: ((event: { readonly data: GrammarBytes & { readonly texts?: string } }) => void) | null;
  postMessage(message: unknown): void;
}

const port = globalThis as unknown as Port;

port.onmessage = ({ data }) => {
  // The connection listens from here on: the client's first request may already be on its way.
  const connection = createConnection(new BrowserMessageReader(port), new BrowserMessageWriter(port), checkingParams);
  const files = new ClientFiles((params) => connection.sendRequest(lend.method, params));
  const texts = async () => (data.texts === undefined ? undefined : shippedTexts(data.texts));
  serve(connection, { grammar: loadGrammar(data), files, texts });
  connection.listen();
};
