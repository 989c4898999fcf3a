// SPDX-License-Identifier: MIT
// VS Code in Simplified Chinese: what the client says and what the server says. The editor's own words need a language
// pack, which comes from the marketplace: they are English here.
import path from 'node:path';
import { command, hover, includes, lineOf, shoot, startUi, within } from './ui.mjs';

const { session, test, stop } = await startUi('language');
const board = path.join(session.workspace, 'arch/arm64/boot/dts/acme/board.dts');

/** What a language pack would set before the workbench is loaded; the page of the editor says English. */
async function inChinese(page) {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => 'zh-cn', set: () => {} });
  });
  await page.reload({ waitUntil: 'domcontentloaded' });
}

await test('hover, side bar and map in the language of the editor, with the names and numbers of the board', {
  folder: session.workspace,
  file: `${board}:${lineOf(board, '&ethernet')}:2`,
}, async (page) => {
  await inChinese(page);
  const text = await hover(page, { line: '&ethernet', word: 'ethernet', expected: '经转换' });
  includes(text, 'dma-iommu', '流', '0x10', '一致');
  await shoot(page, 'language-hover');
  await page.keyboard.press('Escape');
  await page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="Devicetree IOMMU"]') }).click();
  const entry = page.locator('.pane-body .monaco-list-row', { hasText: '个主设备' }).first();
  await entry.waitFor({ timeout: 60_000 });
  await command(page, '显示 DMA 图');
  const map = page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  await within('the headline', async () => (await map.locator('body').textContent())?.includes('个经转换'));
  await shoot(page, 'language-map');
});

await stop();
