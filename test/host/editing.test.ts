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

test('a label is renamed in every file; the reason of a refusal is the error', async () => {
  const files = {
    '/b/board.dts': '/dts-v1/;\n#include "soc.dtsi"\n&uart0 { };\n',
    '/b/soc.dtsi': '/ { uart0: uart { }; other: n { }; };\n',
  };
  const client = new LanguageClient(new StaticFiles(files));
  await client.initialize({}, { workspaceFolders: [{ uri: 'file:///b', name: 'b' }] });
  const uri = 'file:///b/board.dts';
  client.open(uri, files['/b/board.dts']);
  const place = { textDocument: { uri }, position: { line: 2, character: 3 } };
  expect(await client.result('textDocument/prepareRename', place)).toEqual({
    range: { start: { line: 2, character: 1 }, end: { line: 2, character: 6 } },
    placeholder: 'uart0',
  });
  const { documentChanges } = await client.result<{ documentChanges: { textDocument: object; edits: object[] }[] }>(
    'textDocument/rename',
    { ...place, newName: 'console' },
  );
  expect(documentChanges.map((change) => [change.textDocument, change.edits.length])).toEqual([
    [{ uri: 'file:///b/soc.dtsi', version: null }, 1],
    [{ uri, version: 1 }, 1],
  ]);
  expect((await client.request('textDocument/rename', { ...place, newName: 'other' })).error).toMatchObject({
    code: -32803,
    message: 'other is there already, in soc.dtsi.',
  });
  const nothing = { textDocument: { uri }, position: { line: 0, character: 0 } };
  expect((await client.request('textDocument/prepareRename', nothing)).error?.message).toMatch(/^Labels, macros/);
});
