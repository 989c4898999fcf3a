// SPDX-License-Identifier: MIT
// The suite in a browser's own extension host, as on vscode.dev: no server, files from the page.
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { CHROMIUM, makeSession, prepared } from './session.mjs';

const require = createRequire(import.meta.url);

/** Runs it in the build that `prepare(folder)` puts into the folder; that gives `{ commit, esm }`. Ends the process. */
export async function runWebSuite(prepare) {
  const session = makeSession();
  const extension = prepared('E2E_EXTENSION');
  let code = 0;
  try {
    useChromium();
    await require('@vscode/test-web').runTests({
      browserType: 'chromium',
      quality: 'stable',
      ...(await prepare(session.folder)),
      testRunnerDataDir: session.folder,
      port: await freePort(),
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
}

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
