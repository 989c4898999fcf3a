// SPDX-License-Identifier: MIT
// Completion and signature help over the protocol, with clients that can more or less.
import { expect, test } from 'vitest';
import type { CompletionItem, CompletionList, InitializeParams, SignatureHelp } from 'vscode-languageserver';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const TEXT =
  '/ { smmu: iommu@1 { #iommu-cells = <1>; };\nd { iom }; e { iommus = <& 1>; }; f { iommus = <&smmu >; }; };\n';
const uri = 'file:///board.dts';

async function client(completion: object, options: object = {}): Promise<LanguageClient> {
  const started = new LanguageClient(new StaticFiles({ '/board.dts': TEXT }));
  const capabilities = { textDocument: { completion } } as InitializeParams['capabilities'];
  await started.initialize(capabilities, { initializationOptions: options });
  started.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'dts', version: 1, text: TEXT } });
  return started;
}

const listAt = (server: LanguageClient, character: number): Promise<CompletionList> =>
  server.result('textDocument/completion', { textDocument: { uri }, position: { line: 1, character } });

const itemOf = ({ items }: CompletionList, label: string): CompletionItem | undefined =>
  items.find((item) => item.label === label);

test('with snippets, shared ranges and a command for the first hole', async () => {
  const server = await client(
    { completionItem: { snippetSupport: true }, completionList: { itemDefaults: ['editRange'] } },
    { suggestCommand: 'editor.action.triggerSuggest' },
  );
  const list = await listAt(server, 7);
  expect(list.itemDefaults?.editRange).toEqual({ start: { line: 1, character: 4 }, end: { line: 1, character: 7 } });
  expect(itemOf(list, 'iommus')).toMatchObject({
    textEditText: 'iommus = <&$1>;',
    insertTextFormat: 2,
    command: { command: 'editor.action.triggerSuggest' },
  });
});

test('without snippets the text up to the first hole, and no command', async () => {
  const item = itemOf(await listAt(await client({}), 7), 'iommus');
  expect(item?.textEdit).toMatchObject({ newText: 'iommus = <&' });
  expect(item?.insertTextFormat).toBeUndefined();
  expect(item?.command).toBeUndefined();
});

test('in the middle of a word: what stands before the cursor, and all of it, for editors that can replace', async () => {
  // `iom` behind `i`.
  const at = (from: number, to: number) => ({ start: { line: 1, character: from }, end: { line: 1, character: to } });
  const both = { insert: at(4, 5), replace: at(4, 7) };
  const ofItems = await listAt(await client({ completionItem: { insertReplaceSupport: true } }), 5);
  expect(itemOf(ofItems, 'iommus')?.textEdit).toMatchObject(both);
  const shared = { completionItem: { insertReplaceSupport: true }, completionList: { itemDefaults: ['editRange'] } };
  expect((await listAt(await client(shared), 5)).itemDefaults?.editRange).toEqual(both);
  expect(itemOf(await listAt(await client({}), 5), 'iommus')?.textEdit).toMatchObject({ range: at(4, 5) });
});

test('the documentation comes when it is asked for', async () => {
  const server = await client({});
  const item = itemOf(await listAt(server, 26), 'smmu');
  expect(item?.documentation).toBeUndefined();
  const resolved = await server.result<CompletionItem>('completionItem/resolve', item);
  expect(resolved.documentation).toMatchObject({ kind: 'markdown' });
  expect((resolved.documentation as { value: string }).value).toContain('/iommu@1');
});

test('signature help has the offsets of its parameters', async () => {
  const server = await client({});
  const character = TEXT.split('\n')[1]!.indexOf('&smmu ') + '&smmu '.length;
  const help = await server.result<SignatureHelp>('textDocument/signatureHelp', {
    textDocument: { uri },
    position: { line: 1, character },
  });
  expect(help.activeParameter).toBe(1);
  expect(help.signatures[0]?.parameters?.map(({ label }) => label)).toEqual([
    [9, 14],
    [15, 17],
  ]);
});
