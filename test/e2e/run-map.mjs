// SPDX-License-Identifier: MIT
// The map's page in a browser, under its own policy: what it shows, by mouse and keyboard, in each theme; axe on all of it.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server, servePage } from './map-page.mjs';
import { launchBrowser, screenshots } from './session.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(path.join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
const acme = path.join(here, 'fixtures/linux/arch/arm64/boot/dts/acme/board.dts');
/** Milliseconds of the processor for 640 devices, whatever else the machine does; twice as much on a slow one. */
const LIMIT = 150;
const SLACK = 2;

const server = new Server();
await server.start();
const { origin, stop } = await servePage();
const browser = await launchBrowser();
let failed = 0;

function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** A page that has the content; `theme` as VS Code names it on the body. */
async function open(content, { theme = 'vscode-dark', width = 1400, height = 900 } = {}) {
  // No policy of the test's own: what the page forbids stays forbidden, and what it tries is an error.
  const page = await browser.newPage({ viewport: { width, height } });
  page.problems = [];
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
  page.on('pageerror', (error) => page.problems.push(String(error)));
  await page.addInitScript(() => {
    window.sent = [];
    let state = JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined;
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => window.sent.push(message),
      getState: () => state,
      setState: (next) => {
        state = next;
        sessionStorage.setItem('state', JSON.stringify(next));
      },
    });
  });
  await page.goto(origin);
  await page.evaluate((name) => document.body.classList.add(name), theme);
  if (content) await send(page, { type: 'map', content });
  return page;
}

function send(page, message) {
  return page.evaluate((data) => window.dispatchEvent(new MessageEvent('message', { data })), message);
}

/** Messages of the page since the last call. */
function sent(page) {
  return page.evaluate(() => window.sent.splice(0));
}

const names = (page) => page.locator('#map .card .nm, #map .hh .nm, #map .fn').allTextContents();
const focused = (page) => page.evaluate(() => document.activeElement?.dataset?.path);

async function withoutFindings(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
  check(found.length === 0, `axe on ${what}:\n${found.join('\n')}`);
}

async function test(title, run) {
  try {
    await run();
    console.log(`ok ${title}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${title}`);
    for (const line of String(error.stack).split('\n')) console.log(`# ${line}`);
  }
}

/** A board with so many masters of its IOMMUs. */
function large(count) {
  const smmus = [0, 1, 2, 3].map(
    (at) =>
      `smmu${at}: iommu@${at + 1}0000000 { compatible = "arm,smmu-v3"; reg = <0x${at + 1}0000000 0x20000>; #iommu-cells = <1>; };`,
  );
  const kinds = ['ethernet', 'mmc', 'usb', 'crypto', 'video-codec', 'gpu', 'dma-controller', 'display'];
  const devices = Array.from({ length: count }, (_, at) => {
    const unit = (0x50000000 + at * 0x1000).toString(16);
    // Names without a number: siblings that differ only in it are one series.
    const letter = (digit) => String.fromCharCode(97 + (Math.floor(at / 26 ** digit) % 26));
    const name = `${kinds[at % kinds.length]}-${letter(1)}${letter(0)}`;
    return `dev${at}: ${name}@${unit} { compatible = "acme,dev"; reg = <0x${unit} 0x1000>; iommus = <&smmu${at % 4} ${at}>; };`;
  });
  return `/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;\n${[...smmus, ...devices].join('\n')}\n};\n`;
}

const small = await server.map(acme);

await test('lanes, the legend and the sentence, without a complaint of the browser or of axe, in each theme', async () => {
  for (const theme of ['vscode-dark', 'vscode-light', 'vscode-high-contrast']) {
    const page = await open(small, { theme });
    check((await names(page)).includes('ethernet'), `names: ${await names(page)}`);
    check((await page.locator('.gate b').allTextContents()).includes('smmu'), 'no gate');
    await withoutFindings(page, theme);
    check(page.problems.length === 0, page.problems.join('\n'));
    await page.close();
  }
});

