// SPDX-License-Identifier: MIT
// Requests of another shape than the protocol's get its own error, "invalid params", and change nothing.
import { expect, test } from 'vitest';
import type { InitializeResult } from 'vscode-languageserver';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const INVALID_PARAMS = -32602;
const NOT_INITIALIZED = -32002;

const textDocument = { uri: 'file:///a.dts' };
const position = { line: 0, character: 0 };
const range = { start: position, end: position };

const MALFORMED: [string, unknown, string][] = [
  ['textDocument/hover', null, 'object'],
  ['textDocument/hover', [], 'object'],
  ['textDocument/hover', {}, '"textDocument"'],
  ['textDocument/hover', { textDocument: null, position }, '"textDocument"'],
  ['textDocument/hover', { textDocument: { uri: 7 }, position }, '"textDocument"'],
  ['textDocument/hover', { textDocument }, '"position"'],
  ['textDocument/hover', { textDocument, position: { line: '0', character: 0 } }, '"position"'],
  ['textDocument/hover', { textDocument, position: { line: -1, character: 0 } }, '"position"'],
  ['textDocument/completion', { textDocument, position: { line: 0, character: 0.5 } }, '"position"'],
  ['textDocument/rangeFormatting', { textDocument, range: { start: position } }, '"range"'],
  ['textDocument/codeAction', { textDocument, range }, '"context"'],
  ['textDocument/rename', { textDocument, position }, '"newName"'],
  ['textDocument/selectionRange', { textDocument, positions: [null] }, '"positions"'],
  ['textDocument/semanticTokens/full/delta', { textDocument }, '"previousResultId"'],
  ['textDocument/diagnostic', {}, '"textDocument"'],
  ['workspace/symbol', {}, '"query"'],
  ['workspace/executeCommand', { command: 1 }, '"command"'],
  ['workspace/executeCommand', { command: 'dtIommu/explain', arguments: {} }, '"arguments"'],
  ['dtIommu/explain', { textDocument, position: 3 }, '"position"'],
  ['dtIommu/compare', { textDocument, with: {} }, '"with"'],
  ['dtIommu/whatIf', { textDocument }, '"wish"'],
  ['dtIommu/rule', { id: {} }, '"id"'],
];

test.each(MALFORMED)('%s with %j is refused', async (method, params, fault) => {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize();
  const { error } = await client.request(method, params);
  expect(error).toMatchObject({ code: INVALID_PARAMS, message: expect.stringContaining(fault) });
  expect(error?.message).toContain(method);
  expect(client.logged).toEqual([]);
});

test('what is optional may be left out', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize();
  client.open(textDocument.uri, '/dts-v1/;\n/ { };\n');
  expect((await client.request('dtIommu/explain', { textDocument })).error).toBeUndefined();
  expect((await client.request('dtIommu/selectBoard', { textDocument, board: null })).error).toBeUndefined();
});

test('every request that the server offers is checked', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  const { capabilities } = (await client.initialize({ textDocument: { diagnostic: {} } })) as InitializeResult;
  const offered = Object.keys(capabilities).flatMap((name) => METHODS[name] ?? []);
  expect(offered.length).toBeGreaterThan(12);
  for (const method of offered) expect((await client.request(method, null)).error?.code, method).toBe(INVALID_PARAMS);
});

const METHODS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [
    ...['hover', 'definition', 'typeDefinition', 'implementation', 'declaration', 'references', 'documentHighlight'],
    ...['documentSymbol', 'codeAction', 'codeLens', 'foldingRange', 'selectionRange', 'rename', 'inlayHint'],
    'diagnostic',
  ].map((name) => [`${name}Provider`, [`textDocument/${name}`]]),
);

test('a malformed initialize does not initialize, and a right one does afterwards', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  expect((await client.request('initialize', {})).error?.code).toBe(INVALID_PARAMS);
  expect((await client.request('textDocument/hover', {})).error?.code).toBe(NOT_INITIALIZED);
  expect(await client.initialize()).toHaveProperty('capabilities');
});
