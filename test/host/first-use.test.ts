// SPDX-License-Identifier: MIT
// What the status item, the picker and the settings of features ask the server for.
import { expect, test } from 'vitest';
import type { InitializeResult } from 'vscode-languageserver';
import { offered } from '#host/lsp/features/offered.ts';
import type { ActivityParams, BoardsResult } from '#host/lsp/protocol.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const FILES = {
  '/w/soc.dtsi': '/ { soc { }; };\n',
  '/w/a.dts': '/dts-v1/;\n#include "soc.dtsi"\n',
  '/w/b.dts': '/dts-v1/;\n#include "soc.dtsi"\n',
  '/w/b.dtso': '/dts-v1/;\n/plugin/;\n&{/soc} { };\n',
  '/w/dt-iommu.json': '{ "boards": [{ "name": "Board B", "file": "b.dts", "overlays": ["b.dtso"] }] }',
};
const SHARED = 'file:///w/soc.dtsi';
const textDocument = { uri: SHARED };

async function opened(initializationOptions: object): Promise<LanguageClient> {
  const client = new LanguageClient(new StaticFiles(FILES));
  await client.initialize({}, { initializationOptions });
  client.open(SHARED, FILES['/w/soc.dtsi']);
  return client;
}

const boards = (client: LanguageClient) => client.result<BoardsResult>('dtIommu/boards', { textDocument });

test('the board, why, what was assumed, its overlays, and what the project calls it', async () => {
  expect(await boards(await opened({}))).toMatchObject({
    board: 'file:///w/b.dts',
    reason: 'project',
    boards: ['file:///w/a.dts', 'file:///w/b.dts'],
    overlays: ['file:///w/b.dtso'],
    names: { 'file:///w/b.dts': 'Board B' },
    projectFile: 'file:///w/dt-iommu.json',
    // Nobody says what boots, and the tree has no word of it either.
    assumed: expect.arrayContaining(['kind', 'kernelVersion', 'kernelConfig', 'cmdline']),
  });
});

test('a board that was chosen in another session counts from the start', async () => {
  const client = await opened({ selectedBoards: { [SHARED]: 'file:///w/a.dts' } });
  expect(await boards(client)).toMatchObject({ board: 'file:///w/a.dts', reason: 'selected', overlays: [] });
  await client.result('dtIommu/selectBoard', { textDocument, board: null });
  expect(await boards(client)).toMatchObject({ reason: 'project' });
});

test.each([
  ['a board that is gone', { [SHARED]: 'file:///w/gone.dts' }],
  ['no board', { [SHARED]: 3 }],
  ['no object', 'file:///w/a.dts'],
])('remembered is %s: the best one is shown', async (_title, selectedBoards) => {
  expect(await boards(await opened({ selectedBoards }))).toMatchObject({ reason: 'project' });
});

test('who shows the board is told when the answer may be another one', async () => {
  const client = await opened({});
  await boards(client);
  client.notify('workspace/didChangeConfiguration', { settings: { devicetreeIommu: { platform: 'kvm' } } });
  expect(await client.notified('dtIommu/dmaMapChanged')).toEqual({ board: 'file:///w/b.dts' });
  const { platform, assumed } = await boards(client);
  expect(platform).toContain('as a KVM guest');
  expect(assumed).not.toContain('kind');
});

test('what the server does of its own accord is told to a client that shows it, and to no other', async () => {
  const [shows, other] = [await opened({ activity: true }), await opened({})];
  for (const client of [shows, other])
    await client.result('textDocument/hover', { textDocument, position: { line: 0, character: 0 } });
  const { doing } = (await shows.notified('dtIommu/activity')) as ActivityParams;
  expect(['index', 'boards']).toContain(doing[0]);
  expect(other.notifications.filter(({ method }) => method === 'dtIommu/activity')).toEqual([]);
});

test('what another extension does is not offered', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  const initializationOptions = { without: ['formatting', 'hover', 'constructor', 3] };
  const { capabilities } = (await client.initialize({}, { initializationOptions })) as InitializeResult;
  expect(capabilities).toMatchObject({ completionProvider: {}, codeActionProvider: {}, inlayHintProvider: true });
  for (const name of ['hoverProvider', 'documentFormattingProvider', 'documentOnTypeFormattingProvider']) {
    expect(capabilities).not.toHaveProperty(name);
  }
  expect(offered('hover')).toHaveProperty('hoverProvider');
  expect(Object.keys(offered(['completion', 'formatting', 'hover', 'navigation', 'semanticTokens'])).sort()).toEqual([
    'codeActionProvider',
    'codeLensProvider',
    'executeCommandProvider',
    'inlayHintProvider',
  ]);
});
