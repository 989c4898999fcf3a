// SPDX-License-Identifier: MIT
// The language server through its protocol: from initialize to an applied fix.
import { describe, expect, test } from 'vitest';
import type { CodeAction, Diagnostic, Hover, TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { ClientFiles } from '#host/lsp/client-files.ts';
import type {
  BoardsResult,
  DmaDetailsResult,
  DmaLanesResult,
  DmaMapResult,
  LendParams,
  TextResult,
} from '#host/lsp/protocol.ts';
import { pathOfUri } from '#host/lsp/uris.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const URI = 'file:///guest.dts';
const GUEST = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	hypervisor { compatible = "xen,xen-4.19", "xen,xen"; };
	virtio@1000 { compatible = "virtio,mmio"; reg = <0x1000 0x100>; dma-coherent; xen,backend-domid = <1>; };
};
`;
const textDocument = { uri: URI };
const at = { line: 5, character: 82 };

async function opened(capabilities = {}, options = {}): Promise<LanguageClient> {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize(capabilities, options);
  client.open(URI, GUEST);
  return client;
}

/** The document after the edits of one action. */
function edited(text: string, { edit }: CodeAction): string {
  const change = edit?.documentChanges?.[0] as { edits: TextEdit[] };
  return TextDocument.applyEdits(TextDocument.create(URI, 'dts', 1, text), change.edits);
}

const legacy = (items: readonly Diagnostic[]) => items.find((item) => item.code === 'xen-backend-domid-legacy');

test('diagnostics are pushed, with rule, page, source and data', async () => {
  const client = await opened({}, { initializationOptions: { rulePage: 'https://example.test/{id}' } });
  expect(legacy(await client.diagnostics(URI, 1))).toMatchObject({
    range: { start: { line: 5, character: 79 }, end: { line: 5 } },
    code: 'xen-backend-domid-legacy',
    codeDescription: { href: 'https://example.test/xen-backend-domid-legacy' },
    source: 'dt-iommu',
    data: { rule: 'xen-backend-domid-legacy', node: '/virtio@1000' },
  });
});

test('a client that pulls is not pushed to', async () => {
  const client = await opened({ textDocument: { diagnostic: {} } });
  const report = await client.result<{ kind: string; items: Diagnostic[] }>('textDocument/diagnostic', {
    textDocument,
  });
  expect(report.kind).toBe('full');
  expect(legacy(report.items)).toBeDefined();
  expect(client.published).toEqual([]);
});

test('a client that pulls, as our own could, is pushed to where it asks for that', async () => {
  const client = await opened(
    { textDocument: { diagnostic: {} } },
    { initializationOptions: { pushDiagnostics: true } },
  );
  expect(legacy(await client.diagnostics(URI, 1))).toBeDefined();
});

test('a hover has links to commands for our client, and for no other', async () => {
  const hoverOf = async (rulePage: string) => {
    const client = await opened({}, { initializationOptions: { rulePage } });
    return (await client.result<Hover>('textDocument/hover', { textDocument, position: at })).contents;
  };
  expect(await hoverOf('https://example.test/{id}')).not.toMatchObject({ value: expect.stringContaining('command:') });
  const given = encodeURIComponent(JSON.stringify([{ textDocument, node: '/virtio@1000', path: '/virtio@1000' }]));
  expect(await hoverOf('command:devicetreeIommu.showRule?%5B%22{id}%22%5D')).toMatchObject({
    value: expect.stringContaining(`[Explain](command:devicetreeIommu.explain?${given})`),
  });
});

test('hover, quick fix, and no problem after it', async () => {
  const client = await opened();
  const hover = await client.result<Hover>('textDocument/hover', { textDocument, position: at });
  expect(hover.contents).toMatchObject({
    kind: 'markdown',
    value: expect.stringMatching(/^\*\*virtio@1000 → all memory, no IOMMU\*\*/),
  });
  const params = { textDocument, range: { start: at, end: at }, context: { diagnostics: [], only: ['quickfix'] } };
  const [fix] = await client.result<CodeAction[]>('textDocument/codeAction', params);
  const change = fix?.edit?.documentChanges?.[0] as {
    textDocument: object;
    edits: { range: object; newText: string }[];
  };
  expect(change.textDocument).toEqual({ uri: URI, version: 1 });
  const contentChanges = [...change.edits].reverse().map(({ range, newText }) => ({ range, text: newText }));
  client.notify('textDocument/didChange', { textDocument: { uri: URI, version: 2 }, contentChanges });
  expect(legacy(await client.diagnostics(URI, 2))).toBeUndefined();
});

test('fix all is resolved where the client can', async () => {
  const client = await opened({ textDocument: { codeAction: { resolveSupport: { properties: ['edit'] } } } });
  const context = { diagnostics: [], only: ['source.fixAll'] };
  const [action] = await client.result<CodeAction[]>('textDocument/codeAction', {
    textDocument,
    range: { start: at, end: at },
    context,
  });
  expect(action).toMatchObject({ kind: 'source.fixAll.dtIommu' });
  expect(action?.edit).toBeUndefined();
  const resolved = await client.result<CodeAction>('codeAction/resolve', action);
  expect(edited(GUEST, resolved)).toContain('iommus = <&xen_iommu 1>;');
});

test('one rule that reports twice is repaired in the whole file from the light bulb', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize({ textDocument: { codeAction: { resolveSupport: { properties: ['edit'] } } } });
  const second = 'virtio@2000 { compatible = "virtio,mmio"; reg = <0x2000 0x100>; xen,backend-domid = <7>; };';
  const guest = GUEST.replace(/\};\n$/, `\t${second}\n};\n`);
  client.open(URI, guest);
  const params = { textDocument, range: { start: at, end: at }, context: { diagnostics: [], only: ['quickfix'] } };
  const actions = await client.result<CodeAction[]>('textDocument/codeAction', params);
  const all = actions.find(({ title }) => title === 'Fix all xen-backend-domid-legacy problems in this file');
  const resolved = await client.result<CodeAction>('codeAction/resolve', all);
  expect(edited(guest, resolved)).toMatch(/&xen_iommu 1>[\s\S]*&xen_iommu 7>/);
});

const REVIEWING = {
  textDocument: { codeAction: { resolveSupport: { properties: ['edit'] } } },
  workspace: { workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} } },
};

test.each(['file:///work', 'file:///work/', 'file:///'])(
  'one rule is repaired in all boards below %s, for a person to review first',
  async (rootUri) => {
    const shared = GUEST.replace('/dts-v1/;\n', '');
    const board = (name: string) => `/dts-v1/;\n#include "guest.dtsi"\n/ { model = "${name}"; };\n`;
    const client = new LanguageClient(
      new StaticFiles({
        '/work/a.dts': board('a'),
        '/work/b.dts': board('b'),
        '/work/guest.dtsi': shared,
        '/work/sub/alone.dts': GUEST,
        '/elsewhere/other.dts': GUEST,
      }),
    );
    await client.initialize(REVIEWING, { rootUri });
    const uri = 'file:///work/guest.dtsi';
    client.open(uri, shared);
    const position = { line: at.line - 1, character: at.character };
    const params = { textDocument: { uri }, range: { start: position, end: position } };
    const actions = await client.result<CodeAction[]>('textDocument/codeAction', {
      ...params,
      context: { diagnostics: [], only: ['quickfix'] },
    });
    expect(actions[0]?.title).toBe('Convert to iommus with xen,grant-dma (changes a.dts and b.dts)');
    const review = actions.find(({ title }) => title.startsWith('Review'));
    expect(review?.title).toBe('Review fixes of xen-backend-domid-legacy in the workspace…');
    const { edit } = await client.result<CodeAction>('codeAction/resolve', review);
    const changes = edit?.documentChanges as {
      textDocument: { uri: string; version: number | null };
      edits: object[];
    }[];
    const outside = rootUri === 'file:///' ? ['file:///elsewhere/other.dts null'] : [];
    const documents = changes.map(({ textDocument: { uri: file, version } }) => `${file} ${version}`);
    expect(documents.sort()).toEqual([...outside, `${uri} 1`, 'file:///work/sub/alone.dts null']);
    for (const each of changes.flatMap((change) => change.edits))
      expect(each).toHaveProperty('annotationId', 'dt-iommu');
    expect(edit?.changeAnnotations).toEqual({
      'dt-iommu': { label: `xen-backend-domid-legacy: ${changes.length} problems`, needsConfirmation: true },
    });
  },
);

