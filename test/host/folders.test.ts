// SPDX-License-Identifier: MIT
// Several workspace folders: each with its settings, coming and going, reviewed together.
import { describe, expect, test } from 'vitest';
import type { CodeAction, ConfigurationParams, Diagnostic, TextDocumentEdit } from 'vscode-languageserver';
import type { BoardsResult } from '#host/lsp/protocol.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const LEGACY = 'xen-backend-domid-legacy';
const GUEST = `/dts-v1/;
/ {
	compatible = "xen,xenvm";
	virtio { compatible = "virtio,mmio"; dma-coherent; xen,backend-domid = <1>; };
};
`;
const BOARD = '/dts-v1/;\n/ { compatible = "acme,board"; model = MODEL; };\n';

const CAPABILITIES = {
  textDocument: { diagnostic: {}, codeAction: { resolveSupport: { properties: ['edit'] } } },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    workspaceEdit: { changeAnnotationSupport: {} },
    diagnostics: { refreshSupport: true },
  },
};

interface Window {
  readonly client: LanguageClient;
  /** Adds and removes folders; resolves when the server has their settings. */
  change(added: readonly string[], removed?: readonly string[]): Promise<void>;
  problems(uri: string): Promise<string[]>;
}

type SettingsOf = (folder: string | undefined) => object;

async function opened(
  files: Record<string, string>,
  folders: readonly string[],
  settings: SettingsOf,
): Promise<Window> {
  const client = new LanguageClient(new StaticFiles(files));
  client.answers.set('workspace/configuration', (params) =>
    (params as ConfigurationParams).items.map(({ scopeUri }) => settings(scopeUri)),
  );
  let settled = () => {};
  const settling = () => new Promise<void>((resolve) => (settled = resolve));
  client.answers.set('workspace/diagnostic/refresh', () => settled());
  const first = settling();
  const workspaceFolders = folders.map((uri) => ({ uri, name: uri }));
  await client.initialize(CAPABILITIES, { workspaceFolders });
  await first;
  const problems = async (uri: string) => {
    const params = { textDocument: { uri } };
    const { items } = await client.result<{ items: Diagnostic[] }>('textDocument/diagnostic', params);
    return items.map(({ code }) => String(code));
  };
  const change = async (added: readonly string[], removed: readonly string[] = []) => {
    const next = settling();
    notifyChange(client, added, removed);
    await next;
  };
  return { client, problems, change };
}

const notifyChange = (client: LanguageClient, added: readonly string[], removed: readonly string[] = []) => {
  const folder = (uri: string) => ({ uri, name: uri });
  const event = { added: added.map(folder), removed: removed.map(folder) };
  client.notify('workspace/didChangeWorkspaceFolders', { event });
};

describe('settings', () => {
  test('of each folder judge its files; the innermost counts, and a file in none has those of the window', async () => {
    const levels: Record<string, string> = { 'file:///a': 'off', 'file:///a/inner': 'error', 'file:///b': 'error' };
    const { client, problems } = await opened({}, Object.keys(levels), (folder) => ({
      rules: { [LEGACY]: levels[folder ?? ''] ?? 'hint' },
    }));
    const severities: Record<string, number | undefined> = {};
    for (const uri of ['file:///a/x.dts', 'file:///a/inner/x.dts', 'file:///b/x.dts', 'file:///c/x.dts']) {
      client.open(uri, GUEST);
      await problems(uri);
      const report = await client.result<{ items: Diagnostic[] }>('textDocument/diagnostic', { textDocument: { uri } });
      severities[uri] = report.items.find(({ code }) => code === LEGACY)?.severity;
    }
    expect(severities).toEqual({
      'file:///a/x.dts': undefined,
      'file:///a/inner/x.dts': 1,
      'file:///b/x.dts': 1,
      'file:///c/x.dts': 4,
    });
  });

  test('have paths that count from their folder', async () => {
    const files = { '/a/inc/m.h': '#define MODEL "a"\n', '/b/inc/m.h': '#define MODEL "b"\n' };
    const { client, problems } = await opened(files, ['file:///a', 'file:///b'], () => ({ includePaths: ['inc'] }));
    for (const folder of ['a', 'b']) {
      const uri = `file:///${folder}/board.dts`;
      client.open(uri, `/dts-v1/;\n#include <m.h>\n${BOARD.slice(10)}`);
      expect(await problems(uri)).toEqual([]);
      const tree = await client.result<{ text: string }>('dtIommu/tree', { textDocument: { uri } });
      expect(tree.text).toContain(`model = "${folder}"`);
    }
  });

  test('that name no kernel configuration are told', async () => {
    const client = new LanguageClient(new StaticFiles({ '/a/letter': 'Dear Sir,\n' }));
    client.answers.set('workspace/configuration', (params) =>
      (params as ConfigurationParams).items.map(() => ({ kernelConfig: 'letter' })),
    );
    await client.initialize(CAPABILITIES, { workspaceFolders: [{ uri: 'file:///a', name: 'a' }] });
    client.open('file:///a/x.dts', GUEST);
    await expect.poll(() => client.shown).toHaveLength(1);
    expect(client.shown[0]).toMatch(/`devicetreeIommu\.kernelConfig`: \/a\/letter has no `CONFIG_…` line/);
  });
});