await test('a click selects, asks for details and for the line; Escape closes and leaves the focus', async () => {
  const page = await open(small);
  await sent(page);
  const card = page.locator('#map .card', { hasText: 'ethernet' }).first();
  await card.click();
  const node = await card.getAttribute('data-path');
  const messages = await sent(page);
  check(
    messages.some(({ type, path: of }) => type === 'details' && of === node),
    JSON.stringify(messages),
  );
  check(
    messages.some(({ type, focus }) => type === 'reveal' && focus === false),
    JSON.stringify(messages),
  );
  await send(page, { type: 'details', path: node, details: await server.details(small.board, node) });
  const text = await page.locator('.det').textContent();
  check(text.includes('dma-iommu') && text.includes('of_iommu_xlate'), text);
  await withoutFindings(page, 'details');
  await page.locator('.det .linkish').first().click();
  const [evidence] = await sent(page);
  check(evidence?.type === 'evidence' && evidence.path === node, JSON.stringify(evidence));
  await page.keyboard.press('Escape');
  check(await page.locator('.det').isHidden(), 'the details are open');
  check((await focused(page)) === node, `the focus is on ${await focused(page)}`);
  await page.close();
});

await test('on another platform: what changed is marked, filtered and told, in each theme', async () => {
  const on = 'iommu.passthrough=1';
  const content = await server.content(small.board, on);
  for (const theme of ['vscode-dark', 'vscode-light', 'vscode-high-contrast']) {
    const page = await open(content, { theme });
    check((await page.locator('.bsel .chip').textContent()) === on, 'the platform is not named');
    const card = page.locator('#map .card', { hasText: 'ethernet' }).first();
    check((await card.getAttribute('aria-description')).includes('own platform: ethernet → smmu'), 'nothing is told');
    await page.locator('.fl', { hasText: 'Changed' }).click();
    check((await names(page)).join() === 'ethernet', `changed: ${await names(page)}`);
    await card.click();
    const node = await card.getAttribute('data-path');
    await send(page, { type: 'details', path: node, details: await server.details(small.board, node, on) });
    check((await page.locator('.det .was').textContent()).includes('translated (dma-iommu)'), 'the details lack it');
    await withoutFindings(page, `another platform, ${theme}`);
    await page.locator('[data-view=what-if]').click();
    await page.locator('#wish').fill('6.1 swiotlb=force');
    await page.keyboard.press('Enter');
    const wish = (await sent(page)).findLast(({ type }) => type === 'what-if')?.wish;
    await send(page, { type: 'what-if', wish, result: await server.whatIf(small.board, wish) });
    await page.locator('[data-action=beside]').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-action=choose-config]').click();
    check(
      JSON.stringify((await sent(page)).slice(-2)) ===
        JSON.stringify([{ type: 'beside', wish: '6.1 swiotlb=force' }, { type: 'choose-config' }]),
      'the extension is not asked',
    );
    await withoutFindings(page, `what if, ${theme}`);
    const { on: kept } = await page.evaluate(() => JSON.parse(sessionStorage.getItem('state')));
    check(kept === on, 'the platform is not kept');
    check(page.problems.length === 0, page.problems.join('\n'));
    await page.close();
  }
  const own = await open(small);
  check((await own.locator('.flag.chg, .fl.f-changed, .bsel .chip').count()) === 0, 'the own platform marks changes');
  await own.close();
});

await test('texts of the tree are texts', async () => {
  const evil = '<img src=x onerror="window.hit=1"><b>x</b>';
  const text = JSON.stringify(small).replaceAll('"name":"ethernet"', `"name":${JSON.stringify(evil)}`);
  const page = await open(JSON.parse(text));
  check((await names(page)).includes(evil), `names: ${await names(page)}`);
  check(await page.evaluate(() => window.hit === undefined && !document.querySelector('#map img')), 'it became markup');
  await page.close();
});

