// SPDX-License-Identifier: MIT
// The documents that show a board as a whole, in a real VS Code: the resolved tree, two trees compared, the page of a device.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { command, hover, includes, kernel, placeOf, shoot, startUi, within } from './ui.mjs';

const { session, test, stop } = await startUi('views');
const acme = path.join(session.workspace, 'arch/arm64/boot/dts/acme');

/** The number of the first line that has the text. */
const lineOf = (file, text) => readFileSync(file, 'utf8').split(text)[0].split('\n').length;

async function theme(page, name) {
  await command(page, 'Preferences: Color Theme');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().click();
  await page.locator('.quick-input-list').first().waitFor({ state: 'hidden' });
}

async function clickOn(page, line, word, at = '') {
  const { x, y } = await within(word, () => placeOf(page, line, word));
  await page.mouse.click(x, y);
  return at;
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
      await within('the mark', async () => (await page.locator('.cgmr.codicon, .cgmr').count()) > 0);
      await shoot(page, picture);
      await command(page, 'Revert File');
      await within('the change is gone', async () => !(await placeOf(page, 'acme,mark = "here"; /*', 'mark')));
    });
  }
} else {
  console.log('skipped: the board of Linux; KERNEL_DIR names no kernel source');
}

await stop();