test('looking for all boards shows its progress, the question of the status item does not', async () => {
  const client = await opened({ window: { workDoneProgress: true } });
  const found = await client.result<BoardsResult>('dtIommu/boards', { textDocument });
  expect(client.progress).toEqual([]);
  await client.result<BoardsResult>('dtIommu/boards', { textDocument, all: true });
  expect(found.board).toBe(URI);
  expect(client.progress).toMatchObject([{ kind: 'begin', title: expect.stringContaining('boards') }, { kind: 'end' }]);
});

test('positions count bytes for a client that wants UTF-8', async () => {
  const client = new LanguageClient(new StaticFiles({}));
  const result = await client.initialize({ general: { positionEncodings: ['utf-8', 'utf-16'] } });
  expect(result).toMatchObject({ capabilities: { positionEncoding: 'utf-8' } });
  const prefix = '/* ü€😀 */';
  client.open(URI, GUEST.replace('\tvirtio', `${prefix}virtio`));
  const found = legacy(await client.diagnostics(URI, 1));
  expect(found?.range.start.character).toBe(78 + Buffer.byteLength(prefix));
});

test('a cancelled request says so, and the server goes on', async () => {
  const client = await opened();
  const id = client.nextId;
  const answer = client.request('textDocument/hover', { textDocument, position: at });
  client.notify('$/cancelRequest', { id });
  expect((await answer).error?.code).toBe(-32800);
  expect(await client.result('textDocument/hover', { textDocument, position: at })).not.toBeNull();
});

