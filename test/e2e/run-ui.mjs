// SPDX-License-Identifier: MIT
// The extension as its user meets it: installed from the .vsix, then squiggle, hover, light bulb and the saved file.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { command, hover, includes, kernel, placeOf, shoot, startUi, TRIES, within } from './ui.mjs';

const { session, test, stop } = await startUi('ui');

/** In the margin or, where there is room, beside the text. */
const LIGHT_BULB =
  '.codicon-gutter-lightbulb:visible, .codicon-gutter-lightbulb-auto-fix:visible, .lightBulbWidget:visible';

async function applyFix(page, title) {
  const item = page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
  for (let tries = 0; tries < TRIES; tries++) {
    await page.locator(LIGHT_BULB).first().click();
    const found = await item.waitFor({ timeout: 4000 }).then(
      () => true,
      () => false,
    );
    if (found) {
      await shoot(page, 'light-bulb');
      await item.click();
      return;
    }
    await page.keyboard.press('Escape');
  }
  throw new Error(`The light bulb does not offer: ${title}`);
}

const linux = session.workspace;
const acme = path.join(linux, 'arch/arm64/boot/dts/acme');
const guest = path.join(acme, 'guest.dts');

await test('hover over iommus in a .dtsi: the verdict on the board that includes it', {
  folder: linux,
  file: `${path.join(acme, 'soc.dtsi')}:24:5`,
}, async (page) => {
  const text = await hover(page, { line: 'iommus = ', word: 'iommus', expected: 'translated (dma-iommu, strict)' });
  includes(text, 'arm-smmu-v3', '0x10');
  await shoot(page, 'hover-iommus');
  await page.locator('.statusbar-item', { hasText: 'board.dts' }).first().waitFor({ timeout: 60_000 });
});

await test(
  'a squiggle under xen,backend-domid, and what Linux makes of it',
  {
    folder: linux,
    file: guest,
  },
  async (page, editor) => {
    await editor.locator('.squiggly-warning').first().waitFor({ state: 'attached', timeout: 90_000 });
    const text = await hover(page, {
      line: 'xen,backend-domid',
      word: 'backend',
      expected: 'No Linux reads',
    });
    includes(text, 'xen-backend-domid-legacy');
    await shoot(page, 'hover-problem');
  },
);

await test(
  'the light bulb turns xen,backend-domid into iommus; the saved file holds just that',
  {
    folder: linux,
    file: guest,
  },
  async (page, editor) => {
    const before = readFileSync(guest, 'utf8');
    await editor.locator('.squiggly-warning').first().waitFor({ state: 'attached', timeout: 90_000 });
    const { x, y } = await within('the property', () => placeOf(page, 'xen,backend-domid', 'backend'));
    await page.mouse.click(x, y);
    await applyFix(page, 'Convert to');
    await editor.locator('.squiggly-warning').first().waitFor({ state: 'detached', timeout: 60_000 });
    await page.keyboard.press('Control+s');
    const after = await within('the saved file', () => {
      const text = readFileSync(guest, 'utf8');
      return text === before ? undefined : text;
    });
    const kept = before.slice(0, before.indexOf('\t\txen,backend-domid'));
    // Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml
    const repaired =
      '\t\tiommus = <&xen_iommu 1>;\n\t};\n\n' +
      '\txen_iommu: xen-iommu {\n\t\tcompatible = "xen,grant-dma";\n\t\t#iommu-cells = <1>;\n\t};\n};\n';
    if (after !== kept + repaired) throw new Error(`The file holds:\n${after}`);
    await page.mouse.move(x + 300, y + 200);
    await hover(page, { line: 'iommus = ', word: 'iommus', expected: 'back end in domain 1' });
    await shoot(page, 'fixed');
  },
);

/** The page inside the frames that VS Code puts around it. */
function mapPage(page) {
  return page.frameLocator('iframe.webview.ready').first().frameLocator('#active-frame');
}

