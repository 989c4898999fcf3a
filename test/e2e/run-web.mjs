// SPDX-License-Identifier: MIT
// The suite in the browser's own extension host, as on vscode.dev: no server, files from the page.
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { fetchHost } from '../../scripts/vscode-host.mjs';
import { CHROMIUM, makeSession, prepared } from './session.mjs';
import { prepareWebBuild } from './web-build.mjs';

const require = createRequire(import.meta.url);

/** test-web has no option that names the browser, so its Playwright is given ours. */
function useChromium() {
  const { chromium } = createRequire(require.resolve('@vscode/test-web'))('playwright');
  const launch = chromium.launch.bind(chromium);
  chromium.launch = (options) => launch({ ...options, ...CHROMIUM, args: [...(options.args ?? []), ...CHROMIUM.args] });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const host = await fetchHost(console.log);
const session = makeSession();
const extension = prepared('E2E_EXTENSION');
let code = 0;
try {
  useChromium();
  await require('@vscode/test-web').runTests({
    browserType: 'chromium',
    quality: 'stable',
    commit: prepareWebBuild(host, session.folder),
    testRunnerDataDir: session.folder,
    port: await freePort(),
    esm: true,
    extensionDevelopmentPath: extension,
    extensionTestsPath: path.join(extension, 'e2e/index.cjs'),
    folderPath: session.workspace,
    headless: true,
  });
} catch (error) {
  console.error(String(error));
  code = 1;
} finally {
  session.dispose();
}
process.exit(code);
