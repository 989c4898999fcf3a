// SPDX-License-Identifier: MIT
// VS Code in a browser, from the npm registry alone: fetches it once into a cache folder and starts it on loopback.
//
// `code-server` ships VS Code's own server under lib/vscode. It needs Node 24, which the package `node-<platform>-<arch>`
// carries with its headers; of its native modules only two matter, and those are built on the machine.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NODE_VERSION = '24.21.0';
const CODE_SERVER_VERSION = '4.139.1';

/** Where everything that is fetched or built once lives. */
export const cacheFolder = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'devicetree-iommu');

/** Node and the script of the server. */
export interface Host {
  readonly node: string;
  readonly server: string;
}

/** Folders of one VS Code. */
export interface Profile {
  readonly data: string;
  readonly extensions: string;
}

export interface Server {
  readonly url: string;
  readonly port: number;
  readonly pid: number | undefined;
  /** What it wrote so far. */
  readonly output: string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Only those who have the address get in; without one anybody on this machine does (tests). */
  readonly token?: string;
  /** Further options of the server. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a language extension never needs; half of the download. */
const UNUSED = [
  'node_modules/@github',
  'node_modules/@microsoft/mxc-sdk',
  'node_modules/@devcontainers',
  'node_modules/@vscode/windows-process-tree',
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
  'extensions/microsoft-authentication',
  'extensions/github-authentication',
  'extensions/github',
];

/** Fetches VS Code unless it is there already. `say` gets one line per step. */
export async function fetchHost(say: (line: string) => void): Promise<Host> {
  const folder = path.join(cacheFolder, 'vscode-host');
  const runtime = path.join(folder, 'node_modules', `node-${process.platform}-${process.arch}`);
  const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
  const host = { node: path.join(runtime, 'bin/node'), server: path.join(vscode, 'out/server-main.js') };
  const stamp = path.join(folder, '.complete');
  const versions = `node ${NODE_VERSION}, code-server ${CODE_SERVER_VERSION}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === versions) return host;

  const npm = async (cwd: string, ...args: readonly string[]) => {
    const env = { ...process.env, PATH: `${path.dirname(host.node)}${path.delimiter}${process.env.PATH}` };
    // The headers beside the system's Node are those of another version.
    await run('npm', [...args, '--no-audit', '--no-fund'], {
      cwd,
      env: { ...env, npm_config_nodedir: runtime },
      maxBuffer: 1 << 26,
    });
  };
  rmSync(stamp, { force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  say(`Fetching VS Code for the browser into ${folder} (once, about a minute and 450 MB)`);
  say('  1/3 VS Code and its Node');
  const packages = [`${path.basename(runtime)}@${NODE_VERSION}`, `code-server@${CODE_SERVER_VERSION}`];
  await npm(folder, 'install', '--ignore-scripts', '--no-save', ...packages);
  say('  2/3 what VS Code depends on');
  // Not `npm ci`: the shrinkwrap that is shipped does not fit its package.json.
  await npm(vscode, 'install', '--omit=dev', '--ignore-scripts');
  say('  3/3 its two native modules (needs make, g++ and python3)');
  await npm(vscode, 'rebuild', '@vscode/spdlog', '@vscode/native-watchdog');
  for (const unused of UNUSED) rmSync(path.join(vscode, unused), { recursive: true, force: true });
  writeFileSync(stamp, versions);
  return host;
}

/** Settings and extensions apart from everything else on the machine. */
export function makeProfile(folder: string, settings: object): Profile {
  const profile = { data: path.join(folder, 'data'), extensions: path.join(folder, 'extensions') };
  mkdirSync(path.join(profile.data, 'User'), { recursive: true });
  mkdirSync(profile.extensions, { recursive: true });
  writeFileSync(path.join(profile.data, 'User/settings.json'), JSON.stringify({ ...QUIET, ...settings }, null, 2));
  return profile;
}

/** Nothing between the reader and the device tree, and no look-ups on the network. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'editor.minimap.enabled': false,
};

/** Packs the extension of this checkout; gives the path of the `.vsix`. */
export async function packExtension(root: string, folder: string): Promise<string> {
  const vsix = path.join(folder, 'devicetree-iommu.vsix');
  mkdirSync(folder, { recursive: true });
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await run(process.execPath, [vsce, 'package', '--no-dependencies', '--out', vsix], { cwd: root });
  return vsix;
}

export async function installExtension(host: Host, profile: Profile, vsix: string): Promise<void> {
  await run(host.node, [host.server, ...profileArguments(profile), '--install-extension', vsix], {
    env: environment(),
  });
}

/** Starts VS Code on a free port of loopback. */
export async function startServer(
  host: Host,
  profile: Profile,
  { token, args = [], env = {} }: ServerOptions = {},
): Promise<Server> {
  const port = await freePort();
  const access = token ? ['--connection-token', token] : ['--without-connection-token'];
  const child = spawn(
    host.node,
    [
      host.server,
      ...profileArguments(profile),
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...access,
      ...['--telemetry-level', 'off', '--disable-workspace-trust', '--disable-experiments'],
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...environment(), ...env } },
  );
  const server = { url: `http://127.0.0.1:${port}`, port, pid: child.pid, output: '', stop: () => stop(child) };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      server.output += text;
    });
  process.once('exit', () => kill(child, 'SIGKILL'));
  for (let waited = 0; ; waited += 50) {
    if (child.exitCode !== null) throw new Error(`VS Code ended with ${child.exitCode}:\n${server.output}`);
    if (waited > 60_000) {
      kill(child, 'SIGKILL');
      throw new Error(`VS Code did not answer on ${server.url} within a minute:\n${server.output}`);
    }
    const status = await fetch(server.url, { redirect: 'manual' }).then(
      (answer) => answer.status,
      () => 500,
    );
    if (status < 500) return server;
    await sleep(50);
  }
}

/** The address at which the workbench shows a folder with one file open; `file` may end in `:LINE:COLUMN`. */
export function address(
  server: Pick<Server, 'url' | 'port'>,
  { folder, file, token }: { readonly folder: string; readonly file?: string; readonly token?: string },
): string {
  const remote = `vscode-remote://127.0.0.1:${server.port}`;
  const query = new URLSearchParams({ ...(token && { tkn: token }), folder });
  const payload = [
    ['openFile', `${remote}${file}`],
    ['gotoLineMode', 'true'],
  ];
  if (file) query.set('payload', JSON.stringify(payload));
  return `${server.url}/?${query}`;
}

function profileArguments({ data, extensions }: Profile): string[] {
  const folders = ['--user-data-dir', data, '--server-data-dir', data, '--extensions-dir', extensions];
  return ['--accept-server-license-terms', ...folders];
}

/** Not that of a VS Code terminal in which this may run, and no marketplace. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}', VSCODE_IPC_HOOK_CLI: '', NODE_OPTIONS: '' };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const bound = probe.address();
      probe.close(() => (bound && typeof bound === 'object' ? resolve(bound.port) : reject(new Error('no free port'))));
    });
  });
}

/** The server's own process group: it, its extension hosts and their language servers. */
function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // They are gone already.
  }
}

async function stop(child: ChildProcess): Promise<void> {
  kill(child, 'SIGTERM');
  for (let waited = 0; child.exitCode === null && child.signalCode === null && waited < 5000; waited += 50) {
    await sleep(50);
  }
  kill(child, 'SIGKILL');
}
