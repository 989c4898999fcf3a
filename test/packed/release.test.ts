// SPDX-License-Identifier: MIT
// Makes the release, then uses it as its users do: the npm package in an empty folder without install scripts, with each
// supported Node, and the VSIX in a real VS Code where one is in the cache. Each test goes on with what those before made.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolders, put, ROOT } from '#test/support/machine.ts';
import { findChromium, installTools } from '../../scripts/e2e/tools.ts';
import { cacheFolder } from '../../scripts/e2e/vscode-host.ts';

/** The oldest that package.json's `engines` lets in, and the lines that are kept up. */
const NODES = ['20.20.0', '22.22.0', '24.21.0'];
const BOARD = join(ROOT, 'examples/smmu-virt.dts');
/** Packing builds twice; a window is started; a busy machine takes its time for both. */
const MINUTES = 600_000;
const [NPM, NPX] = process.platform === 'win32' ? (['npm.cmd', 'npx.cmd'] as const) : (['npm', 'npx'] as const);

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

const work = emptyFolders()();
const out = join(work, 'out');
const user = join(work, 'user');
/** As nobody's shell has it whom Vitest has not started. */
const { NODE_ENV: _mode, VITEST: _runner, ...shell } = process.env;

interface RunOptions {
  readonly cwd?: string;
  /** Exit codes that are no failure. */
  readonly codes?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a program writes to its output. */
function run(
  command: string,
  args: readonly string[],
  { cwd = work, codes = [0], env = {} }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...shell, ...env }, maxBuffer: 1 << 26 };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (typeof code === 'number' && codes.includes(code)) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}: ${code ?? error?.message}\n${stdout}${stderr}`));
    });
    child.stdin?.end();
  });
}

const node = (args: readonly string[], options?: RunOptions): Promise<string> => run(process.execPath, args, options);

/** A Node of the npm registry, kept in the cache; the one that runs this where it is the same. */
async function nodeOf(version: string): Promise<string> {
  if (process.version === `v${version}`) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cacheFolder, `node-${version}`);
  const program = join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(program)) {
    put(folder, { 'package.json': '{"private":true}' });
    const words = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', `${name}@${version}`];
    await run(NPM, words, { cwd: folder });
  }
  return program;
}

const artefact = (ending: string): string =>
  join(out, readdirSync(out).find((name) => name.endsWith(ending)) ?? `*${ending}`);

test('npm run release -- --dry-run', { timeout: MINUTES }, async () => {
  const said = await node([
    join(ROOT, 'scripts/run.mjs'),
    'release/main.ts',
    '--dry-run',
    '--skip-tests',
    '--out',
    out,
  ]);
  console.log(said.slice(said.lastIndexOf('\n\nchangelog') + 2));
});

test('the npm package in an empty folder, without scripts and network', { timeout: MINUTES }, async () => {
  put(user, { 'package.json': '{"private":true,"type":"module"}' });
  const words = ['install', '--ignore-scripts', '--offline', '--no-audit', artefact('.tgz')];
  expect(await run(NPM, words, { cwd: user })).toMatch(/added 1 package/);
});

test('npx dt-iommu', { timeout: MINUTES }, async () => {
  expect(await run(NPX, ['--no-install', 'dt-iommu', 'explain', BOARD], { cwd: user })).toMatch(/smmu/);
});

test.for([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
] as const)(
  'the types of the library in a strict program: %s, %s',
  { timeout: MINUTES },
  async ([kind, resolution]) => {
    put(user, { 'use.ts': PROGRAM });
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const flags = ['--strict', '--target', 'es2022', '--types', '', '--module', kind, '--moduleResolution', resolution];
    await node([tsc, ...flags, '--outDir', `out-${resolution}`, 'use.ts'], { cwd: user });
  },
);

test.for(NODES)('the command and the library with Node %s', { timeout: MINUTES }, async (version, { skip }) => {
  const program = await nodeOf(version).catch((error): never =>
    skip(`the registry does not give it: ${String(error).split('\n')[0]}`),
  );
  expect(await run(program, ['--version'])).toMatch(new RegExp(`^v${version}`));
  const cli = join(user, 'node_modules/devicetree-iommu/dist/cli.cjs');
  expect(await run(program, [cli, 'check', BOARD], { codes: [0, 1] })).toMatch(/1 file|1 board/);
  expect(await run(program, [cli, 'explain', BOARD])).toMatch(/iommu/);
  expect(await run(program, [join(user, 'out-nodenext/use.js'), BOARD], { cwd: user })).toMatch(/^iommu-dma/m);
});

test('the VSIX in VS Code', { timeout: MINUTES }, async ({ skip }) => {
  if (!existsSync(join(cacheFolder, 'vscode-host/.complete'))) skip('no VS Code in the cache (npm run test:e2e)');
  const chromium = findChromium();
  installTools();
  const env = { E2E_VSIX: artefact('.vsix'), CHROMIUM_PATH: chromium, E2E_ONLY: process.env.E2E_ONLY ?? 'hover' };
  expect(await node([join(ROOT, 'test/e2e/run-ui.mjs')], { env })).toMatch(/^ok /m);
});
