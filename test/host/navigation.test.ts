// SPDX-License-Identifier: MIT
// Highlights, selections, symbols and colours through the protocol.
import { expect, test } from 'vitest';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const URI = 'file:///board.dts';
const TEXT = '/dts-v1/;\n#define A 1\n/ {\n\tn = <&l A>;\n\tl: m { };\n};\n';
const textDocument = { uri: URI };

async function opened(): Promise<LanguageClient> {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize();
  client.open(URI, TEXT);
  return client;
}

test('highlights, implementations, selections and symbols have ranges', async () => {
  const client = await opened();
  const position = { line: 3, character: 8 };
  const at = { textDocument, position };
  expect(await client.result('textDocument/documentHighlight', at)).toEqual([
    { kind: 3, range: { start: { line: 4, character: 1 }, end: { line: 4, character: 2 } } },
    { kind: 2, range: { start: { line: 3, character: 6 }, end: { line: 3, character: 8 } } },
  ]);
  expect(await client.result('textDocument/implementation', at)).toEqual([
    { uri: URI, range: { start: { line: 4, character: 4 }, end: { line: 4, character: 5 } } },
  ]);
  const [selection] = await client.result<object[]>('textDocument/selectionRange', {
    textDocument,
    positions: [position],
  });
  expect(selection).toMatchObject({ range: { start: { line: 3, character: 7 } }, parent: { parent: { parent: {} } } });
  expect(await client.result('workspace/symbol', { query: 'm' })).toMatchObject([{ name: 'm', containerName: '/' }]);
});

test('colours: all, those of a range, and what an edit changed', async () => {
  const client = await opened();
  const full = await client.result<{ resultId: string; data: number[] }>('textDocument/semanticTokens/full', {
    textDocument,
  });
  const range = { start: { line: 4, character: 0 }, end: { line: 5, character: 0 } };
  const some = await client.result<{ data: number[] }>('textDocument/semanticTokens/range', { textDocument, range });
  expect(some.data.slice(0, 2)).toEqual([4, 1]);
  expect(some.data.slice(2)).toEqual(full.data.slice(-8));
  client.notify('textDocument/didChange', {
    textDocument: { uri: URI, version: 2 },
    contentChanges: [{ range: { start: { line: 4, character: 0 }, end: { line: 4, character: 0 } }, text: '\tq;\n' }],
  });
  const delta = await client.result<{ edits: { start: number; deleteCount: number; data: number[] }[] }>(
    'textDocument/semanticTokens/full/delta',
    { textDocument, previousResultId: full.resultId },
  );
  const after = [...full.data];
  for (const { start, deleteCount, data } of [...delta.edits].reverse())
    after.splice(start, deleteCount, ...(data ?? []));
  const again = await client.result<{ data: number[] }>('textDocument/semanticTokens/full', { textDocument });
  expect(after).toEqual(again.data);
  expect(delta.edits.flatMap(({ data }) => data ?? []).length).toBeLessThan(again.data.length);
});

test('hierarchies: an item leads on to those that need it, also after an edit', async () => {
  const client = await opened();
  const position = { line: 4, character: 1 };
  const [item] = await client.result<object[]>('textDocument/prepareCallHierarchy', { textDocument, position });
  expect(item).toMatchObject({ name: 'l', detail: '/m', uri: URI });
  client.notify('textDocument/didChange', {
    textDocument: { uri: URI, version: 2 },
    contentChanges: [{ range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } }, text: '\n' }],
  });
  expect(await client.result('callHierarchy/incomingCalls', { item })).toMatchObject([
    { from: { name: '/', detail: 'n · /' }, fromRanges: [{ start: { line: 4, character: 6 } }] },
  ]);
  const [root] = await client.result<object[]>('typeHierarchy/supertypes', { item });
  expect(root).toMatchObject({ name: '/' });
  expect(await client.result('callHierarchy/outgoingCalls', { item: root })).toMatchObject([{ to: { name: 'l' } }]);
  expect(await client.result('typeHierarchy/subtypes', { item: root })).toEqual([]);
});
