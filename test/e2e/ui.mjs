// SPDX-License-Identifier: MIT
// VS Code in a browser with the packed extension, for the tests of its window: start, look, point, type commands.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadModule } from '../../scripts/load-module.mjs';
import { launchBrowser, makeSession, prepared, screenshots } from './session.mjs';

const { address, fetchHost, installExtension, startServer } = await loadModule('scripts/e2e/vscode-host.ts');

export const TRIES = 5;

/** Part of the titles of the tests that are run, for who works on one of them. */
const only = process.env.E2E_ONLY ?? '';

/** A kernel source, where there is one. */
export const kernel = [
  process.env.KERNEL_DIR,
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'devicetree-iommu/linux-6.12'),
].find((folder) => folder && existsSync(path.join(folder, 'arch/arm64/boot/dts/qcom/sm8550-qrd.dts')));

/** `test` opens a file in a window of its own; `stop` ends the program with the tests' verdict. */
export async function startUi(part) {
  const session = makeSession();
  const host = await fetchHost(console.log);
  await installExtension(host, session.profile, prepared('E2E_VSIX'));
  const server = await startServer(host, session.profile);
  const browser = await launchBrowser();
  let failed = 0;

  async function test(title, { folder, file }, run) {
    if (!title.includes(only)) return;
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    try {
      await page.goto(address(server, { folder, file }), { waitUntil: 'domcontentloaded' });
      const editor = page.locator('.editor-instance .monaco-editor').first();
      await editor.locator('.view-line').first().waitFor({ timeout: 120_000 });
      await run(page, editor);
      console.log(`ok ${title}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${title}`);
      for (const line of String(error.stack).split('\n')) console.log(`# ${line}`);
      await page.screenshot({ path: path.join(screenshots, `failed-${part}-${failed}.png`) }).catch(() => {});
    } finally {
      await page.close();
    }
  }

  async function stop() {
    await browser.close();
    await server.stop();
    session.dispose();
    process.exit(failed > 0 ? 1 : 0);
  }

  return { session, test, stop };
}

/** The middle of a word on the screen; `line` is a part of its line. */
export function placeOf(page, line, word) {
  return page.evaluate(
    ([line, word]) => {
      const plain = (text) => text.replaceAll('\u00a0', ' ');
      const row = [...document.querySelectorAll('.view-line')].find((each) => plain(each.textContent).includes(line));
      if (!row) return undefined;
      const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const at = plain(text.data).indexOf(word);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + word.length);
        const box = range.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      }
      return undefined;
    },
    [line, word],
  );
}

export async function clickOn(page, line, word) {
  const { x, y } = await within(word, () => placeOf(page, line, word));
  await page.mouse.click(x, y);
}

/** The number of the first line that has the text. */
export const lineOf = (file, text) => readFileSync(file, 'utf8').split(text)[0].split('\n').length;

export async function within(what, ask, limit = 60_000) {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(100)) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(`${what}: not within ${limit / 1000} s`);
}

/** The text of the hover over a word, when it holds `expected`; the server may still be reading, so it is asked again. */
export async function hover(page, { line, word, expected }) {
  const shown = page.locator('.monaco-hover:visible', { hasText: expected }).first();
  for (let tries = 0; tries < TRIES; tries++) {
    const { x, y } = await within(word, () => placeOf(page, line, word));
    await page.mouse.move(x + 300, y + 200);
    await page.mouse.move(x + tries, y, { steps: 4 });
    const found = await shown.waitFor({ timeout: 4000 }).then(
      () => true,
      () => false,
    );
    if (found) return shown.textContent();
    await page.keyboard.press('Escape');
  }
  throw new Error(`No hover over ${word} says: ${expected}`);
}

/** `clip`: a part of the window. */
export async function shoot(page, name, clip) {
  await page.waitForTimeout(300);
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), ...(clip && { clip }) });
}

export function includes(text, ...parts) {
  for (const part of parts) if (!text.includes(part)) throw new Error(`No ${part} in: ${text}`);
}

/** The palette lists what is known when it opens: it is opened again until the extension is there. */
export async function command(page, title) {
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  for (let tries = 0; tries < TRIES; tries++) {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').first().fill(`>${title}`);
    const found = await row.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    if (found) return row.click();
    await page.keyboard.press('Escape');
  }
  throw new Error(`No command ${title}`);
}

export async function theme(page, name) {
  await command(page, 'Preferences: Color Theme');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().click();
  await page.locator('.quick-input-list').first().waitFor({ state: 'hidden' });
}