async function mapOfLinux(folder, theme, picture) {
  await test(
    `the map beside the board, in ${theme}: a click tells why and leads to the line; it follows what is typed`,
    {
      folder,
      file: path.join(folder, 'sm8550-qrd.dts'),
    },
    async (page, editor) => {
      await page.setViewportSize({ width: 1600, height: 900 });
      await command(page, 'Preferences: Color Theme');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: theme }).first().click();
      await page.locator('.quick-input-list').first().waitFor({ state: 'hidden' });
      await editor.locator('.view-line').first().click();
      await page.locator('.editor-actions [aria-label^="Show DMA Map"]').first().click();
      const map = mapPage(page);
      const card = map.locator('.card', { hasText: 'ufs_mem_hc' }).first();
      await card.waitFor({ timeout: 90_000 });
      includes(await map.locator('h1').textContent(), 'translated', 'apps_smmu');
      await page.locator('.tab', { hasText: 'DMA Map: sm8550-qrd.dts' }).first().waitFor();
      await card.click();
      await map.locator('.det .bec', { hasText: 'iommus' }).first().waitFor();
      await within('the line', () => placeOf(page, '&ufs_mem_hc', 'ufs_mem_hc'));
      await shoot(page, picture);
      await map.locator('#q').fill('0x1c02');
      await map.locator('.card', { hasText: 'mdss' }).first().waitFor();
      await map.locator('.card', { hasText: 'ufs_mem_hc' }).waitFor({ state: 'detached' });
      await map.locator('#q').fill('');
      const { x, y } = await within('the node', () => placeOf(page, '&ufs_mem_hc', 'ufs_mem_hc'));
      await page.mouse.click(x, y);
      await page.keyboard.press('End');
      await page.keyboard.type('\n/delete-property/ iommus;');
      await map.locator('.card.w-direct', { hasText: 'ufs_mem_hc' }).first().waitFor({ timeout: 60_000 });
      if ((await map.locator('.card.sel', { hasText: 'ufs_mem_hc' }).count()) !== 1)
        throw new Error('The selection is lost.');
      await command(page, 'Revert File');
      await map.locator('.card.w-translated', { hasText: 'ufs_mem_hc' }).first().waitFor({ timeout: 60_000 });
    },
  );
}

if (kernel) {
  const folder = path.join(kernel, 'arch/arm64/boot/dts/qcom');
  const line = (name, text) => readFileSync(path.join(folder, name), 'utf8').split(text)[0].split('\n').length;
  await test(
    'a board of Linux, unconfigured: sm8550-qrd',
    {
      folder,
      file: `${path.join(folder, 'sm8550-qrd.dts')}:${line('sm8550-qrd.dts', '\n&ufs_mem_hc') + 1}:2`,
    },
    async (page, editor) => {
      const text = await hover(page, {
        line: '&ufs_mem_hc',
        word: 'ufs_mem_hc',
        expected: 'translated (dma-iommu, strict)',
      });
      includes(text, 'arm-smmu', '0x60');
      // Also in the first window, which opens the file before it knows of the extension.
      await page.locator('.statusbar-item', { hasText: 'Tab Size: 8' }).first().waitFor({ timeout: 60_000 });
      await shoot(page, 'linux-board');
      if ((await editor.locator('.squiggly-error').count()) > 0) throw new Error('A board of Linux has errors.');
    },
  );
  await test('the side bar shows the DMA of the board, and leads to the line', {
    folder,
    file: path.join(folder, 'sm8550-qrd.dts'),
  }, async (page) => {
    await page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="Devicetree IOMMU"]') }).click();
    const rows = page.locator('.sidebar .monaco-list-row');
    const row = (text) => rows.filter({ hasText: text }).first();
    await row('apps_smmu').waitFor({ timeout: 90_000 });
    includes(await row('apps_smmu').textContent(), 'arm-smmu', 'masters');
    includes(await row('ufs_mem_hc').textContent(), '0x60', 'dma-iommu');
    await shoot(page, 'side-bar');
    await row('ufs_mem_hc').click();
    await page.locator('.tab', { hasText: 'sm8550-qrd.dts' }).first().waitFor();
    await within('the line', () => placeOf(page, '&ufs_mem_hc', 'ufs_mem_hc'));
  });
  await mapOfLinux(folder, 'Light Modern', 'map-light');
  await mapOfLinux(folder, 'Dark Modern', 'map-dark');
  await test(
    'two maps side by side: one is kept at its board, the other follows the editor',
    { folder, file: path.join(folder, 'sm8550-qrd.dts') },
    async (page, editor) => {
      await page.setViewportSize({ width: 1600, height: 900 });
      await editor.locator('.view-line').first().click();
      await page.locator('.editor-actions [aria-label^="Show DMA Map"]').first().click();
      await mapPage(page).locator('.card', { hasText: 'ufs_mem_hc' }).first().waitFor({ timeout: 90_000 });
      await page.locator('.tab', { hasText: 'DMA Map: sm8550-qrd.dts' }).first().click();
      await page.locator('.editor-actions [aria-label^="Keep This Map"]').first().click();
      await page.locator('.tab', { hasText: 'DMA Map: sm8550-qrd.dts, kept' }).first().waitFor();
      await page
        .locator('.tab', { hasText: /^sm8550-qrd.dts/ })
        .first()
        .click();
      await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'sm8550-mtp.dts' }).first().click();
      await page.locator('.tab', { hasText: 'sm8550-mtp.dts' }).first().waitFor();
      await page.locator('.editor-actions [aria-label^="Show DMA Map"]').first().click();
      await page
        .locator('.tab', { hasText: /DMA Map: sm8550-mtp.dts$/ })
        .first()
        .waitFor({ timeout: 90_000 });
      await page.locator('.tab', { hasText: 'DMA Map: sm8550-qrd.dts, kept' }).first().waitFor();
      await shoot(page, 'maps-side-by-side');
    },
  );
} else {
  console.log('skipped: the board of Linux; KERNEL_DIR names no kernel source');
}

await stop();
