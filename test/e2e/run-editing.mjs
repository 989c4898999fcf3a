// SPDX-License-Identifier: MIT
// What helps while one types, on boards of Linux: lists, hovers cell by cell, signatures, hints, lenses, repairs. Each is
// looked at in the window, and photographed for docs/features.md; nothing is saved.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { command, hover, includes, kernel, placeOf, shoot, startUi, TRIES, within } from './ui.mjs';

if (!kernel) {
  console.log('skipped: the boards of Linux; KERNEL_DIR names no kernel source');
  process.exit(0);
}

const { test, stop } = await startUi('editing');
const folder = path.join(kernel, 'arch/arm64/boot/dts/qcom');
/** Boards with a USB controller: what one window leaves unsaved comes back in the next, so each test types into another one. */
const [RB3, MTP, HDK, YODO, AIM] = [
  'qcs6490-rb3gen2.dts',
  'sm8550-mtp.dts',
  'sm8550-hdk.dts',
  'sm8550-sony-xperia-yodo-pdx234.dts',
  'qcs8550-aim300-aiot.dts',
].map((name) => path.join(folder, name));
const lineOf = (file, text) => readFileSync(file, 'utf8').split(text)[0].split('\n').length;
/** The window at a line of a file: its first one with the text. */
const at = (file, text, column = 1) => ({ folder, file: `${file}:${lineOf(file, text)}:${column}` });

const suggestions = (page) => page.locator('.suggest-widget:visible .monaco-list-row');

/** A new line behind the one at the cursor, with this text typed into it. */
async function typeLine(page, text) {
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type(text, { delay: 30 });
}

/** The list at the cursor once it has an item; the server may still be reading. */
async function listWith(page, item) {
  const row = suggestions(page).filter({ hasText: item }).first();
  for (let tries = 0; tries < TRIES * 2; tries++) {
    await page.keyboard.press('Control+Space');
    const found = await row.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
    if (found) return row;
    await page.keyboard.press('Escape');
  }
  throw new Error(`No list has ${item}: ${await suggestions(page).allTextContents()}`);
}

/** A repair in the list of the light bulb at the cursor, which the server may not have yet. */
async function repairWith(page, title) {
  const row = page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
  for (let tries = 0; tries < TRIES; tries++) {
    await page.keyboard.press('Control+.');
    const found = await row.waitFor({ timeout: 6000 }).then(
      () => true,
      () => false,
    );
    if (found) return row;
    await page.keyboard.press('Escape');
  }
  throw new Error(`No repair: ${title}`);
}

/** Text in the editor, whatever blanks it has. */
const shows = (page, text) =>
  within(text, () =>
    page.evaluate(
      (wanted) =>
        [...document.querySelectorAll('.view-line')].some((row) =>
          row.textContent.replaceAll('\u00a0', ' ').replace(/\s+/g, ' ').includes(wanted),
        ),
      text,
    ),
  );

const ready = (page, file) =>
  page
    .locator('.statusbar-item', { hasText: path.basename(file) })
    .first()
    .waitFor({ timeout: 90_000 });

await test(
  'a cell of interrupt-map is told by its row: the pin, the controller, the interrupt ID',
  at(path.join(folder, 'sm8550.dtsi'), 'interrupt-map = <0 0 0 1', 4),
  async (page) => {
    // Linux 6.12 writes the type of the interrupt as 0, 7.3 as GIC_SPI.
    const text = await hover(page, {
      line: 'interrupt-map = <',
      word: 'IRQ_TYPE_LEVEL_HIGH',
      expected: 'INTA of any function',
    });
    includes(text, 'intc', 'SPI 149 (ID 181)', 'level high');
    await shoot(page, 'hover-cells');
  },
);

await test(
  'lenses above an IOMMU say whom it serves',
  at(path.join(folder, 'sm8550.dtsi'), 'apps_smmu: iommu@15000000', 1),
  async (page) => {
    const lens = page.locator('.codelens-decoration:visible', { hasText: 'masters' }).first();
    await lens.waitFor({ timeout: 90_000 });
    // sm8550's two PCIe controllers, of which this board enables one or both.
    includes(await lens.textContent(), 'masters', 'host bridge');
    await shoot(page, 'code-lens');
  },
);

await test(
  'renaming a label shows every file that changes before it does',
  at(path.join(folder, 'sm8550.dtsi'), 'usb_1_hsphy: phy@', 4),
  async (page) => {
    await page.locator('.statusbar-item', { hasText: '.dts' }).first().waitFor({ timeout: 90_000 });
    await within('the label', () => placeOf(page, 'usb_1_hsphy: phy@', 'usb_1_hsphy'));
    await page.keyboard.press('F2');
    const box = page.locator('.rename-box input').first();
    await box.waitFor({ timeout: 30_000 });
    await box.fill('usb_1_eusb2');
    await page.keyboard.press('Control+Enter');
    await page
      .locator('.bulk-edit-panel, .refactor-preview, [aria-label*="Refactor Preview"]')
      .first()
      .waitFor({ timeout: 60_000 });
    await page.locator('.monaco-list-row', { hasText: 'sm8550-qrd.dts' }).first().waitFor({ timeout: 30_000 });
    await shoot(page, 'rename');
  },
);

