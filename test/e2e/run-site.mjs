// SPDX-License-Identifier: MIT
// The site in a browser as any web server gives it: playground, map, pages, search, and the library under a page's policy.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser, prepared, screenshots } from './session.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
const site = prepared('E2E_SITE');
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};
const LIBRARY = `<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"><script type="module" src="/test/library.js"></script>`;
const PROGRAM = `import { open } from '/library.js';
const workspace = await open({ files: { '/board.dts': await (await fetch('/examples/smmu-virt.dts')).text() } });
document.title = workspace.board('/board.dts').devices().filter(({ verdict }) => verdict.startsWith('iommu')).length + ' translated';`;
const OWN = { '/test/library.html': LIBRARY, '/test/library.js': PROGRAM };

const web = createServer((request, response) => {
  const name = new URL(request.url, 'http://localhost').pathname;
  const file = path.join(site, path.normalize(name.endsWith('/') ? `${name}index.html` : name));
  try {
    const content = OWN[name] ?? readFileSync(file);
    const type = TYPES[path.extname(file)] ?? 'text/plain';
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${web.address().port}`;
const browser = await launchBrowser();
let failed = 0;

function check(condition, message) {
  if (!condition) throw new Error(message);
}

async function test(title, address, run, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
  page.problems = [];
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('requestfailed', (request) => {
    const { errorText } = request.failure() ?? {};
    // What a page that was left had asked for.
    if (errorText !== 'net::ERR_ABORTED') page.problems.push(`${request.url()}: ${errorText}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('blob:')) page.problems.push(request.url());
  });
  try {
    await page.goto(`${origin}/${address}`);
    await run(page);
    check(page.problems.length === 0, page.problems.join('\n'));
    console.log(`ok ${title}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${title}`);
    for (const line of [...String(error.stack).split('\n'), ...page.problems]) console.log(`# ${line}`);
    await page.screenshot({ path: path.join(screenshots, 'failed-site.png') }).catch(() => {});
  } finally {
    await page.close();
  }
}

/** The playground with the text of its first example, analysed. */
async function ready(page) {
  await page.locator('#status', { hasText: /problem/i }).waitFor({ timeout: 30_000 });
}

async function paste(page, text) {
  await page.locator('#text').fill(text);
  await ready(page);
}

const DISABLED = readFileSync(path.join(here, '../../examples/smmu-virt.dts'), 'utf8').replace(
  '#iommu-cells = <1>;',
  '#iommu-cells = <1>;\n\t\tstatus = "disabled";',
);

await test('a pasted tree has problems with marks, pages and repairs', 'index.html', async (page) => {
  await ready(page);
  await paste(page, DISABLED);
  const problem = page.locator('#problems li', { hasText: 'which is disabled' }).first();
  await problem.waitFor();
  check((await page.locator('#behind mark.warning').count()) > 0, 'no mark under the text');
  check((await problem.locator('a').getAttribute('href')) === 'docs/rules/iommus-target-disabled.html', 'no page');
  await problem.locator('button.go').click();
  const selected = await page
    .locator('#text')
    .evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  check(selected === 'iommus', `selected: ${selected}`);
  await problem
    .locator('button.fix', { hasText: /Enable/ })
    .first()
    .click();
  await page.locator('#problems li', { hasText: 'which is disabled' }).first().waitFor({ state: 'detached' });
  check(!(await page.locator('#text').inputValue()).includes('"disabled"'), 'not repaired');
});

await test('the mouse and the cursor show what a place is', 'index.html', async (page) => {
  await page.locator('#example').selectOption('smmu-virt.dts');
  await page.locator('#text', { hasText: '' }).waitFor();
  await page.waitForFunction(() => document.getElementById('text').value.includes('smmuv3'));
  await ready(page);
  const text = await page.locator('#text').inputValue();
  const at = text.indexOf('iommus = <');
  const before = text.slice(0, at).split('\n');
  await page.locator('#text').evaluate((area, line) => (area.scrollTop = (line - 5) * 19), before.length);
  const box = await page.locator('#text').boundingBox();
  // The line's own place: 19 pixels a line, tabs of 8 columns.
  const scroll = await page.locator('#text').evaluate((area) => area.scrollTop);
  await page.mouse.move(box.x + 12 + 8 * 7.83 * 2 + 10, box.y + 8 + (before.length - 1) * 19 - scroll + 9);
  await page.locator('#about', { hasText: /smmu/i }).waitFor();
  await page.locator('#text').evaluate((area, offset) => {
    area.focus();
    area.setSelectionRange(offset, offset);
  }, text.indexOf('#iommu-cells'));
  await page.keyboard.press('ArrowRight');
  await page.locator('#about', { hasText: '#iommu-cells' }).waitFor();
});

