// SPDX-License-Identifier: MIT
// Other platforms in a real VS Code: what-if from the status item, and the map of one beside the board's own.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clickOn, command, includes, kernel, lineOf, placeOf, shoot, startUi, theme, within } from './ui.mjs';

const { session, test, stop } = await startUi('platforms');
const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const acme = path.join(session.workspace, 'arch/arm64/boot/dts/acme');
const board = path.join(acme, 'board.dts');

const pick = (page, text) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

/** A command of the status item's menu. */
async function fromStatus(page, title) {
  const status = page.locator('.statusbar-item', { hasText: '.dts' }).first();
  await status.waitFor({ timeout: 90_000 });
  await status.click();
  await pick(page, title).click();
  await page
    .locator('.quick-input-title', { hasText: /What if|The map/ })
    .first()
    .waitFor();
}

/** The pages of the maps, in the order in which they were opened. */
const maps = (page, index) => page.frameLocator(`iframe.webview.ready >> nth=${index}`).frameLocator('#active-frame');

async function withoutFindings(page, what) {
  for (const frame of page.frames()) {
    if (!frame.url().includes('fake.html')) continue;
    await frame.evaluate(axe);
    const { violations } = await frame.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
    if (found.length > 0) throw new Error(`axe on ${what}:\n${found.join('\n')}`);
  }
}

await test('what-if from the status item: a hypervisor, another release and an option together, a .config', {
  folder: session.workspace,
  file: board,
}, async (page) => {
  await page.setViewportSize({ width: 1600, height: 900 });
  await fromStatus(page, 'What If…');
  await pick(page, 'xen-host').waitFor({ timeout: 30_000 });
  includes(await pick(page, 'xen-host').textContent(), 'Xen, which then starts Linux as dom0');
  await pick(page, '6.1').waitFor();
  await pick(page, 'iommu.passthrough=1').waitFor();
  await shoot(page, 'what-if-picker');
  await pick(page, 'xen-host').click();
  const map = maps(page, 0);
  const row = map.locator('#what-if tbody tr').first();
  await row.waitFor({ timeout: 60_000 });
  includes(await row.textContent(), 'ethernet', 'translated by the IOMMU', 'Xen swiotlb', 'xen_setup_dma_ops');
  includes(await map.locator('#what-if').textContent(), 'then Linux 6.12 as dom0');
  // The map has the focus, and the status item is about an editor.
  await command(page, 'What If');
  await pick(page, '6.1').waitFor({ timeout: 30_000 });
  await page.keyboard.type('5.4 iommu.passthrough=1');
  await page.keyboard.press('Enter');
  await within('the other platform', async () =>
    (await map.locator('#what-if p.dim').first().textContent()).includes('Linux 5.4 on arm64, booted with'),
  );
  includes(await row.textContent(), 'passed through untranslated');
  if ((await map.locator('#wish').inputValue()) !== '5.4 iommu.passthrough=1') throw new Error('Another wish.');
  await row.locator('button').first().click();
  await within('the line of the device', () => placeOf(page, '&ethernet', 'ethernet'));
  await command(page, 'What If');
  await pick(page, '6.1').waitFor({ timeout: 30_000 });
  await page.keyboard.type('CONFIG_ARM_SMMU_V3=n');
  await page.keyboard.press('Enter');
  await page.locator('.notification-toast', { hasText: 'No .config is known' }).first().waitFor();
});