test('of a burst of changes only the last version is published', async () => {
  const client = await opened();
  await client.diagnostics(URI, 1);
  const start = { line: 0, character: 0 };
  for (let version = 2; version <= 30; version++) {
    const contentChanges = [{ range: { start, end: start }, text: ' ' }];
    client.notify('textDocument/didChange', { textDocument: { uri: URI, version }, contentChanges });
  }
  await client.diagnostics(URI, 30);
  expect(client.published.length).toBeLessThan(10);
});

test('rule severities from the settings', async () => {
  const client = await opened();
  await client.diagnostics(URI, 1);
  client.published.length = 0;
  const settings = { devicetreeIommu: { rules: { 'xen-backend-domid-legacy': 'error' } } };
  client.notify('workspace/didChangeConfiguration', { settings });
  expect(legacy(await client.diagnostics(URI, 1))?.severity).toBe(1);
});

describe('boards of a shared file', () => {
  const files = {
    '/dts/a.dts': '/dts-v1/;\n#include "soc.dtsi"\n',
    '/dts/b.dts': '/dts-v1/;\n#include "soc.dtsi"\n',
    '/dts/soc.dtsi': '/ { };\n',
  };
  const shared = { uri: 'file:///dts/soc.dtsi' };

  test('are listed, and one is selected', async () => {
    const client = new LanguageClient(new StaticFiles(files));
    await client.initialize();
    client.open(shared.uri, files['/dts/soc.dtsi']);
    const boards = await client.result<BoardsResult>('dtIommu/boards', { textDocument: shared });
    expect(boards).toMatchObject({ board: 'file:///dts/a.dts', reason: 'nearest' });
    expect(boards.boards).toEqual(['file:///dts/a.dts', 'file:///dts/b.dts']);
    const board = 'file:///dts/b.dts';
    const selected = await client.result<BoardsResult>('dtIommu/selectBoard', { textDocument: shared, board });
    expect(selected).toMatchObject({ board, reason: 'selected' });
  });

  test('without a disk the client lends the files', async () => {
    const asked: string[] = [];
    const name = (uri: string) => uri.replace('web://mount', '');
    const lend = ({ texts, folders }: LendParams) => {
      asked.push(...texts);
      const inFolder = Object.keys(files).map((path) => path.replace('/dts/', ''));
      return {
        texts: Object.fromEntries(texts.map((uri) => [uri, files[name(uri) as keyof typeof files] ?? null])),
        folders: Object.fromEntries(folders.map((uri) => [uri, name(uri) === '/dts' ? inFolder : null])),
      };
    };
    const client = new LanguageClient(new ClientFiles(async (params) => lend(params)));
    await client.request('initialize', { processId: null, rootUri: 'web://mount', capabilities: {} });
    client.open('web://mount/dts/a.dts', files['/dts/a.dts']);
    const items = await client.diagnostics('web://mount/dts/a.dts', 1);
    expect(items.map((item) => item.code)).not.toContain('syntax/include-not-found');
    expect(asked).toContain('web://mount/dts/soc.dtsi');
  });

  test('a workspace that is the root of its file system keeps its path', async () => {
    const asked: string[] = [];
    const lend = async (params: LendParams) => {
      asked.push(...params.folders);
      return { texts: {}, folders: { 'web://mount/': ['Makefile'] } };
    };
    const lent = new ClientFiles(lend);
    const makefile = pathOfUri('web://mount/Makefile');
    expect(lent.isFile(makefile)).toBe(false);
    await lent.load();
    expect(asked).toEqual(['web://mount/']);
    expect(lent.isFile(makefile)).toBe(true);
  });
});

