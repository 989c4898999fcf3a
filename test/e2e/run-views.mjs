// SPDX-License-Identifier: MIT
// The documents that show a board as a whole, in a real VS Code: the resolved tree, two trees compared, the page of a device.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { clickOn, command, hover, includes, kernel, lineOf, placeOf, shoot, startUi, theme, within } from './ui.mjs';

const { session, test, stop } = await startUi('views');
const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const root = fileURLToPath(new URL('../..', import.meta.url));
const acme = path.join(session.workspace, 'arch/arm64/boot/dts/acme');

/** A page of text inside the frames that VS Code puts around it. */
function textPage(page) {
  return page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
}

/** Everything that axe finds in a page of text. */
async function withoutFindings(page, what) {
  const frame = page.frames().find((each) => each.name() === 'active-frame' || each.url().includes('fake.html'));
  if (!frame) throw new Error(`${what}: no frame`);
  await frame.evaluate(axe);
  const { violations } = await frame.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
  if (found.length > 0) throw new Error(`axe on ${what}:\n${found.join('\n')}`);
}

const board = path.join(acme, 'board.dts');

await test('the resolved tree: macros beside numbers, both cursors, hover, what is typed with a mark', {
  folder: session.workspace,
  file: `${board}:${lineOf(board, '&ethernet')}:2`,
}, async (page) => {
  await command(page, 'Show Resolved Tree');
  await page.locator('.tab', { hasText: 'board (resolved).dts' }).first().waitFor({ timeout: 90_000 });
  await within('the macro', () => placeOf(page, 'iommus = <&smmu 0x10 /* ACME_STREAM_ETHERNET */>', 'ACME'));
  const text = await hover(page, {
    line: 'ACME_STREAM_ETHERNET */',
    word: 'iommus',
    expected: 'translated (dma-iommu, strict)',
  });
  includes(text, '0x10');
  await clickOn(page, 'ACME_STREAM_ETHERNET */', 'iommus');
  await page.locator('.tab', { hasText: 'soc.dtsi' }).first().waitFor({ timeout: 60_000 });
  await within('the line of soc.dtsi', () => placeOf(page, 'iommus = <&smmu ACME_STREAM_ETHERNET>', 'iommus'));
});

const blob = path.join(acme, 'board.dtb');
const compiled = spawnSync(process.execPath, [path.join(root, 'dist/cli.cjs'), 'compile', board, '-o', blob]);
if (compiled.status !== 0) throw new Error(String(compiled.stderr));

await test('a click on a .dtb of the explorer shows its tree as text, with our hovers', {
  folder: session.workspace,
  file: board,
}, async (page) => {
  await page.locator('.statusbar-item', { hasText: 'board.dts' }).first().waitFor({ timeout: 90_000 });
  const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'board.dtb' }).first();
  await row.click();
  await page.locator('.tab', { hasText: 'board.dtb' }).first().waitFor({ timeout: 90_000 });
  await within('the text of the blob', () => placeOf(page, 'iommus = <', 'iommus'));
  const text = await hover(page, { line: 'iommus = <', word: 'iommus', expected: 'translated (dma-iommu, strict)' });
  includes(text, 'ethernet@2000000', '0x10', 'of_iommu_xlate');
  await shoot(page, 'blob');
});

await test('Show Resolved Tree in the context menu of a .dtb: its tree, named after it, and folded, with our hovers', {
  folder: session.workspace,
  file: board,
}, async (page) => {
  await page.locator('.statusbar-item', { hasText: 'board.dts' }).first().waitFor({ timeout: 90_000 });
  const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'board.dtb' }).first();
  await row.click({ button: 'right' });
  const action = page.locator('.context-view .action-label', { hasText: 'Show Resolved Tree' }).first();
  await action.hover();
  // A click at once is the end of the one that opened the menu, and chooses nothing.
  await page.waitForTimeout(1000);
  await action.click();
  await page.locator('.tab', { hasText: 'board.dtb (resolved).dts' }).first().waitFor({ timeout: 90_000 });
  await within('the text', () => placeOf(page, 'iommus = <', 'iommus'));
  const text = await hover(page, { line: 'iommus = <', word: 'iommus', expected: 'translated (dma-iommu, strict)' });
  includes(text, 'ethernet@2000000', '0x10', 'of_iommu_xlate');
  await shoot(page, 'blob-resolved');
});

