// SPDX-License-Identifier: MIT
// The suite in VS Code's extension host for Node, which is the one of the desktop, driven from a browser window.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadModule } from '../../scripts/load-module.mjs';
import { launchBrowser, makeSession, prepared, screenshots } from './session.mjs';

const { fetchHost, startServer } = await loadModule('scripts/e2e/vscode-host.ts');

const LIMIT_MS = 540_000;

/**
 * Gives the exit code of the tests; what they print goes to standard output. `prepare` makes what the window shows
 * instead of the Linux tree: `{ folder }` or `{ workspace }`.
 */
export async function runInNodeHost({ extension, tests, workspace, settings, prepare }) {
  const session = makeSession(settings);
  const shown = prepare ? prepare(session) : { folder: workspace ?? session.workspace };
  // Built products take tests from the address only with this option.
  const server = await startServer(await fetchHost(console.log), session.profile, {
    args: ['--enable-smoke-test-driver'],
    env: { E2E_DATA: session.profile.data },
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const { promise, resolve } = deferred();
    await page.exposeFunction('codeAutomationLog', (_type, args) => console.log(...args));
    await page.exposeFunction('codeAutomationExit', resolve);
    page.on('crash', () => resolve('the page crashed'));
    const timer = setTimeout(() => resolve(`no answer within ${LIMIT_MS} ms`), LIMIT_MS);
    const remote = (file) => `vscode-remote://127.0.0.1:${server.port}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(extension)],
      ['extensionTestsPath', remote(tests)],
    ];
    const query = new URLSearchParams({ ...shown, payload: JSON.stringify(payload) });
    await page.goto(`${server.url}/?${query}`);
    const code = await promise;
    clearTimeout(timer);
    if (code !== 0) await page.screenshot({ path: path.join(screenshots, 'failed-node.png') });
    return code;
  } finally {
    await browser.close();
    await server.stop();
    session.dispose();
  }
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const extension = prepared('E2E_EXTENSION');
  const code = await runInNodeHost({ extension, tests: path.join(extension, 'e2e/index.cjs') });
  if (code !== 0) console.error(`The tests ended with ${code}.`);
  process.exit(code === 0 ? 0 : 1);
}