test('a problem of a shared file names the boards that show it, once the user pauses', async () => {
  const soc = `/ {
	smmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; status = "disabled"; };
	dma { compatible = "vendor,dma"; iommus = <&smmu 4>; };
};
`;
  const board = '/dts-v1/;\n#include "soc.dtsi"\n';
  const client = new LanguageClient(new StaticFiles({ '/soc.dtsi': soc, '/a.dts': board, '/b.dts': board }));
  await client.initialize();
  client.open('file:///soc.dtsi', soc);
  const boards = (items: readonly Diagnostic[]): string[] =>
    (items.find(({ code }) => code === 'iommus-target-disabled')?.relatedInformation ?? [])
      .filter(({ message }) => message.startsWith('seen from'))
      .map(({ location, message }) => `${message} ${location.uri}`);
  const [a, b] = ['seen from a.dts file:///a.dts', 'seen from b.dts file:///b.dts'];
  expect(boards(await client.diagnostics('file:///soc.dtsi', 1))).toEqual([a]);
  await expect
    .poll(() => boards(client.published.at(-1)?.diagnostics ?? []), { timeout: 5000, interval: 50 })
    .toEqual([a, b]);
});

test('the map of a board is asked for, and the client is told when it may be another one', async () => {
  const client = await opened();
  const found = await client.result<DmaMapResult>('dtIommu/dmaMap', { textDocument });
  expect(found).toMatchObject({ board: URI, problems: 1 });
  expect(found.outline.map(({ label }) => label)).toEqual(['Problems', 'Direct']);
  const device = found.outline[1]?.children[0];
  expect(device).toMatchObject({ path: '/virtio@1000', location: { uri: URI, range: { start: { line: 5 } } } });
  expect(found.text).toContain('\n1 device does DMA: 1 direct\n');
  client.notify('textDocument/didChange', {
    textDocument: { uri: URI, version: 2 },
    contentChanges: [{ text: GUEST.replace('xen,backend-domid = <1>;', '') }],
  });
  expect(await client.notified('dtIommu/dmaMapChanged')).toEqual({ board: URI });
});

test('the lanes of the map with their places; details with the reason that decides; the picture of what is seen', async () => {
  const board = `/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	one: crypto@11000 { compatible = "qcom,crypto-v5.1"; reg = <0x11000 0x1000>; iommus = <&smmu 0x70>; };
	two: mmc@12000 { compatible = "fsl,imx8mm-usdhc"; reg = <0x12000 0x1000>; };
};
`;
  const client = new LanguageClient(new StaticFiles({}));
  await client.initialize();
  client.open(URI, board);
  const { lanes, places, ...rest } = await client.result<DmaLanesResult>('dtIommu/dmaLanes', { textDocument });
  expect(rest).toMatchObject({ board: URI, platform: expect.stringContaining('Linux') });
  expect(lanes.lanes.map(({ label }) => label)).toEqual(['smmu', 'No IOMMU']);
  expect(places['/crypto@11000']).toMatchObject({ name: 'guest.dts:4', uri: URI, range: { start: { line: 3 } } });
  const asked = { textDocument, node: '/crypto@11000' };
  const { facts, reasons } = await client.result<DmaDetailsResult>('dtIommu/dmaDetails', asked);
  expect(facts).toContainEqual({ term: 'DMA ops', lines: ['dma-iommu'] });
  const deciding = reasons.filter(({ decides }) => decides);
  expect(deciding).toHaveLength(1);
  expect(deciding[0]).toMatchObject({ text: expect.stringContaining('`iommus` entry 0'), authority: /of_iommu_xlate/ });
  expect(deciding[0]?.places[0]).toMatchObject({ name: 'guest.dts:4', uri: URI });
  const iommu = await client.result<DmaDetailsResult>('dtIommu/dmaDetails', { textDocument, node: '/iommu@1000000' });
  expect(iommu.facts).toContainEqual({ term: 'Driver', lines: ['arm-smmu-v3'] });
  expect(await client.result('dtIommu/dmaDetails', { textDocument, node: '/nowhere' })).toBeNull();
  const only = { textDocument, only: ['/mmc@12000'] };
  const { text } = await client.result<TextResult>('dtIommu/dmaPicture', only);
  expect(text).toContain('>two</text>');
  expect(text).not.toContain('>one</text>');
});

test('problems of the project file are sent for that file', async () => {
  const client = new LanguageClient(
    new StaticFiles({ '/w/dt-iommu.json': '{ "rules": { "iommus-emtpy": "off" } }', '/w/guest.dts': GUEST }),
  );
  await client.initialize();
  client.open('file:///w/guest.dts', GUEST);
  for (const [problem] of [await client.diagnostics('file:///w/dt-iommu.json', 0)]) {
    expect(problem).toMatchObject({
      range: { start: { line: 0, character: 13 }, end: { line: 0, character: 27 } },
      severity: 2,
      code: 'project-file',
      message: 'No rule is called iommus-emtpy; the nearest is iommus-empty.',
    });
  }
});
