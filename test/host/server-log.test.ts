// SPDX-License-Identifier: MIT
// A log and a blob over the protocol: the request, the command for other editors, the text of a blob as a document.
import { expect, test } from 'vitest';
import type { Hover } from 'vscode-languageserver';
import { ClientFiles } from '#host/lsp/client-files.ts';
import type { LogResult, TextResult } from '#host/lsp/protocol.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';
import { treeOf } from '#test/support/tree.ts';
import { writeBlob } from '#tree/blob/blob.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@20000 {
		compatible = "arm,smmu-v3";
		reg = <0x20000 0x20000>;
		#iommu-cells = <1>;
	};
	net: ethernet@3000 {
		compatible = "example,ethernet";
		reg = <0x3000 0x1000>;
		iommus = <&smmu 4>;
	};
};
`;
const LOG = `[ 1.0] arm-smmu-v3 20000.iommu: event: F_TRANSLATION client: 3000.ethernet sid: 0x4 ssid: 0x0 iova: 0x0 ipa: 0x0
[ 2.0] other words
`;
const URI = 'file:///w/board.dts';

test('a log is held against the document’s board, as a request and as a command', async () => {
  const client = new LanguageClient(new StaticFiles({ '/w/board.dts': BOARD }));
  const { capabilities } = (await client.initialize()) as { capabilities: { executeCommandProvider: object } };
  expect(capabilities.executeCommandProvider).toMatchObject({ commands: expect.arrayContaining(['dtIommu/log']) });
  const params = { textDocument: { uri: URI }, text: LOG };
  const { findings, text } = await client.result<LogResult>('dtIommu/log', params);
  expect(findings).toMatchObject([
    {
      topic: 'fault',
      iommu: '/iommu@20000',
      devices: [{ path: '/ethernet@3000', file: URI }],
      cause: { kind: 'null' },
    },
  ]);
  expect(text).toContain('device    /ethernet@3000 by iommus: stream ID 0x4 [board.dts:');
  const command = { command: 'dtIommu/log', arguments: [params] };
  expect(await client.result<string>('workspace/executeCommand', command)).toBe(text);
  expect(await client.result('workspace/executeCommand', { command: 'dtIommu/log', arguments: [{}] })).toBeNull();
  expect(await client.result('workspace/executeCommand', { command: 'dtIommu/log' })).toBeNull();
});

test('the text of a blob is a document like any other', async () => {
  const blob = writeBlob(treeOf(BOARD), { symbols: false });
  const files = new ClientFiles(async ({ texts, folders }) => ({
    texts: Object.fromEntries(texts.map((uri) => [uri, uri.endsWith('.dtb') ? blob : null])),
    folders: Object.fromEntries(folders.map((uri) => [uri, uri.endsWith('/w') ? ['board.dtb'] : null])),
  }));
  const client = new LanguageClient(files);
  await client.initialize();
  const { text } = await client.result<TextResult>('dtIommu/blob', { textDocument: { uri: 'file:///w/board.dtb' } });
  expect(text).toContain('ethernet@3000 {');
  expect(await client.result('dtIommu/blob', { textDocument: { uri: 'file:///w/none.dtb' } })).toBeNull();
  const uri = 'devicetree-blob://file/w/board.dtb';
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'dts', version: 1, text } });
  const line = text.split('\n').findIndex((each) => each.includes('ethernet@3000 {'));
  const hover = await client.result<Hover>('textDocument/hover', {
    textDocument: { uri },
    position: { line, character: 4 },
  });
  expect(JSON.stringify(hover.contents)).toContain('translated (`dma-iommu`, strict)');
  const symbols = await client.result<readonly unknown[]>('textDocument/documentSymbol', { textDocument: { uri } });
  expect(symbols.length).toBeGreaterThan(0);
  const range = { start: { line: 0, character: 0 }, end: { line: 20, character: 0 } };
  expect(
    await client.result('textDocument/codeAction', { textDocument: { uri }, range, context: { diagnostics: [] } }),
  ).toEqual([]);
});
