// SPDX-License-Identifier: MIT
// The resolved tree, the page of a device and comparisons through the protocol: they follow what is typed.
import { expect, test } from 'vitest';
import type {
  DmaDetailsResult,
  DmaLanesResult,
  OverlaysResult,
  PageResult,
  ResolvedTreeResult,
  TextResult,
  WhatIfResult,
} from '#host/lsp/protocol.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const SOC = `#define STREAM 0x10
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	eth: ethernet@2000000 {
		compatible = "fsl,imx6q-fec";
		reg = <0x2000000 0x1000>;
		iommus = <&smmu STREAM>;
	};
};
`;
const BOARD = '/dts-v1/;\n#include "soc.dtsi"\n&eth {\n};\n';
const OVERLAY = '/dts-v1/;\n/plugin/;\n&eth { dma-coherent; };\n';
const PROJECT = JSON.stringify({ boards: [{ file: 'a.dts', overlays: ['with.dtso'] }] });
const URI = 'file:///a.dts';
const textDocument = { uri: URI };

async function opened(): Promise<LanguageClient> {
  const files = {
    '/soc.dtsi': SOC,
    '/a.dts': BOARD,
    '/b.dts': BOARD,
    '/with.dtso': OVERLAY,
    '/dt-iommu.json': PROJECT,
  };
  const client = new LanguageClient(new StaticFiles(files));
  await client.initialize();
  client.open(URI, BOARD);
  return client;
}

function type(client: LanguageClient, text: string): Promise<unknown> {
  client.notify('textDocument/didChange', {
    textDocument: { uri: URI, version: 2 },
    contentChanges: [{ text: BOARD.replace('};\n', `${text}\n};\n`) }],
  });
  return client.notified('dtIommu/dmaMapChanged');
}

test('the resolved tree: where each line was set, its hovers, and another one after a key', async () => {
  const client = await opened();
  const tree = await client.result<ResolvedTreeResult>('dtIommu/resolvedTree', { textDocument });
  const lines = tree.text.split('\n');
  const line = lines.findIndex((each) => each.includes('iommus = '));
  expect(lines[line]).toBe('\t\tiommus = <&smmu 0x10 /* STREAM */>; /* soc.dtsi:9 */');
  const [place, ...others] = tree.places.filter((each) => each.line === line);
  expect(others).toEqual([]);
  expect(lines[line]?.slice(place?.start, place?.end)).toBe('soc.dtsi:9');
  expect(tree.files[place?.file ?? -1]).toBe('file:///soc.dtsi');
  expect([place?.position, place?.until]).toEqual([{ line: 8, character: 2 }, 8]);
  const hover = { textDocument, position: { line, character: 4 }, line: lines[line] };
  expect((await client.result<TextResult>('dtIommu/resolvedHover', hover)).text).toContain(
    '**eth → smmu, stream `0x10`**',
  );
  expect(await type(client, '\tiommus = <&smmu 7>;')).toEqual({ board: URI });
  expect(await client.result('dtIommu/resolvedHover', hover)).toBeNull();
  const next = await client.result<ResolvedTreeResult>('dtIommu/resolvedTree', { textDocument });
  expect(next.text.split('\n')[line]).toBe('\t\tiommus = <&smmu 0x7>; /* a.dts:4 */');
});

test('each change is told, also when what was told before was not asked for', async () => {
  const client = await opened();
  await client.result<ResolvedTreeResult>('dtIommu/resolvedTree', { textDocument });
  await type(client, '\tiommus = <&smmu 7>;');
  client.notifications.length = 0;
  expect(await type(client, '\tiommus = <&smmu 8>;')).toEqual({ board: URI });
});

test('the page of a device has a link for each place, and follows what is typed', async () => {
  const client = await opened();
  const ask = () => client.result<PageResult>('dtIommu/explainPage', { textDocument, node: '&eth' });
  const { markdown, boards } = await ask();
  expect(boards).toEqual([URI]);
  // The verdict, the reason that decides with its place and function, then the facts.
  expect(markdown).toContain(`**DMA: translated by the IOMMU, strict invalidation**

\`iommus\` entry 0 names \`/iommu@1000000\`, which has the driver arm-smmu-v3: stream ID 0x10. ([soc.dtsi:9](file:///soc.dtsi#L9))  
*Linux 7.3 drivers/iommu/of_iommu.c:of_iommu_xlate*

- DMA operations: \`dma-iommu\`
`);
  expect(await type(client, '\t/delete-property/ iommus;')).toEqual({ board: URI });
  expect((await ask()).markdown).toContain('direct DMA, no IOMMU');
  const gone = await client.result<PageResult>('dtIommu/explainPage', { textDocument, node: '&no`where' });
  expect(gone.markdown).toBe("# `&no'where`\n\nThe board has no such node now.");
});

