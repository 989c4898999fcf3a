// SPDX-License-Identifier: MIT
// Requests that change text, through the protocol.
import { expect, test } from 'vitest';
import type { TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const URI = 'file:///board.dts';
const options = { tabSize: 4, insertSpaces: true };
const textDocument = { uri: URI };

async function opened(text: string): Promise<LanguageClient> {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize();
  client.open(URI, text);
  return client;
}

function applied(text: string, edits: TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create(URI, 'dts', 1, text), edits);
}

test('a document, a range and a key are formatted, with tabs whatever the client says', async () => {
  const fixed = '/dts-v1/;\n/ {\n  /* é */a;\n  a=<1>;\n  b=<2>,\n<3>;\n};\n';
  const client = await opened(fixed);
  const edits = await client.result<TextEdit[]>('textDocument/formatting', { textDocument, options });
  expect(applied(fixed, edits)).toBe('/dts-v1/;\n/ {\n\t/* é */a;\n\ta = <1>;\n\tb = <2>,\n\t    <3>;\n};\n');
  const range = { start: { line: 3, character: 0 }, end: { line: 3, character: 4 } };
  const some = await client.result<TextEdit[]>('textDocument/rangeFormatting', { textDocument, range, options });
  expect(applied(fixed, some)).toBe(fixed.replace('  a=<1>', '\ta = <1>'));
  const position = { line: 5, character: 4 };
  const typed = await client.result<TextEdit[]>('textDocument/onTypeFormatting', {
    textDocument,
    position,
    ch: ';',
    options,
  });
  expect(applied(fixed, typed)).toBe(fixed.replace('  b=<2>,\n<3>', '\tb = <2>,\n\t    <3>'));
});
