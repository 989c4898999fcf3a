// SPDX-License-Identifier: MIT
// What a new user meets: the status item and its menu, the choice of a board, the project file, a report.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { command, includes, kernel, placeOf, shoot, startUi, theme, within } from './ui.mjs';

const { session, test, stop } = await startUi('first');
const folder = session.workspace;
const acme = path.join(folder, 'arch/arm64/boot/dts/acme');
const project = path.join(folder, 'dt-iommu.json');
const board = readFileSync(path.join(acme, 'board.dts'), 'utf8');
writeFileSync(path.join(acme, 'other.dts'), board.replace('Acme board', 'Other board'));
writeFileSync(path.join(acme, 'camera.dtso'), '/dts-v1/;\n/plugin/;\n\n&ethernet {\n\tphy-mode = "rgmii";\n};\n');

const status = (page, text) => page.locator('.statusbar-item', { hasText: text }).first();
const row = (page, text) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
/** The editor shows no-break spaces. */
const shown = async (page) => (await page.locator('.view-lines').last().textContent()).replaceAll('\u00a0', ' ');

await test('the first file has tabs of eight columns; the menu of the status item; a board found by its path, remembered', {
  folder,
  file: `${path.join(acme, 'soc.dtsi')}:24:5`,
}, async (page) => {
  await status(page, 'board.dts').waitFor({ timeout: 90_000 });
  await status(page, 'Tab Size: 8').waitFor({ timeout: 30_000 });
  await status(page, 'board.dts').click();
  await row(page, 'Server:').waitFor();
  await shoot(page, 'status-menu');
  includes(await row(page, 'Board:').textContent(), 'board.dts', 'the nearest board that includes this file');
  includes(await row(page, 'Judged as:').textContent(), 'Linux', 'arm64');
  await row(page, 'Assumed: every driver is built').waitFor();
  await row(page, 'Board:').click();
  await row(page, 'other.dts').waitFor();
  await shoot(page, 'board-picker');
  await page.keyboard.type('acme/other');
  await row(page, 'board.dts').waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await status(page, 'other.dts').waitFor({ timeout: 30_000 });
  await page.reload();
  await status(page, 'other.dts').waitFor({ timeout: 90_000 });
});

await test('Report a Problem: versions, board, and after asking the nodes around the device', {
  folder,
  file: `${path.join(acme, 'soc.dtsi')}:24:5`,
}, async (page) => {
  await status(page, '.dts').waitFor({ timeout: 90_000 });
  await command(page, 'Report a Problem');
  await row(page, 'The device at the cursor').click();
  await page.locator('.tab', { hasText: 'Untitled' }).first().waitFor();
  const text = await within('the report', async () => {
    const found = await shown(page);
    return found.includes('## Versions') && found;
  });
  includes(text, 'This report has not left your machine', 'Server: `dt-iommu', 'arch/arm64/boot/dts/acme/soc.dtsi');
  await page.keyboard.press('Control+End');
  await within('the device', () => placeOf(page, 'iommus = <&smmu 0x10>', 'iommus'));
  await shoot(page, 'report');
});

await test('Add Overlay… and Add Board… write dt-iommu.json; undo takes it back', {
  folder,
  file: path.join(acme, 'camera.dtso'),
}, async (page) => {
  await status(page, 'camera.dtso').waitFor({ timeout: 90_000 });
  await command(page, 'Add Overlay');
  await row(page, 'board.dts').click();
  const text = await within('the project file', () => existsSync(project) && readFileSync(project, 'utf8'));
  const file = 'arch/arm64/boot/dts/acme/board.dts';
  const expected = { boards: [{ name: 'board', file, overlays: ['arch/arm64/boot/dts/acme/camera.dtso'] }] };
  if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(expected)) throw new Error(text);
  await shoot(page, 'add-overlay');
  await page.locator('.tab', { hasText: 'camera.dtso' }).first().click();
  // The server has read it: the overlay is shown on its board.
  await status(page, 'board.dts').waitFor({ timeout: 30_000 });
  await command(page, 'Add Overlay');
  await row(page, 'board.dts').click();
  await page.locator('.notification-toast', { hasText: 'dt-iommu.json has this entry already.' }).first().waitFor();
  await page.locator('.tab', { hasText: 'dt-iommu.json' }).first().click();
  // In the palette there are others of that name.
  await page.locator('.view-line', { hasText: 'boards' }).first().click();
  await page.keyboard.press('Control+z');
  await shoot(page, 'undo');
  await page.keyboard.press('Control+s');
  await within(
    'the project file without the entry',
    () => !existsSync(project) || readFileSync(project, 'utf8').trim() === '',
  );
});

if (kernel) {
  const qcom = path.join(kernel, 'arch/arm64/boot/dts/qcom');
  for (const [look, suffix] of [
    ['Light Modern', 'light'],
    ['Dark Modern', 'dark'],
  ]) {
    await test(`the picture of the board picker in the walkthrough, ${suffix}`, {
      folder: qcom,
      file: `${path.join(qcom, 'sm8550.dtsi')}:24:5`,
    }, async (page) => {
      await page.setViewportSize({ width: 900, height: 600 });
      await theme(page, look);
      await command(page, 'Toggle Primary Side Bar Visibility');
      const chosen = status(page, 'sm8550-');
      await chosen.waitFor({ timeout: 90_000 });
      await chosen.click();
      await row(page, 'Board:').click();
      await row(page, 'sm8550-qrd.dts').waitFor();
      includes(await row(page, 'boards, nearest first').textContent(), 'sm8550-');
      // Away from what would say its tooltip over the list.
      await page.mouse.move(450, 560);
      await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' });
      await shoot(page, `start-board-${suffix}`, { x: 0, y: 0, width: 900, height: 340 });
    });
  }
} else {
  console.log('skipped: the board picker of Linux; KERNEL_DIR names no kernel source');
}

await stop();