test('a board is compared with another one, and without its overlay', async () => {
  const client = await opened();
  const overlays = await client.result<OverlaysResult>('dtIommu/overlays', { textDocument });
  expect(overlays).toEqual({ board: URI, applied: ['file:///with.dtso'], known: [] });
  const other = await client.result<PageResult>('dtIommu/compare', {
    textDocument,
    with: { textDocument: { uri: 'file:///b.dts' } },
  });
  expect(other.boards).toEqual([URI, 'file:///b.dts']);
  expect(other.markdown).toContain('# A: a.dts + with.dtso, B: b.dts');
  expect(other.markdown).toContain(
    '`/ethernet@2000000` `dma-coherent`: only in A · [with.dtso:3](file:///with.dtso#L3)',
  );
  const without = await client.result<PageResult>('dtIommu/compare', {
    textDocument,
    overlays: [],
    with: { textDocument },
  });
  expect(without.markdown).toContain('# A: a.dts, B: a.dts + with.dtso');
  expect(without.markdown).toContain('`dma-coherent`: only in B');
  const nothing = await client.result('dtIommu/compare', {
    textDocument,
    with: { textDocument: { uri: 'file:///no.dts' } },
  });
  expect(nothing).toBeNull();
});

test('the map, the details, the picture, the boot order and the page on another platform', async () => {
  const client = await opened();
  const eth = '/ethernet@2000000';
  const ask = <R>(method: string, on?: string) =>
    client.result<R>(method, { textDocument, node: eth, ...(on !== undefined && { on }) });
  const mapOn = async (on?: string) => {
    const map = await ask<DmaLanesResult>('dtIommu/dmaLanes', on);
    const lane = map.lanes.lanes[0];
    const item = [...(lane?.items ?? []), ...(lane?.frames ?? []).flatMap(({ items }) => items)][0];
    return { platform: map.platform, card: item && 'card' in item ? item.card : undefined };
  };
  const own = await mapOn();
  expect(own.card).toMatchObject({ way: 'translated', was: null });
  expect(await mapOn('')).toEqual(own);
  const passed = await mapOn('iommu.passthrough=1');
  expect(passed.card).toMatchObject({ way: 'identity', was: expect.stringContaining('translated (dma-iommu)') });
  expect(passed.platform).toContain('booted with iommu.passthrough=1');
  const details = await ask<DmaDetailsResult>('dtIommu/dmaDetails', 'iommu.passthrough=1');
  expect(JSON.stringify(details)).toContain('iommu_subsys_init');
  expect(JSON.stringify(await ask('dtIommu/dmaPicture', 'iommu.passthrough=1'))).toContain('iommu.passthrough=1');
  expect((await ask<PageResult>('dtIommu/explainPage', '6.6')).markdown).toContain('*On Linux 6.6 on arm64');
  expect(await ask('dtIommu/bootOrder', '6.6')).toMatchObject({ name: 'eth' });
  const passedThrough = 'behind the IOMMU, passed through untranslated';
  // Of the other platform, not of the board's own.
  const wish = { textDocument, on: 'iommu.passthrough=1', wish: 'iommu.passthrough=0' };
  expect(await client.result<WhatIfResult>('dtIommu/whatIf', wish)).toMatchObject({
    rows: [{ alike: expect.arrayContaining([expect.objectContaining({ before: passedThrough })]) }],
  });
  expect(await ask('dtIommu/dmaLanes', 'no ä platform')).toBeNull();
});

test('the nodes around a place in any file of the board', async () => {
  const client = await opened();
  const ask = async (file: string, line: number, character = 0) =>
    (await client.result<{ paths: string[] }>('dtIommu/nodesAt', { textDocument, file, position: { line, character } }))
      .paths;
  expect(await ask('file:///soc.dtsi', 7)).toEqual(['/ethernet@2000000', '/']);
  expect(await ask(URI, 2, 4)).toEqual(['/ethernet@2000000', '/']);
  expect(await ask('file:///soc.dtsi', 4, 40)).toEqual(['/iommu@1000000', '/']);
  expect(await ask(URI, 0)).toEqual([]);
  expect(await ask('file:///b.dts', 2, 4)).toEqual([]);
});

test('another .config, by URI or from the board, and why it is not taken', async () => {
  const files = {
    '/a.dts': `/dts-v1/;\n${SOC}`,
    '/k/my config': 'CONFIG_MODULES=y\n# CONFIG_ARM_SMMU_V3 is not set\n',
  };
  const client = new LanguageClient(new StaticFiles(files));
  await client.initialize();
  client.open(URI, files['/a.dts']);
  const ask = (wish: string) => client.result<WhatIfResult>('dtIommu/whatIf', { textDocument, wish });
  for (const wish of ['kernel-config=file:///k/my%20config', 'kernel-config=k/my%20config']) {
    const found = await ask(wish);
    if (wish.includes('file:')) {
      expect(JSON.stringify(found)).toContain('"after":"waits, then direct DMA without the IOMMU"');
    } else expect(found).toEqual({ refused: 'k/my%20config does not exist; correct the path.' });
  }
  expect(await ask('kernel-config=a.dts')).toEqual({
    refused: expect.stringContaining('a.dts has no `CONFIG_…` line'),
  });
});
