// SPDX-License-Identifier: MIT
// `npm run test:release`: makes the release, then uses it as its users do: the npm package in an empty folder without
// install scripts, with each supported Node, and the VSIX in a real VS Code where one is in the cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, installTools } from './e2e-tools.mjs';
import { NPM } from './release/pack.mjs';
import { cacheFolder } from './vscode-host.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** The oldest that package.json's `engines` lets in, and the lines that are kept up. */
const NODES = ['20.20.0', '22.22.0', '24.21.0'];
const BOARD = path.join(root, 'examples/smmu-virt.dts');

const PROGRAM = `import { open, rules, type Device } from 'devicetree-iommu';
import { diskFiles } from 'devicetree-iommu/node';
declare const process: { readonly argv: readonly string[] };
declare const console: { log(text: string): void };
const workspace = await open({ files: diskFiles(), settings: { platform: 'linux' } });
const board = workspace.board(process.argv[2] ?? '');
const devices: Device[] = board.devices();
for (const { verdict, path } of devices) console.log(verdict + ' ' + path);
const first: string | undefined = rules[0]?.id;
// @ts-expect-error the platforms are few
await open({ files: {}, settings: { platform: first } }).catch(() => undefined);
`;

const work = mkdtempSync(path.join(tmpdir(), 'dt-iommu-test-release-'));
const out = path.join(work, 'out');
let passed = 0;
let failed = 0;

/** @param {string} title @param {() => void | string} run a text: why it cannot be tried here */
function test(title, run) {
  try {
    const skipped = run();
    if (!skipped) passed++;
    console.log(skipped ? `skipped: ${title}: ${skipped}` : `ok ${title}`);
  } catch (error) {
    failed++;
    console.log(
      `not ok ${title}\n# ${String(error instanceof Error ? error.message : error).replaceAll('\n', '\n# ')}`,
    );
  }
}

/** @param {string} command @param {string[]} args @param {{ cwd?: string, codes?: number[], env?: object }} [options] */
function run(command, args, { cwd = work, codes = [0], env = {} } = {}) {
  const ran = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  if (ran.error) throw ran.error;
  if (!codes.includes(ran.status ?? -1))
    throw new Error(`${command} ${args.join(' ')}: ${ran.status}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** @param {string} text @param {RegExp} pattern */
function expect(text, pattern) {
  if (!pattern.test(text)) throw new Error(`no ${pattern} in:\n${text}`);
}

/** A Node of the npm registry, kept in the cache; the one that runs this where it is the same. @param {string} version */
function nodeOf(version) {
  if (process.version === `v${version}`) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const folder = path.join(cacheFolder, `node-${version}`);
  const node = path.join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    run(NPM, ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', `${name}@${version}`], {
      cwd: folder,
    });
  }
  return node;
}

const artefact = (/** @type {string} */ ending) =>
  path.join(out, readdirSync(out).find((name) => name.endsWith(ending)) ?? `*${ending}`);
const user = path.join(work, 'user');
const installed = path.join(user, 'node_modules/devicetree-iommu');

try {
  test('npm run release -- --dry-run', () => {
    const said = run(process.execPath, [
      path.join(root, 'scripts/release.mjs'),
      '--dry-run',
      '--skip-tests',
      '--out',
      out,
    ]);
    console.log(said.slice(said.lastIndexOf('\n\nchangelog') + 2));
  });
  test('the npm package in an empty folder, without scripts and network', () => {
    mkdirSync(user);
    writeFileSync(path.join(user, 'package.json'), '{"private":true,"type":"module"}');
    const said = run(NPM, ['install', '--ignore-scripts', '--offline', '--no-audit', artefact('.tgz')], { cwd: user });
    expect(said, /added 1 package/);
  });
  test('npx dt-iommu', () => {
    const said = run(process.platform === 'win32' ? 'npx.cmd' : 'npx', ['--no-install', 'dt-iommu', 'explain', BOARD], {
      cwd: user,
    });
    expect(said, /smmu/);
  });
  test('the library: its types in a strict program', () => {
    writeFileSync(path.join(user, 'use.ts'), PROGRAM);
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    for (const module of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ]) {
      const [kind = '', resolution = ''] = module;
      const flags = [
        '--strict',
        '--target',
        'es2022',
        '--types',
        '',
        '--module',
        kind,
        '--moduleResolution',
        resolution,
      ];
      run(process.execPath, [tsc, ...flags, '--outDir', `out-${resolution}`, 'use.ts'], { cwd: user });
    }
  });
  for (const version of NODES) {
    test(`the command and the library with Node ${version}`, () => {
      let node;
      try {
        node = nodeOf(version);
      } catch (error) {
        return `the registry does not give it: ${String(error).split('\n')[0]}`;
      }
      expect(run(node, ['--version']), new RegExp(`^v${version}`));
      const cli = path.join(installed, 'dist/cli.cjs');
      expect(run(node, [cli, 'check', BOARD], { codes: [0, 1] }), /1 file|1 board/);
      expect(run(node, [cli, 'explain', BOARD], {}), /iommu/);
      expect(run(node, [path.join(user, 'out-nodenext/use.js'), BOARD], { cwd: user }), /^iommu-dma/m);
    });
  }
  test('the VSIX in VS Code', () => {
    if (!existsSync(path.join(cacheFolder, 'vscode-host/.complete')))
      return 'no VS Code in the cache (npm run test:e2e)';
    const chromium = findChromium();
    installTools();
    const said = run(process.execPath, [path.join(root, 'test/e2e/run-ui.mjs')], {
      env: { E2E_VSIX: artefact('.vsix'), CHROMIUM_PATH: chromium, E2E_ONLY: process.env.E2E_ONLY ?? 'hover' },
    });
    expect(said, /^ok /m);
  });
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