await test('the map follows the text, leads to lines, and tells details', 'index.html', async (page) => {
  await ready(page);
  await paste(page, DISABLED.replace('status = "disabled";', ''));
  const map = page.frameLocator('#map');
  await map.locator('.lane').first().waitFor({ timeout: 20_000 });
  await map.locator('.card').first().click();
  await map.locator('aside.det:not([hidden])').waitFor();
  const selected = await page.locator('#text').evaluate((area) => area.selectionEnd - area.selectionStart);
  check(selected > 0, 'the map does not lead to the line');
  await page.screenshot({ path: path.join(screenshots, 'site.png') });
});

await test('another platform gives other answers', 'index.html', async (page) => {
  await page.locator('#example').selectOption('xen-guest.dts');
  await ready(page);
  const map = page.frameLocator('#map');
  await map.locator('body', { hasText: 'Xen guest' }).waitFor();
  await page.locator('#platform').selectOption('linux 6.12');
  await map.locator('body', { hasText: 'Linux 6.12' }).waitFor();
});

await test('what is pasted stays text', 'index.html', async (page) => {
  await ready(page);
  const evil =
    '/dts-v1/;\n/ { "<img src=x onerror=alert(1)>" ; a<b>& = "[x](javascript:alert(1))"; <script>alert(1)</script> };\n';
  await paste(page, `${evil}/ { compatible = "<svg onload=alert(1)>", "[a](javascript:alert(1))"; };\n`);
  await page.locator('#text').click({ position: { x: 60, y: 36 } });
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(500);
  const links = await page.locator('a[href^="javascript"]').count();
  check(
    links === 0 && (await page.locator('#about img, #problems img, #about script').count()) === 0,
    'it became markup',
  );
});

await test('pages: links and pictures lead somewhere, the search finds rules', 'docs/index.html', async (page) => {
  const broken = await page.evaluate(async () => {
    const seen = new Set();
    const bad = [];
    const parse = async (address) => {
      const answer = await fetch(address);
      if (!answer.ok) bad.push(address);
      return new DOMParser().parseFromString(await answer.text(), 'text/html');
    };
    const first = [
      'docs/index.html',
      'docs/rules.html',
      'docs/xen.html',
      'docs/tasks/grants.html',
      'docs/library.html',
    ];
    for (const start of first) {
      const base = new URL(`/${start}`, location.href);
      const found = await parse(base);
      for (const link of found.querySelectorAll('a[href], img[src]')) {
        const target = new URL(link.getAttribute('href') ?? link.getAttribute('src'), base);
        target.hash = '';
        if (target.origin !== location.origin || seen.has(target.href)) continue;
        seen.add(target.href);
        if (!(await fetch(target, { method: 'HEAD' })).ok) bad.push(`${start}: ${target.pathname}`);
      }
    }
    return { bad, seen: seen.size };
  });
  check(broken.bad.length === 0 && broken.seen > 300, `${broken.seen} links, broken: ${broken.bad.slice(0, 10)}`);
  await page.locator('#search').fill('backend-domid legacy');
  await page.locator('#found a', { hasText: 'xen-backend-domid-legacy' }).first().click();
  await page.locator('h1').waitFor();
  check(page.url().endsWith('/docs/rules/xen-backend-domid-legacy.html'), page.url());
});

await test('the library runs in a page without eval', 'test/library.html', async (page) => {
  await page.waitForFunction(() => document.title.endsWith('translated'), undefined, { timeout: 20_000 });
  check((await page.title()) === '1 translated', await page.title());
});

for (const [name, colorScheme] of [
  ['light', 'light'],
  ['dark', 'dark'],
]) {
  await test(
    `nothing for axe to say, ${name}`,
    'index.html',
    async (page) => {
      await ready(page);
      await paste(page, DISABLED);
      await page.locator('#problems button.fix').first().waitFor();
      // By the debugger: the page's policy lets no script of others in.
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
      check(
        found.violations.length === 0,
        found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`).join('\n'),
      );
      await page.screenshot({ path: path.join(screenshots, `site-${name}.png`) });
    },
    { colorScheme },
  );
}

await browser.close();
web.close();
process.exit(failed > 0 ? 1 : 0);
