// SPDX-License-Identifier: MIT
// A Xen system over the protocol: a problem of the partial tree is repaired in the host, which nobody has open.
import { expect, test } from 'vitest';
import type { CodeAction, Diagnostic, TextDocumentEdit, TextEdit } from 'vscode-languageserver';
import { parseFixture } from '#test/support/fixture.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';
import { instead, SYSTEM } from '#test/support/xen-boards.ts';

const UNMARKED = instead(SYSTEM, { 'iommus = <&smmu 0x870>;\n\t\t\txen,passthrough;': 'iommus = <&smmu 0x870>;' });
const PROJECT = {
  boards: [{ file: 'host.dts', domains: [{ node: '/chosen/domU2', deviceTree: 'domU2.dts' }] }],
};

test('the code action edits the host', async () => {
  const texts = Object.fromEntries([...parseFixture(UNMARKED).files].map(([path, text]) => [`/w${path}`, text]));
  const client = new LanguageClient(new StaticFiles({ ...texts, '/w/dt-iommu.json': JSON.stringify(PROJECT) }));
  await client.initialize({ textDocument: { diagnostic: {} } });
  const uri = 'file:///w/domU2.dts';
  client.notify('textDocument/didOpen', {
    textDocument: { uri, languageId: 'dts', version: 1, text: texts['/w/domU2.dts'] },
  });
  const { items } = await client.result<{ items: Diagnostic[] }>('textDocument/diagnostic', { textDocument: { uri } });
  const problem = items.find(({ code }) => code === 'xen-path-not-marked')!;
  expect(problem.relatedInformation?.map(({ location }) => location.uri)).toEqual(['file:///w/host.dts']);
  const actions = await client.result<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: problem.range,
    context: { diagnostics: [problem] },
  });
  const fix = actions.find(({ title }) => title === 'Add xen,passthrough in the host tree')!;
  const [change, ...more] = (fix.edit?.documentChanges ?? []) as TextDocumentEdit[];
  expect(more).toEqual([]);
  expect(change?.textDocument).toEqual({ uri: 'file:///w/host.dts', version: null });
  const [edit] = change!.edits as TextEdit[];
  expect(edit?.newText).toBe('\n\t\t\txen,passthrough;');
  const lines = texts['/w/host.dts']!.split('\n');
  const { line, character } = edit!.range.start;
  expect(lines[line]?.slice(0, character)).toBe('\t\t\tiommus = <&smmu 0x870>;');
});