describe('folders that come and go', () => {
  test('bring their settings and take them away', async () => {
    const { client, problems, change } = await opened({}, ['file:///a'], (folder) =>
      folder === 'file:///b' ? { rules: { [LEGACY]: 'off' } } : {},
    );
    const uri = 'file:///b/guest.dts';
    client.open(uri, GUEST);
    expect(await problems(uri)).toContain(LEGACY);
    await change(['file:///b']);
    expect(await problems(uri)).not.toContain(LEGACY);
    await change([], ['file:///b']);
    expect(await problems(uri)).toContain(LEGACY);
  });

  test('of a new file system are served while they are open', async () => {
    const { client, problems, change } = await opened({}, ['file:///a'], () => ({}));
    const uri = 'vscode-vfs://github/linux/guest.dts';
    client.open(uri, GUEST);
    expect(await problems(uri)).toEqual([]);
    await change(['vscode-vfs://github/linux']);
    expect(await problems(uri)).toContain(LEGACY);
    await change([], ['vscode-vfs://github/linux']);
    expect(await problems(uri)).toEqual([]);
  });

  test('take their problems with them where the client is pushed to', async () => {
    const client = new LanguageClient(new StaticFiles({}));
    const folder = { uri: 'vscode-vfs://github/linux', name: 'linux' };
    await client.initialize({ workspace: { workspaceFolders: true } }, { workspaceFolders: [folder] });
    const uri = `${folder.uri}/guest.dts`;
    client.open(uri, GUEST);
    expect((await client.diagnostics(uri, 1)).map(({ code }) => code)).toContain(LEGACY);
    notifyChange(client, [], [folder.uri]);
    await expect.poll(() => client.published.findLast((each) => each.uri === uri)?.diagnostics).toEqual([]);
  });
});

test('a rule is repaired in the boards of all folders, and in those of no other', async () => {
  const files = { '/a/one.dts': GUEST, '/b/two.dts': GUEST, '/c/three.dts': GUEST };
  const { client, problems } = await opened(files, ['file:///a', 'file:///b'], () => ({}));
  client.open('file:///b/two.dts', GUEST);
  await problems('file:///b/two.dts');
  const textDocument = { uri: 'file:///b/two.dts' };
  const at = { line: 3, character: 56 };
  const actions = await client.result<CodeAction[]>('textDocument/codeAction', {
    textDocument,
    range: { start: at, end: at },
    context: { diagnostics: [] },
  });
  const review = actions.find(({ title }) => title.startsWith(`Review fixes of ${LEGACY}`));
  const { edit } = await client.result<CodeAction>('codeAction/resolve', review);
  const changed = ((edit?.documentChanges ?? []) as TextDocumentEdit[]).map((each) => each.textDocument.uri);
  expect(changed.sort()).toEqual(['file:///a/one.dts', 'file:///b/two.dts']);
});

describe('a shared file belongs to the board that is open', () => {
  const SOC = '/ { soc { }; };\n';
  const including = '/dts-v1/;\n#include "soc.dtsi"\n';

  test.each([
    ['another board includes it too', { '/p/a.dts': including }],
    ['no other board includes it', {}],
    ['the include leads through a third file', { '/p/mid.dtsi': '#include "soc.dtsi"\n' }],
  ])('also after its include was gone and came back: %s', async (_, others) => {
    const through = '/p/mid.dtsi' in others ? 'mid.dtsi' : 'soc.dtsi';
    const text = `/dts-v1/;\n#include "${through}"\n`;
    const { client } = await opened({ '/p/soc.dtsi': SOC, ...others }, ['file:///p'], () => ({}));
    client.open('file:///p/open.dts', text);
    client.open('file:///p/soc.dtsi', SOC);
    const boardOf = async () => {
      const params = { textDocument: { uri: 'file:///p/soc.dtsi' } };
      const { board, reason } = await client.result<BoardsResult>('dtIommu/boards', params);
      return `${board} ${reason}`;
    };
    const write = (version: number, content: string) =>
      client.notify('textDocument/didChange', {
        textDocument: { uri: 'file:///p/open.dts', version },
        contentChanges: [{ text: content }],
      });
    expect(await boardOf()).toBe('file:///p/open.dts open');
    write(2, '/dts-v1/;\n');
    expect(await boardOf()).not.toMatch(/open$/);
    write(3, text);
    expect(await boardOf()).toBe('file:///p/open.dts open');
  });
});
