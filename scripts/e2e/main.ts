// SPDX-License-Identifier: MIT
// `npm run test:e2e [-- PART…]`: the packed extension in a real VS Code: through its window, and in both kinds of extension host.
//
// Each part below is a program of its own in test/e2e that prints `ok NAME` or `not ok NAME` per test.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { findChromium, installTools } from './tools.ts';
import { fetchHost, type Host, installExtension, makeProfile, packExtension } from './vscode-host.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const e2e = path.join(root, 'test/e2e');
const PARTS = [
  'map',
  'ui',
  'editing',
  'first',
  'views',
  'side-bar',
  'platforms',
  'language',
  'node',
  'git',
  'web',
  'web-oldest',
  'electron',
];
/** No part takes a third of it; a hung browser must not hold a CI machine. */
const LIMIT_MS = 600_000;

/** Only to build VS Code's native modules, so only where it is not in the cache yet. */
async function fetchVscode(): Promise<Host> {
  const missing = ['g++', 'make', 'python3'].filter((tool) => spawnSync(tool, ['--version']).error);
  try {
    return await fetchHost(console.log);
  } catch (error) {
    const cause = missing.length > 0 ? `${missing.join(', ')} missing: \`apt-get install g++ make python3\`. ` : '';
    throw new Error(`VS Code could not be fetched or built: ${cause}${messageOf(error)}`);
  }
}

/** The installed extension with the tests for the extension host beside it, in a folder of its own. */
async function prepareExtension(host: Host, work: string): Promise<{ vsix: string; extension: string }> {
  const built = spawnSync(process.execPath, [path.join(root, 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('The extension could not be built.');
  const vsix = await packExtension(root, work);
  const profile = makeProfile(path.join(work, 'install'), {});
  await installExtension(host, profile, vsix);
  const name = readdirSync(profile.extensions).find((entry) => entry.startsWith('devicetree-iommu.'));
  if (name === undefined) throw new Error('VS Code has not installed the extension.');
  const extension = path.join(work, 'extension');
  cpSync(path.join(profile.extensions, name), extension, { recursive: true });
  const suites = { index: 'suite/index.ts', git: 'suite/git-index.ts' };
  await build({
    entryPoints: Object.entries(suites).map(([out, entry]) => ({ in: path.join(e2e, entry), out })),
    outdir: path.join(extension, 'e2e'),
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
    bundle: true,
    format: 'cjs',
    // Node's import of CommonJS finds the names only with the note that esbuild leaves for this platform.
    platform: 'node',
    target: 'es2022',
    logLevel: 'warning',
  });
  // Older web hosts append this ending to every entry.
  cpSync(path.join(extension, 'e2e/index.cjs'), path.join(extension, 'e2e/index.cjs.js'));
  return { vsix, extension };
}

interface Count {
  passed: number;
  failed: number;
  skipped: boolean;
}

/** Runs one part; gives the numbers of its tests. A part that ends badly without saying which test counts as one. */
async function runPart(part: string, env: Readonly<Record<string, string>>): Promise<Count> {
  const started = Date.now();
  const child = spawn(process.execPath, [path.join(e2e, `run-${part}.mjs`)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
  const count: Count = { passed: 0, failed: 0, skipped: false };
  const rest: string[] = [];
  const lines = (stream: Readable) => {
    createInterface({ input: stream }).on('line', (line) => {
      const verdict = /^\s*(ok|not ok|skipped)[: ](.*)/.exec(line);
      if (verdict?.[1] === 'ok') count.passed++;
      if (verdict?.[1] === 'not ok') count.failed++;
      if (verdict?.[1] === 'skipped') count.skipped = true;
      if (verdict || /^\s*# /.test(line)) console.log(`  ${line.trim()}`);
      else rest.push(line);
    });
  };
  console.log(`\n${part}`);
  lines(child.stdout);
  lines(child.stderr);
  const code = await new Promise((resolve) => child.on('close', (status, signal) => resolve(status ?? signal)));
  clearTimeout(timer);
  if (code !== 0 && count.failed === 0) count.failed = 1;
  if (code === 0 && count.passed === 0 && !count.skipped) count.failed = 1;
  if (count.failed > 0) console.log(`  ${part} ended with ${code}:\n${rest.slice(-40).join('\n')}`);
  console.log(`  ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return count;
}

export async function main(argv: readonly string[]): Promise<number> {
  const wanted = argv.filter((argument) => PARTS.includes(argument));
  const work = mkdtempSync(path.join(tmpdir(), 'dt-iommu-e2e-'));
  let passed = 0;
  let failed = 0;
  try {
    const chromium = findChromium();
    const host = await fetchVscode();
    installTools();
    const { vsix, extension } = await prepareExtension(host, work);
    const env = { E2E_VSIX: vsix, E2E_EXTENSION: extension, CHROMIUM_PATH: chromium };
    for (const part of wanted.length > 0 ? wanted : PARTS) {
      const count = await runPart(part, env);
      passed += count.passed;
      failed += count.failed;
    }
  } catch (error) {
    console.error(messageOf(error));
    failed++;
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  // Nothing that a part left open keeps this alive.
  process.exit(failed > 0 ? 1 : 0);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
