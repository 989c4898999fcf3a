// SPDX-License-Identifier: MIT
// What the runners share: a temporary workspace and profile, a browser, and where things are.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { loadModule } from '../../scripts/load-module.mjs';

const { makeProfile } = await loadModule('scripts/e2e/vscode-host.ts');

const here = path.dirname(fileURLToPath(import.meta.url));

/** Looked at by people, not compared: fonts differ between machines. */
export const screenshots = path.join(here, 'screenshots');
mkdirSync(screenshots, { recursive: true });

// Node runs the `exit` handlers, which stop VS Code, only when it ends by itself.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** What `scripts/e2e/main.ts` prepared. */
export function prepared(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with \`npm run test:e2e\`.`);
  return value;
}

/** On top of what every profile has. */
export const SETTINGS = {
  'editor.hover.delay': 100,
  'workbench.editor.enablePreview': false,
  'files.autoSave': 'off',
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'security.workspace.trust.enabled': false,
};

/** A copy of the workspace and an empty profile, both gone after `dispose`; `settings` on top of {@link SETTINGS}. */
export function makeSession(settings = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'dt-iommu-vscode-'));
  const workspace = path.join(folder, 'linux');
  cpSync(path.join(here, 'fixtures/linux'), workspace, { recursive: true });
  return {
    folder,
    workspace,
    profile: makeProfile(folder, { ...SETTINGS, ...settings }),
    dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/** Without a sandbox, which needs a user other than root; the pages are our own. */
export const CHROMIUM = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
  ],
};

export function launchBrowser() {
  return chromium.launch(CHROMIUM);
}