await test('the same board on two platforms side by side: what differs is marked, both follow what is typed and the cursor', {
  folder: session.workspace,
  file: `${board}:${lineOf(board, '&ethernet')}:2`,
}, async (page) => {
  await page.setViewportSize({ width: 1800, height: 900 });
  await fromStatus(page, 'Show Map on Another Platform…');
  await pick(page, 'iommu.passthrough=1').click({ timeout: 30_000 });
  await page
    .locator('.tab', { hasText: /DMA Map: board.dts$/ })
    .first()
    .waitFor({ timeout: 60_000 });
  await page
    .locator('.tab', { hasText: 'DMA Map: board.dts, iommu.passthrough=1' })
    .first()
    .waitFor({ timeout: 60_000 });
  const [own, other] = [maps(page, 0), maps(page, 1)];
  await own.locator('.card.w-translated', { hasText: 'ethernet' }).first().waitFor();
  await other.locator('.card.w-identity', { hasText: 'ethernet' }).first().waitFor();
  includes(await other.locator('.bsel').textContent(), 'iommu.passthrough=1');
  await page.locator('.tab', { hasText: 'board.dts, iommu.passthrough=1' }).first().click();
  await command(page, 'Keep This Map');
  if ((await page.locator('.tab', { hasText: 'kept' }).count()) !== 0) throw new Error('The map behind it was kept.');
  if ((await own.locator('.flag.chg').count()) !== 0) throw new Error('The own platform marks changes.');
  await other.locator('.fl', { hasText: 'Changed' }).first().focus();
  await page.keyboard.press('Enter');
  await within('the filter', async () =>
    (await other.locator('.vh[aria-live]').textContent()).includes('1 of 1 devices shown'),
  );
  await other.locator('.card', { hasText: 'ethernet' }).first().click();
  await other.locator('.det .bec', { hasText: 'iommu.passthrough=1' }).first().waitFor();
  includes(await other.locator('.det .was').textContent(), "On the board's own platform", 'translated (dma-iommu)');
  await shoot(page, 'platforms-acme');
  await withoutFindings(page, 'two platforms');
  await other.locator('.det [data-action=explain]').click();
  const explained = maps(page, 2);
  await explained.locator('h1', { hasText: 'ethernet' }).first().waitFor({ timeout: 60_000 });
  includes(await explained.locator('main').textContent(), 'passed through untranslated');
  await clickOn(page, 'status = "okay"', 'okay');
  await own.locator('.card.at', { hasText: 'ethernet' }).first().waitFor();
  await page.keyboard.press('End');
  await page.keyboard.type(' /delete-property/ iommus;');
  await own.locator('.card.w-direct', { hasText: 'ethernet' }).first().waitFor({ timeout: 60_000 });
  await other.locator('.empty', { hasText: 'No device matches' }).first().waitFor();
  await command(page, 'Revert File');
  await other.locator('.card.w-identity', { hasText: 'ethernet' }).first().waitFor({ timeout: 60_000 });
});

if (kernel) {
  const folder = path.join(kernel, 'arch/arm64/boot/dts/renesas');
  const file = path.join(folder, 'r8a77951-salvator-xs.dts');
  for (const look of ['Light Modern', 'Dark Modern']) {
    await test(`r8a77951-salvator-xs with and without Xen side by side, in ${look}`, { folder, file }, async (page) => {
      await page.setViewportSize({ width: 1800, height: 900 });
      await theme(page, look);
      await command(page, 'Toggle Primary Side Bar Visibility');
      await page.locator('.editor-instance .view-line').first().click();
      await page.locator('.statusbar-item', { hasText: '.dts' }).first().waitFor({ timeout: 90_000 });
      await command(page, 'Show DMA Map');
      await maps(page, 0).locator('.card', { hasText: 'sdhi0' }).first().waitFor({ timeout: 90_000 });
      await maps(page, 0).locator('[data-view=what-if]').click();
      await maps(page, 0).locator('.fl', { hasText: 'xen-host' }).click();
      await maps(page, 0).locator('#what-if tbody tr').first().waitFor();
      await shoot(page, `what-if-${look.split(' ')[0].toLowerCase()}`);
      await maps(page, 0).locator('[data-action=beside]').click();
      await page
        .locator('.tab', { hasText: 'r8a77951-salvator-xs.dts, xen-host' })
        .first()
        .waitFor({ timeout: 60_000 });
      await maps(page, 0).locator('[data-view=map]').click();
      const other = maps(page, 1);
      await other.locator('.card.w-dom0', { hasText: 'sdhi0' }).first().waitFor({ timeout: 60_000 });
      includes(await other.locator('.fl', { hasText: 'Changed' }).first().textContent(), 'Changed');
      await shoot(page, `platforms-${look.split(' ')[0].toLowerCase()}`);
      await withoutFindings(page, 'with and without Xen');
    });
  }
} else {
  console.log('skipped: the board of Linux; KERNEL_DIR names no kernel source');
}

await stop();