await test('the page of a device: its places lead to the line, and it follows what is typed', {
  folder: session.workspace,
  file: `${board}:${lineOf(board, '&ethernet')}:2`,
}, async (page) => {
  await command(page, 'Explain DMA of the Device at the Cursor');
  const shown = textPage(page);
  await shown.locator('h1', { hasText: '/ethernet@2000000' }).first().waitFor({ timeout: 90_000 });
  includes(await shown.locator('main').textContent(), 'translated by the IOMMU', 'Cache-coherent', 'of_iommu_xlate');
  await clickOn(page, 'status = "okay"', 'okay');
  await page.keyboard.press('End');
  await page.keyboard.type(' /delete-property/ iommus;');
  await shown.locator('strong', { hasText: 'direct DMA, no IOMMU' }).first().waitFor({ timeout: 60_000 });
  await shown
    .locator('li a', { hasText: /^soc\.dtsi:\d+$/ })
    .last()
    .click();
  await page.locator('.tab', { hasText: 'soc.dtsi' }).first().waitFor({ timeout: 60_000 });
  await command(page, 'Revert File');
});

if (kernel) {
  const folder = path.join(kernel, 'arch/arm64/boot/dts/qcom');
  const qrd = path.join(folder, 'sm8550-qrd.dts');
  for (const [name, picture] of [
    ['Light Modern', 'resolved-tree-light'],
    ['Dark Modern', 'resolved-tree-dark'],
  ]) {
    await test(`the resolved tree of sm8550-qrd beside its source, in ${name}: it is at the cursor, and shows what is typed`, {
      folder,
      file: `${qrd}:${lineOf(qrd, '\n&ufs_mem_hc') + 1}:2`,
    }, async (page) => {
      await page.setViewportSize({ width: 1600, height: 900 });
      await theme(page, name);
      await page.locator('.editor-actions [aria-label^="Show Resolved Tree"]').first().click();
      await page.locator('.tab', { hasText: 'sm8550-qrd (resolved).dts' }).first().waitFor({ timeout: 90_000 });
      await within('the node', () => placeOf(page, 'ufs_mem_hc: ufs', 'ufs_mem_hc'));
      await within('links', async () => (await page.locator('.detected-link').count()) > 10);
      await clickOn(page, '&ufs_mem_hc', 'ufs_mem_hc');
      await page.keyboard.press('End');
      await page.keyboard.type('\n/delete-property/ iommus;\nacme,mark = "here";');
      await within('the change', () => placeOf(page, 'acme,mark = "here"; /*', 'mark'));
      await within('the marks', async () => (await page.locator('.cgmr').count()) > 1);
      await page.keyboard.press('Escape');
      await shoot(page, picture);
      await command(page, 'Revert File');
      await within('the change is gone', async () => !(await placeOf(page, 'acme,mark = "here"; /*', 'mark')));
      await clickOn(page, '&ufs_mem_hc', 'ufs_mem_hc');
      await command(page, 'Explain DMA of the Device at the Cursor');
      await textPage(page).locator('h1', { hasText: 'ufs_mem_hc' }).first().waitFor({ timeout: 90_000 });
      await shoot(page, picture.replace('resolved-tree', 'explain'));
      await withoutFindings(page, 'Explain');
      await clickOn(page, '&ufs_mem_hc', 'ufs_mem_hc');
      await command(page, 'Compare Board with');
      await page.locator('.quick-input-widget input').first().fill('sm8550-hdk');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'sm8550-hdk.dts' }).first().click();
      await textPage(page).locator('h1', { hasText: 'sm8550-hdk.dts' }).first().waitFor({ timeout: 90_000 });
      includes(await textPage(page).locator('main').textContent(), 'sdhc_2', 'no such device', 'The rest of the tree');
      await shoot(page, picture.replace('resolved-tree', 'compare'));
      await withoutFindings(page, 'Compare');
    });
  }
} else {
  console.log('skipped: the board of Linux; KERNEL_DIR names no kernel source');
}

await stop();
