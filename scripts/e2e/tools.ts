// SPDX-License-Identifier: MIT
// What tests in a browser need beyond `npm ci`: Chromium of the system, and the packages of test/e2e.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const e2e = fileURLToPath(new URL('../../test/e2e', import.meta.url));
const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);

/** Throws a sentence that says how to get one. */
export function findChromium(): string {
  const found = process.env.CHROMIUM_PATH ?? CHROMIUMS.find((file) => existsSync(file));
  if (!found) throw new Error('Chromium is missing: `apt-get install chromium`, or name one with CHROMIUM_PATH.');
  return found;
}

/** Playwright, mocha and test-web: only these tests need them, so `npm ci` of the project does not bring them. */
export function installTools(): void {
  const lock = readFileSync(path.join(e2e, 'package-lock.json'), 'utf8');
  const stamp = path.join(e2e, 'node_modules/.complete');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing the test tools into test/e2e/node_modules (once)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Without scripts: that of test-web would download a browser.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(npm, args, { cwd: e2e, stdio: 'inherit' });
  if (status !== 0) throw new Error('`npm ci` in test/e2e failed.');
  writeFileSync(stamp, lock);
}
