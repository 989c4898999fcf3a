// SPDX-License-Identifier: MIT
// The side bar in a real VS Code: it follows the cursor, leads to the line, is filtered, and keeps its state while one types.
import path from 'node:path';
import { clickOn, command, includes, kernel, lineOf, placeOf, shoot, startUi, theme, within } from './ui.mjs';

const { session, test, stop } = await startUi('side-bar');
const acme = path.join(session.workspace, 'arch/arm64/boot/dts/acme');

/** Shows the side bar; gives the row that begins with a label. */
async function open(page) {
  await page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="Devicetree IOMMU"]') }).click();
  // Away from the tooltip, which lies over the rows.
  await page.mouse.move(700, 780);
  return (label) => page.locator(`.sidebar .monaco-list-row[aria-label^="${label},"]`).first();
}

/** Of a row that need not be there yet. */
const has = async (row, name, value) => (await row.count()) > 0 && (await row.getAttribute(name)) === value;
/** Opens or closes it, and leads nowhere. */
const twist = (row) => row.locator('.monaco-tl-twistie').click();
const selected = (row) => has(row, 'aria-selected', 'true');
const expanded = (row) => has(row, 'aria-expanded', 'true');

await test('it follows the cursor through a shared file, also where the board opens the node last', {
  folder: session.workspace,
  file: path.join(acme, 'soc.dtsi'),
}, async (page) => {
  const row = await open(page);
  await row('ethernet').waitFor({ timeout: 90_000 });
  includes(await row('ethernet').textContent(), '0x10', 'dma-iommu');
  await clickOn(page, 'iommus = <&smmu ACME_STREAM_ETHERNET>', 'iommus');
  await within('the device of the cursor', () => selected(row('ethernet')));
  await clickOn(page, 'compatible = "arm,smmu-v3"', 'compatible');
  await within('the IOMMU of the cursor', () => selected(row('smmu')));
  await row('ethernet').click();
  await page.locator('.tab.active', { hasText: 'board.dts' }).first().waitFor();
  await within('the line', () => placeOf(page, '&ethernet', 'ethernet'));
});

await test('a change is shown while it is typed, and the device stays selected', {
  folder: session.workspace,
  file: `${path.join(acme, 'board.dts')}:${lineOf(path.join(acme, 'board.dts'), '&ethernet')}:2`,
}, async (page) => {
  const row = await open(page);
  await row('ethernet').waitFor({ timeout: 90_000 });
  await clickOn(page, 'status = "okay"', 'okay');
  await within('the device of the cursor', () => selected(row('ethernet')));
  await page.keyboard.press('End');
  await page.keyboard.type(' iommus = <&smmu 0x77>;');
  await within('the new ID', async () => (await row('ethernet').textContent()).includes('0x77'));
  if (!(await selected(row('ethernet')))) throw new Error('The selection is lost.');
  await page.keyboard.type(' /delete-property/ iommus;');
  await within('no master is left', async () => (await row('IOMMUs without a master').count()) === 1);
  await within('its place is another one', () => selected(row('ethernet')));
  includes(await row('ethernet').textContent(), 'dma-direct');
  await command(page, 'Revert File');
  await within('it is a master again', async () => (await row('smmu').textContent()).includes('1 master'));
});

if (kernel) {
  const folder = path.join(kernel, 'arch/arm64/boot/dts/qcom');
  const qrd = path.join(folder, 'sm8550-qrd.dts');
  for (const look of ['Light Modern', 'Dark Modern']) {
    await test(`sm8550-qrd in ${look}: filtered, changed, with what was opened and closed as it was`, {
      folder,
      file: `${qrd}:${lineOf(qrd, '\n&ufs_mem_hc') + 1}:2`,
    }, async (page) => {
      // All rows have room: those outside are not there.
      await page.setViewportSize({ width: 1280, height: 1300 });
      await theme(page, look);
      const row = await open(page);
      await row('apps_smmu').waitFor({ timeout: 90_000 });
      const masters = async () => Number(/(\d+) masters/.exec(await row('apps_smmu').textContent())?.[1]);
      const all = await masters();
      if (!(all > 10)) throw new Error(`apps_smmu has ${all} masters.`);
      await shoot(page, `side-bar-${look.split(' ')[0].toLowerCase()}`, { x: 0, y: 0, width: 900, height: 780 });
      // Opened: a host bridge. Closed: an IOMMU and a group.
      await twist(row('pcie0'));
      await within('rows of the map', () => row('00:00.0').isVisible());
      await twist(row('adreno_smmu'));
      await row('gpu').waitFor({ state: 'detached' });
      await twist(row('One group'));
      await row('cryptobam').waitFor({ state: 'detached' });
      await clickOn(page, '&ufs_mem_hc', 'ufs_mem_hc');
      await page.keyboard.press('End');
      await page.keyboard.type('\n/delete-property/ iommus;');
      await within('one master less', async () => (await masters()) === all - 1);
      await within('the cursor is in it, also among the direct ones', () => selected(row('ufs_mem_hc')));
      for (const [name, isOpen] of [
        ['pcie0', true],
        ['adreno_smmu', false],
        ['One group', false],
      ]) {
        if ((await expanded(row(name))) !== isOpen) throw new Error(`${name} is ${isOpen ? 'closed' : 'open'}.`);
      }
      await command(page, 'Revert File');
      await within('all masters', async () => (await masters()) === all);
      // An entry that leads nowhere: the tree has the focus.
      await row('Direct').click();
      await page.keyboard.press('Control+Alt+f');
      const find = page.locator('.sidebar .monaco-tree-type-filter input');
      await find.fill('ufs_mem');
      await page.locator('.sidebar .monaco-tree-type-filter .codicon-list-filter').first().click();
      await row('mdss').waitFor({ state: 'detached' });
      await row('ufs_mem_hc').waitFor();
      await shoot(page, `side-bar-filtered-${look.split(' ')[0].toLowerCase()}`);
      await page.keyboard.press('Escape');
    });
  }
} else {
  console.log('skipped: the board of Linux; KERNEL_DIR names no kernel source');
}

await stop();