await test(
  'who names a clock controller, and whom it names: the call hierarchy',
  at(path.join(folder, 'sm8550.dtsi'), 'gcc: clock-controller@', 4),
  async (page) => {
    await page.locator('.statusbar-item', { hasText: '.dts' }).first().waitFor({ timeout: 90_000 });
    await within('the label', () => placeOf(page, 'gcc: clock-controller@', 'gcc'));
    await command(page, 'Peek Call Hierarchy');
    const row = page.locator('.call-hierarchy .monaco-list-row', { hasText: 'qupv3_id_1' }).first();
    await row.waitFor({ timeout: 60_000 });
    await shoot(page, 'call-hierarchy');
  },
);

await test(
  'properties of the binding come first, each with what the binding says, and write the statement',
  at(RB3, 'dr_mode = "otg"', 1),
  async (page) => {
    await ready(page, RB3);
    await typeLine(page, 'maximum-s');
    const row = await listWith(page, 'maximum-speed');
    includes(await suggestions(page).first().textContent(), 'maximum-speed');
    await row.click();
    await shows(page, 'maximum-speed = "');
    const words = await listWith(page, 'high-speed');
    await shoot(page, 'completion-words');
    await words.click();
    await shows(page, 'maximum-speed = "high-speed"');
  },
);

await test(
  'macros come ranked by their provider, with the number that they expand to',
  at(MTP, '\n&usb_1 {', 1),
  async (page) => {
    await ready(page, MTP);
    await page.keyboard.press('ArrowDown');
    await typeLine(page, 'clocks = <&gcc ');
    await listWith(page, 'GCC_');
    includes(await suggestions(page).first().textContent(), 'GCC_');
    await page.keyboard.type('GCC_USB30_PRIM_M');
    await listWith(page, 'GCC_USB30_PRIM_MASTER_CLK');
    await shoot(page, 'completion-macros');
    await page.keyboard.press('Enter');
    await shows(page, 'clocks = <&gcc GCC_USB30_PRIM_MASTER_CLK');
  },
);

await test('the signature of an entry names its cells while one types', at(HDK, '\n&usb_1 {', 1), async (page) => {
  await ready(page, HDK);
  await page.keyboard.press('ArrowDown');
  await typeLine(page, 'interrupts-extended = <&intc GIC_SPI ');
  const help = page.locator('.parameter-hints-widget:visible').first();
  for (let tries = 0; tries < TRIES && !(await help.isVisible()); tries++) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+Space');
    await help.waitFor({ timeout: 3000 }).catch(() => {});
  }
  includes(await help.textContent(), 'type', 'number', 'flags', '#interrupt-cells = <');
  await shoot(page, 'signature');
});

await test(
  'a mistyped macro: the nearest name, and a repair that leaves no error',
  at(YODO, '\n&usb_1 {', 1),
  async (page, editor) => {
    await ready(page, YODO);
    await page.keyboard.press('ArrowDown');
    await typeLine(page, 'resets = <&gcc GCC_USB30_PRIM_BCC>;');
    await page.keyboard.press('Escape');
    await editor.locator('.squiggly-error').first().waitFor({ state: 'attached', timeout: 90_000 });
    const text = await hover(page, {
      line: 'GCC_USB30_PRIM_BCC',
      word: 'GCC_USB30_PRIM_BCC',
      expected: 'The nearest name is GCC_USB30_PRIM_BCR',
    });
    includes(text, 'is not defined; dtc stops here');
    await shoot(page, 'error-macro');
    await page.keyboard.press('Escape');
    const { x, y } = await within('the name', () => placeOf(page, 'GCC_USB30_PRIM_BCC', 'GCC_USB30_PRIM_BCC'));
    await page.mouse.click(x, y);
    await (await repairWith(page, 'Change GCC_USB30_PRIM_BCC')).click();
    await shows(page, 'resets = <&gcc GCC_USB30_PRIM_BCR>;');
    await editor.locator('.squiggly-error').first().waitFor({ state: 'detached', timeout: 60_000 });
  },
);

await test(
  'a comma too few is said where it is missing, and put in by the preferred repair',
  at(AIM, '\n&usb_1 {', 1),
  async (page, editor) => {
    await ready(page, AIM);
    await page.keyboard.press('ArrowDown');
    await typeLine(page, 'assigned-clock-rates = <1> <2>;');
    await page.keyboard.press('Escape');
    await editor.locator('.squiggly-error').first().waitFor({ state: 'attached', timeout: 90_000 });
    const repair = await repairWith(page, "Insert ','");
    await shoot(page, 'error-comma');
    await repair.click();
    await shows(page, 'assigned-clock-rates = <1>, <2>;');
  },
);

await stop();
