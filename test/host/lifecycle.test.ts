// SPDX-License-Identifier: MIT
// The protocol's own answers: before `initialize`, after `shutdown`, and where a question could not be answered.
import { expect, test, vi } from 'vitest';
import type { Diagnostic, InitializeResult } from 'vscode-languageserver';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;
const NOT_INITIALIZED = -32002;

const URI = 'file:///a.dts';
const textDocument = { uri: URI };
const position = { line: 0, character: 0 };

test('before initialize nothing is answered', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  for (const method of ['textDocument/hover', 'dtIommu/boards', 'no/such']) {
    const { error } = await client.request(method, { textDocument, position });
    expect(error?.code, method).toBe(NOT_INITIALIZED);
  }
});

test('a second initialize is refused, and the first stays', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize();
  client.open(URI, '/dts-v1/;\n/ { };\n');
  const { error } = await client.request('initialize', { processId: null, rootUri: null, capabilities: {} });
  expect(error?.code).toBe(INVALID_REQUEST);
  expect(await client.result('textDocument/documentSymbol', { textDocument })).toHaveLength(1);
});

test('after shutdown requests are refused and notifications ignored', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize();
  client.open(URI, '/dts-v1/;\n/ { };\n');
  await client.result('shutdown', null);
  client.notify('textDocument/didClose', { textDocument });
  for (const method of ['textDocument/hover', 'dtIommu/tree', 'no/such', 'shutdown']) {
    const { error } = await client.request(method, { textDocument, position });
    expect(error?.code, method).toBe(INVALID_REQUEST);
  }
});

test('an unknown request is refused by name', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize();
  const { error } = await client.request('no/such', {});
  expect(error).toMatchObject({ code: METHOD_NOT_FOUND, message: expect.stringContaining('no/such') });
});

/** Files that cannot be read any more, as when a disk goes away in the middle. */
class Broken extends StaticFiles {
  broken = false;

  override read(path: string) {
    if (this.broken) throw new Error('the disk is gone');
    return super.read(path);
  }
}

const BOARD = '/dts-v1/;\n/ { a { b = <&none>; }; };\n';

test('a question that fails is an error, not "no problems"', async () => {
  const files = new Broken({});
  const client = new LanguageClient(files);
  await client.initialize({ textDocument: { diagnostic: {} } });
  client.open(URI, BOARD);
  const report = () => client.request('textDocument/diagnostic', { textDocument });
  expect(((await report()).result as { items: Diagnostic[] }).items).toHaveLength(1);
  files.broken = true;
  client.notify('textDocument/didChange', {
    textDocument: { uri: URI, version: 2 },
    contentChanges: [{ text: `${BOARD}#include "x.dtsi"\n` }],
  });
  expect((await report()).error).toMatchObject({ code: INTERNAL_ERROR, message: expect.stringContaining('disk') });
  expect((await client.request('textDocument/hover', { textDocument, position })).error?.code).toBe(INTERNAL_ERROR);
});

test('what was pushed stays when the next answer fails', async () => {
  const files = new Broken({});
  const client = new LanguageClient(files);
  await client.initialize();
  client.open(URI, BOARD);
  expect(await client.diagnostics(URI, 1)).toHaveLength(1);
  files.broken = true;
  const change = (version: number, text: string) =>
    client.notify('textDocument/didChange', { textDocument: { uri: URI, version }, contentChanges: [{ text }] });
  change(2, `${BOARD}#include "x.dtsi"\n`);
  // Its diagnostics are worked out of their own accord, a while after the change.
  await vi.waitFor(() => expect(client.logged.join('\n')).toContain('publish: '), { timeout: 20_000 });
  files.broken = false;
  change(3, '/dts-v1/;\n/ { };\n');
  expect(await client.diagnostics(URI, 3)).toEqual([]);
  expect(client.published.map(({ version }) => version)).toEqual([1, 3]);
});

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'a project file with a field named %s does not silence its folder',
  async (name) => {
    const files = new StaticFiles({ '/dt-iommu.json': `{ ${JSON.stringify(name)}: 1, "rules": {} }` });
    const client = new LanguageClient(files);
    await client.initialize();
    client.open(URI, BOARD);
    expect(await client.diagnostics(URI, 1)).toHaveLength(1);
  },
);

test('a client that refuses what it is asked loses nothing', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  client.refuses = true;
  const unhandled: unknown[] = [];
  const keep = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', keep);
  try {
    const workspace = {
      configuration: true,
      diagnostics: { refreshSupport: true },
      semanticTokens: { refreshSupport: true },
    };
    await client.initialize({ workspace, textDocument: { diagnostic: {} }, window: { workDoneProgress: true } });
    client.open(URI, '/dts-v1/;\n/ { };\n');
    client.notify('workspace/didChangeConfiguration', { settings: { devicetreeIommu: { includePaths: 3 } } });
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: URI, type: 2 }] });
    expect(await client.result('textDocument/documentSymbol', { textDocument })).toHaveLength(1);
    await client.result('dtIommu/boards', { textDocument, all: true });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.refused).toContain('workspace/configuration');
    expect(client.refused).toContain('workspace/diagnostic/refresh');
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', keep);
  }
});

test('settings that say nothing are complained of in a message, which needs no answer', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  client.refuses = true;
  await client.initialize();
  client.notify('workspace/didChangeConfiguration', { settings: { devicetreeIommu: { includePaths: 3 } } });
  await client.result('dtIommu/boards', { textDocument });
  expect(client.refused).toEqual([]);
  expect(client.shown).toHaveLength(1);
});

test('what the numbers of semantic tokens stand for is told once', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  const { capabilities } = (await client.initialize()) as InitializeResult;
  // LSP 3.17, SemanticTokenTypes and SemanticTokenModifiers; `label` is our own (package.json gives it a colour).
  expect(capabilities.semanticTokensProvider).toMatchObject({
    legend: { tokenTypes: ['struct', 'property', 'label', 'macro', 'comment'], tokenModifiers: ['declaration'] },
  });
});
