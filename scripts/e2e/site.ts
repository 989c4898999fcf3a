// SPDX-License-Identifier: MIT
// `npm run test:site`: the site as `npm run site` makes it, in Chromium.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, installTools } from './tools.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const node = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, timeout: 300_000 });

export function main(): number {
  const work = mkdtempSync(path.join(tmpdir(), 'dt-iommu-site-'));
  let passed = 0;
  let failed = 0;
  try {
    const chromium = findChromium();
    installTools();
    const made = node([path.join(root, 'scripts/run.mjs'), 'release/site.ts', '--out', path.join(work, 'site')]);
    if (made.status !== 0) throw new Error(`npm run site: ${made.stdout}${made.stderr}`);
    const env = { E2E_SITE: path.join(work, 'site'), CHROMIUM_PATH: chromium };
    const { status, stdout, stderr } = node([path.join(root, 'test/e2e/run-site.mjs')], env);
    process.stdout.write(stdout);
    passed = stdout.match(/^ok /gm)?.length ?? 0;
    failed = stdout.match(/^not ok /gm)?.length ?? 0;
    if (status !== 0 && failed === 0) throw new Error(stderr);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    failed++;
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}
