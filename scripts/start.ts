// SPDX-License-Identifier: MIT
// `npm start`: shows the examples in VS Code, the installed one or one in the browser; with `--cli`, on the terminal.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  address,
  cacheFolder,
  fetchHost,
  installExtension,
  makeProfile,
  packExtension,
  startServer,
} from './e2e/vscode-host.ts';
import { ROOT } from './oracle/kernel.ts';

const examples = path.join(ROOT, 'examples');
/** The first disk of the guest. */
const firstPlace = `${path.join(examples, 'xen-guest.dts')}:64:3`;

const GUIDE = `
What to look at:
  xen-guest.dts         hover virtio@2000000: its DMA goes through Xen grants, the back end is domain 1
  legacy/one-disk.dts   the light bulb on xen,backend-domid turns it into iommus
  smmu-virt.dts         hover the two virtio devices: one is translated, the other is not
  pci-host.dts          hover iommu-map: which PCI functions reach memory through which SMMU
  broken/               a file for each family of mistakes
`;

/** Two commands with their output, as a reader would type them. */
function showOnTerminal(): void {
  const commands = [
    ['check', 'examples'],
    ['explain', 'examples/xen-guest.dts'],
    ['explain', 'examples/xen-guest.dts', '/virtio@2000000'],
    ['explain', 'examples/pci-host.dts', '/soc/pcie@40000000', '--rid', '00:01.0'],
  ];
  for (const command of commands) {
    console.log(`\n$ npx dt-iommu ${command.join(' ')}`);
    const { status, error } = spawnSync(process.execPath, [path.join(ROOT, 'dist/cli.cjs'), ...command], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    // 1 is what `check` says of the mistakes in examples/broken.
    if (error || (status !== 0 && status !== 1)) throw error ?? new Error(`dt-iommu ended with ${status}`);
  }
}

/** False when there is no VS Code on this machine, or none that can open a window. */
function showInInstalled(): boolean {
  const code = process.env.VSCODE_EXECUTABLE ?? 'code';
  const shell = process.platform === 'win32';
  const args = ['--new-window', `--extensionDevelopmentPath=${ROOT}`, examples, '--goto', firstPlace];
  return spawnSync(code, args, { stdio: 'ignore', shell }).status === 0;
}

async function showInBrowser(): Promise<void> {
  const host = await fetchHost(console.log);
  const profile = makeProfile(path.join(cacheFolder, 'start'), {});
  await installExtension(host, profile, await packExtension(ROOT, path.join(cacheFolder, 'start')));
  const token = randomBytes(16).toString('hex');
  const server = await startServer(host, profile, { token });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
  }
  console.log(
    `\nVS Code with the examples (Ctrl+C ends it):\n  ${address(server, { folder: examples, file: firstPlace, token })}`,
  );
}

export async function main(args: readonly string[]): Promise<number> {
  if (!existsSync(path.join(ROOT, 'dist/cli.cjs'))) {
    const built = spawnSync(process.execPath, [path.join(ROOT, 'build.mjs')], { cwd: ROOT, stdio: 'inherit' });
    if (built.status !== 0) return 1;
  }
  if (args.includes('--cli')) {
    showOnTerminal();
  } else if (showInInstalled()) {
    console.log(`VS Code opens ${examples}.${GUIDE}`);
  } else {
    await showInBrowser();
    console.log(GUIDE);
  }
  return 0;
}