await test('640 devices: drawn, filtered and changed in time, with selection, scroll and focus kept', async () => {
  const file = path.join(path.dirname(acme), 'large.dts');
  const content = await server.map(file, large(640));
  const page = await open(null);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  /** Time of the page's thread: script, style and layout. */
  const timed = async (run, argument) => {
    const busy = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      const parts = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'];
      return metrics.reduce((sum, { name, value }) => sum + (parts.includes(name) ? value * 1000 : 0), 0);
    };
    // What is sent is there before the time begins.
    await page.evaluate((data) => {
      window.given = data;
    }, argument);
    const before = await busy();
    await page.evaluate(run);
    return (await busy()) - before;
  };
  const receive = () => {
    window.dispatchEvent(new MessageEvent('message', { data: window.given }));
    document.querySelector('#map').getBoundingClientRect();
  };
  const drawn = await timed(receive, { type: 'map', content });
  const cards = await page.locator('#map .card').count();
  check(cards === 640, `${cards} cards`);
  await page.locator('#map .card').nth(400).click();
  await page.evaluate(() => document.querySelector('.main').scrollTo(0, 900));
  const before = await focused(page);
  const next = structuredClone(content);
  next.lanes.lanes[0].gate.driver = 'another';
  const kept = await page.locator('#map .card').nth(500).elementHandle();
  const changed = await timed(receive, { type: 'map', content: next });
  check(await kept.evaluate((card) => card.isConnected), 'a lane that did not change was drawn anew');
  check((await page.locator('.gs').allTextContents()).includes('another'), 'the change is not shown');
  check((await focused(page)) === before, 'the focus is lost');
  const top = await page.evaluate(() => document.querySelector('.main').scrollTop);
  check(Math.abs(top - 900) < 2, `scrolled to ${top}`);
  check((await page.locator('#map .sel').count()) === 1, 'the selection is lost');
  const typed = await timed(() => {
    const input = document.querySelector('#q');
    input.value = '0x27f';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    document.querySelector('#map').getBoundingClientRect();
  });
  check((await names(page)).join() === 'dev639', `found ${await names(page)}`);
  console.log(
    `# drawn ${drawn.toFixed(0)} ms, a lane changed ${changed.toFixed(0)} ms, searched ${typed.toFixed(0)} ms`,
  );
  for (const [what, took] of Object.entries({ drawn, changed, typed })) {
    check(took < LIMIT * SLACK, `${what} took ${took.toFixed(0)} ms`);
  }
  await page.close();
});

