// SPDX-License-Identifier: MIT
// The server in the language of its client, and English where there is no translation, side by side in one process.
import { expect, test } from 'vitest';
import { languageOf } from '#host/lsp/languages.ts';
import type { DmaDetailsResult, DmaLanesResult, DmaMapResult, PageResult, WhatIfResult } from '#host/lsp/protocol.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	eth: ethernet@2000000 {
		compatible = "fsl,imx6q-fec";
		reg = <0x2000000 0x1000>;
		iommus = <&smmu 0x10>;
		dma-coherent;
		status = "okay";
	};
	usb: usb@3000000 { compatible = "snps,dwc3"; reg = <0x3000000 0x1000>; iommus = <&off 1>; };
	off: iommu@4000000 { compatible = "arm,smmu-v3"; reg = <0x4000000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
};
&eth { status = "disabled"; };
&eth { status = "okay"; };
`;
const URI = 'file:///board.dts';
const textDocument = { uri: URI };
const ETH = '/ethernet@2000000';

async function opened(locale?: string): Promise<LanguageClient> {
  const client = new LanguageClient(new StaticFiles({ '/board.dts': BOARD }));
  await client.initialize({}, { ...(locale && { locale }) });
  client.open(URI, BOARD);
  return client;
}

/** What a user sees of the board, all of it as text. */
async function shown(client: LanguageClient): Promise<Record<string, string>> {
  const ask = async (method: string, params: object = {}) => {
    const result = await client.result<unknown>(method, { textDocument, ...params });
    return JSON.stringify(result);
  };
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const line = BOARD.split('\n').findIndex((each) => each.includes('eth: '));
  return {
    hover: await ask('textDocument/hover', { position: { line, character: 8 } }),
    map: await ask('dtIommu/dmaMap'),
    lanes: await ask('dtIommu/dmaLanes'),
    details: await ask('dtIommu/dmaDetails', { node: ETH }),
    order: await ask('dtIommu/bootOrder', { node: ETH }),
    whatIf: await ask('dtIommu/whatIf', { wish: 'iommu.passthrough=1' }),
    page: await ask('dtIommu/explainPage', { node: ETH }),
    lenses: await ask('textDocument/codeLens'),
    hints: await ask('textDocument/inlayHint', { range }),
    boards: await ask('dtIommu/boards'),
    picture: await ask('dtIommu/dmaPicture'),
  };
}

/** What programs read of it, or people quote. */
async function read(client: LanguageClient): Promise<unknown[]> {
  const asked = ['dtIommu/explain', 'dtIommu/topology', 'dtIommu/tree', 'dtIommu/log'].map((method) =>
    client.result<Record<string, unknown> | null>(method, { textDocument, node: ETH, text: 'arm-smmu-v3: event 0x10' }),
  );
  const { text } = await client.result<DmaMapResult>('dtIommu/dmaMap', { textDocument });
  const { platform } = await client.result<{ platform: string }>('dtIommu/boards', { textDocument, english: true });
  const answers = await Promise.all(asked);
  return [
    ...answers.map((answer) => ({ ...answer, markdown: null })),
    text,
    platform,
    await client.diagnostics(URI, 1),
  ];
}

test('hover, side bar, map, details, what-if, lenses and hints in Chinese, with the names and numbers of the board', async () => {
  const client = await opened('zh-cn');
  const { hover, lenses, hints, ...views } = await shown(client);
  expect(hover).toContain('eth → smmu, 流 `0x10`');
  expect(lenses).toContain('"title":"1 个主设备"');
  expect(hints).toContain('在 board.dts:17 再次设置');
  expect(views.boards).toContain('上的 Linux');
  const { outline, text } = await client.result<DmaMapResult>('dtIommu/dmaMap', { textDocument });
  const [, smmu] = outline;
  expect(outline.map(({ label }) => label)).toEqual(['问题', 'smmu', 'off']);
  expect(smmu?.description).toBe('arm-smmu-v3 · 1 个主设备');
  expect(smmu?.children.map(({ tooltip }) => tooltip)).toEqual(['eth → smmu, 0x10 · 经转换 (dma-iommu) · 一致']);
  expect(text).toContain('DEVICE');
  const { lanes } = await client.result<DmaLanesResult>('dtIommu/dmaLanes', { textDocument });
  expect(lanes.legend.map(({ word, count }) => `${word} ${count}`)).toEqual(['经转换 1', '被拒绝 1']);
  const details = await client.result<DmaDetailsResult>('dtIommu/dmaDetails', { textDocument, node: ETH });
  expect(details.facts).toContainEqual({ term: 'DMA', lines: ['经 IOMMU 转换，严格失效'] });
  expect(details.reasons.map(({ text }) => text).join('\n')).toContain('默认域进行转换，使用严格失效（');
  const wish = { textDocument, wish: 'iommu.passthrough=1' };
  const changes = await client.result<WhatIfResult>('dtIommu/whatIf', wish);
  expect('rows' in changes && changes.rows[0]?.alike).toContainEqual({
    name: '结论',
    before: '经 IOMMU 转换，严格失效',
    after: '位于 IOMMU 之后，直通而不转换',
  });
  const page = await client.result<PageResult>('dtIommu/explainPage', { textDocument, node: ETH });
  expect(page.markdown).toContain('`iommus` 条目 0 引用 `/iommu@1000000`，其驱动为 arm-smmu-v3: 流 ID 0x10。');
});

test('English for other languages, at the same time; what programs read is the same for all', async () => {
  const clients = await Promise.all(['zh-cn', 'de', undefined].map(opened));
  const [chinese, german, none] = await Promise.all(clients.map(shown));
  expect(german).toEqual(none);
  expect(JSON.stringify(none)).not.toMatch(/\p{Script=Han}/u);
  for (const [name, text] of Object.entries(chinese ?? {})) expect([name, text]).not.toEqual([name, none?.[name]]);
  const [first, ...others] = await Promise.all(clients.map(read));
  expect(JSON.stringify(first)).not.toMatch(/\p{Script=Han}/u);
  for (const other of others) expect(other).toEqual(first);
});

test('how clients name a language', () => {
  const chinese = ['zh-cn', 'zh-CN', 'zh_CN.UTF-8', 'zh', 'zh-Hans', 'zh-Hans-CN'];
  expect(chinese.map(languageOf)).toEqual(chinese.map(() => 'zh-cn'));
  for (const other of ['zh-tw', 'zh-Hant', 'en', 'de', 'C', '', '../zh-cn', undefined])
    expect(languageOf(other)).toBeUndefined();
});