const kernel = [
  process.env.KERNEL_DIR,
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'devicetree-iommu/linux-6.12'),
].find((folder) => folder && existsSync(path.join(folder, 'arch/arm64/boot/dts/qcom/sm8550-qrd.dts')));
if (kernel) {
  const boards = path.join(kernel, 'arch/arm64/boot/dts');
  const sm8550 = await server.map(path.join(boards, 'qcom/sm8550-qrd.dts'));

  await test('sm8550-qrd: search through masks, ranges and requester IDs; filters; keyboard; nothing lost', async () => {
    const page = await open(sm8550);
    const found = async (query) => {
      await page.locator('#q').fill(query);
      return (await names(page)).map((name) => name.trim());
    };
    check((await found('0x1c02')).join() === 'mdss', `0x1c02 finds ${await names(page)}`);
    check(
      (await found('0x1401')).some((name) => name.startsWith('wifi@0')),
      `0x1401 finds ${await names(page)}`,
    );
    check((await found('01:00.0')).includes('pcie0'), `01:00.0 finds ${await names(page)}`);
    const live = await page.locator('.vh[aria-live]').textContent();
    check(/^\d+ of \d+ devices shown$/.test(live), live);
    check((await found('nothing has this name')).length === 0, 'something is found');
    await page.locator('[data-action=clear]').click();
    check((await names(page)).length > 20, 'the search is not cleared');
    await page.locator('.fl', { hasText: 'Passed through' }).click();
    check((await names(page)).join() === 'gpu,gmu', `passed through: ${await names(page)}`);
    check((await page.evaluate(() => document.activeElement.dataset.way)) === 'identity', 'the filter lost the focus');
    await page.locator('.fl', { hasText: 'Passed through' }).click();
    check((await page.locator('#map [tabindex="0"]').count()) === 1, 'Tab stops more than once');
    await page.locator('#map [tabindex="0"]').focus();
    const first = await focused(page);
    await page.keyboard.press('ArrowDown');
    check((await focused(page)) !== first, 'ArrowDown leads nowhere');
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    check((await focused(page)) === first, 'Home does not lead back');
    await page.keyboard.press('/');
    check((await page.evaluate(() => document.activeElement.id)) === 'q', '/ does not lead to the search');
    const series = page.locator('.series', { hasText: 'compute-cb' }).first();
    await series.click();
    check((await names(page)).filter((name) => name.startsWith('compute-cb@')).length > 4, 'the series is closed');
    await withoutFindings(page, 'sm8550-qrd');
    check(page.problems.length === 0, page.problems.join('\n'));
    await page.reload();
    await send(page, { type: 'map', content: sm8550 });
    check((await names(page)).filter((name) => name.startsWith('compute-cb@')).length > 4, 'what was open is closed');
    await page.close();
  });

  await test('who waits for whom, and what another command line changes, without a finding of axe', async () => {
    const page = await open(sm8550, { theme: 'vscode-light', width: 1450 });
    await page.locator('#map .card', { hasText: 'ufs_mem_hc' }).first().click();
    await sent(page);
    await page.locator('.det [data-action=boot]').click();
    const [asked] = await sent(page);
    check(asked?.type === 'boot' && asked.path.startsWith('/soc@0/ufs'), JSON.stringify(asked));
    await send(page, { type: 'boot', boot: await server.boot(sm8550.board, asked.path) });
    await page.keyboard.press('Escape');
    check((await page.locator('#boot h2').first().textContent()) === 'What ufs_mem_hc waits for', 'another device');
    check((await page.locator('.bn.me').textContent()).includes('ufs_mem_hc'), 'the device is not marked');
    check((await page.locator('.lines path.way').count()) > 1, 'no way is marked');
    await page.screenshot({ path: path.join(screenshots, 'map-boot-order.png') });
    await withoutFindings(page, 'the boot order');
    await page.locator('.bn', { hasText: 'apps_smmu' }).first().click();
    check(
      (await sent(page)).some(({ type, path: of }) => type === 'boot' && of.includes('iommu@15000000')),
      'no question',
    );
    await page.locator('[data-view=what-if]').click();
    await page.locator('.fl', { hasText: 'iommu.passthrough=1' }).click();
    const wish = (await sent(page)).find(({ type }) => type === 'what-if')?.wish;
    check(wish === 'iommu.passthrough=1', `the wish is ${wish}`);
    await send(page, { type: 'what-if', wish, result: await server.whatIf(sm8550.board, wish) });
    const row = await page.locator('#what-if tbody tr').first().textContent();
    check(row.includes('passed through untranslated') && row.includes('iommu_subsys_init'), row);
    check((await page.locator('#what-if tbody tr').count()) === 1, 'more than one row');
    await page.screenshot({ path: path.join(screenshots, 'map-what-if.png') });
    await withoutFindings(page, 'what if');
    await page.locator('#q').fill('gpu');
    check(await page.locator('#map').isVisible(), 'a search does not lead back to the map');
    check(page.problems.length === 0, page.problems.join('\n'));
    await page.close();
  });

  const looks = [
    ['qcom/sm8550-qrd.dts', 'ufs_mem_hc', 'vscode-light', 1500],
    ['qcom/sm8550-qrd.dts', null, 'vscode-dark', 1400],
    ['qcom/sm8550-qrd.dts', null, 'vscode-light', 620],
    ['renesas/r8a77951-salvator-xs.dts', null, 'vscode-dark', 1400],
    ['rockchip/rk3588-evb1-v10.dts', null, 'vscode-high-contrast', 1400],
    ['nvidia/tegra234-p3737-0000+p3701-0000.dts', null, 'vscode-light', 1400],
    ['freescale/fsl-lx2160a-rdb.dts', null, 'vscode-dark', 1400],
    ['xilinx/zynqmp-zcu102-rev1.0.dts', null, 'vscode-light', 1400],
    ['freescale/imx8mp-evk.dts', null, 'vscode-dark', 1400],
  ];
  for (const [board, label, theme, width] of looks) {
    await test(`${board} in ${theme}, ${width} wide: no finding of axe`, async () => {
      const content = await server.map(path.join(boards, board));
      const page = await open(content, { theme, width });
      if (label) {
        const card = page.locator('#map .card', { hasText: label }).first();
        await card.click();
        const node = await card.getAttribute('data-path');
        await send(page, { type: 'details', path: node, details: await server.details(content.board, node) });
      }
      await page.screenshot({
        path: path.join(screenshots, `map-${path.basename(board, '.dts')}-${theme}-${width}.png`),
      });
      await withoutFindings(page, board);
      check(page.problems.length === 0, page.problems.join('\n'));
      await page.close();
    });
  }
}

server.stop();
stop();
await browser.close();
process.exit(failed > 0 ? 1 : 0);
