// SPDX-License-Identifier: MIT
// Where the kernel lab's kernels come from: Debian's own packages of arm64 and riscv64, unpacked into a cache, and an initramfs for each.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../oracle/kernel.ts';
import { type Architecture, cache, type Debian, dependencies, newestPackage, unpacked } from './packages.ts';

/** A kernel of the lab's own: scripts/build-lab-kernel.sh makes it, for what Debian's kernels leave out. */
export const ownKernel = '6.12-own';
const ownFolder = join(cache, ownKernel);

/** The suite that has each series, and whose newest version of it is booted. */
const suites: Readonly<Record<string, string>> = {
  7.3: 'trixie-backports',
  7.2: 'trixie-backports',
  6.18: 'trixie-backports',
  6.16: 'trixie-backports',
  6.12: 'bookworm-security',
  6.1: 'bookworm-security',
  // Of 7.3 no suite has riscv64: the one before it is the newest that can be had.
  '7.2-riscv64': 'sid',
  '6.12-riscv64': 'trixie',
};

/** A name of the lab's kernels without a suffix is one for arm64. */
const architectureOf = (kernel: string): Architecture => (kernel.endsWith('-riscv64') ? 'riscv64' : 'arm64');

/** Busybox runs everywhere: of the oldest Debian that has the architecture. */
const busyboxOf: Readonly<Record<Architecture, string>> = { arm64: 'bookworm', riscv64: 'trixie' };

/** What a boot is made of. */
export interface Image {
  readonly kernel: string;
  readonly image: string;
  readonly config: string;
  readonly initramfs: string;
  /** What to run, with the arguments that every machine of its has. */
  readonly qemu: readonly [string, ...string[]];
}

/** Modules that a guest may load; those that a kernel has built in are simply not there. */
const modules = [
  'drivers/virtio/virtio_mmio',
  'drivers/virtio/virtio_pci_modern_dev',
  'drivers/virtio/virtio_pci_legacy_dev',
  'drivers/virtio/virtio_pci',
  'drivers/char/hw_random/virtio-rng',
  'drivers/block/virtio_blk',
  'drivers/iommu/virtio-iommu',
  'drivers/i2c/algos/i2c-algo-bit',
  'drivers/i2c/busses/i2c-gpio',
];

const tools = {
  'qemu-system-aarch64': 'qemu-system-arm',
  dtc: 'device-tree-compiler',
  cpp: 'cpp',
  cpio: 'cpio',
  xz: 'xz-utils',
};

/** The packages whose program is not on PATH. */
function missingPackages(): string[] {
  return Object.entries(tools).flatMap(([program, name]) => {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
      return [];
    } catch {
      return [name];
    }
  });
}

/** Installs the missing packages as root, or throws one line that says what to install. */
export function installTools(): void {
  const names = missingPackages();
  if (names.length === 0) return;
  if (process.getuid?.() !== 0) throw new Error(`The kernel lab needs: apt-get install ${names.join(' ')}`);
  console.log(`Installing ${names.join(' ')} …`);
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { stdio: 'ignore' });
}

/**
 * The image package of a series with the packages that hold its parts (from 6.19 on kernel, modules and configuration are
 * packages of their own): asked of Debian once, then what the cache has, unless `refresh` is set.
 */
function imagePackages(kernel: string, debian: Debian, refresh: boolean): readonly [string, ...string[]] {
  const { suite, architecture } = debian;
  const note = join(cache, `packages-${kernel}`);
  if (existsSync(note) && !refresh) return readFileSync(note, 'utf8').split(' ') as [string, ...string[]];
  const [series = kernel] = kernel.split('-');
  const prefix = `linux-image-${series}.`;
  const plain = new RegExp(
    `^linux-image-${series.replace('.', '\\.')}\\.[0-9]+[^a-z]*(deb[0-9]+[^a-z]*)?-${architecture}$`,
  );
  const name = newestPackage(debian, prefix, plain);
  if (name === undefined) throw new Error(`${suite} has no ${prefix}*-${architecture}`);
  const version = name.slice('linux-image-'.length);
  const parts = dependencies(
    debian,
    name,
    new RegExp(`^linux-(base|binary|modules)-${version.replaceAll('+', '\\+')}$`),
  );
  writeFileSync(note, [name, ...parts].join(' '));
  return [name, ...parts];
}

/** The folder of the kernel's modules with its release; from 6.19 on it also has the kernel and its configuration. */
function modulesOf(packageFolder: string): { modules: string; release: string } | undefined {
  const parent = ['lib/modules', 'usr/lib/modules']
    .map((path) => join(packageFolder, path))
    .find((path) => existsSync(path));
  const [release] = parent === undefined ? [] : readdirSync(parent);
  return parent === undefined || release === undefined ? undefined : { modules: join(parent, release), release };
}

function busybox(architecture: Architecture): string {
  const folder = unpacked({ suite: busyboxOf[architecture], architecture }, ['busybox-static']);
  const places = ['bin', 'usr/bin'].map((path) => join(folder, path, 'busybox'));
  return places.find((path) => existsSync(path)) ?? join(folder, 'bin', 'busybox');
}

/** Busybox, the modules and the guest's program, packed by name of their content so that an edit makes a new one. */
function initramfs(kernel: string, packageFolder: string, init: string): string {
  const { modules: libModules, release } = modulesOf(packageFolder) ?? { modules: '', release: kernel };
  const key = createHash('sha256').update(readFileSync(init)).update(modules.join()).digest('hex').slice(0, 12);
  const file = join(cache, `initramfs-${release}-${key}.gz`);
  if (existsSync(file)) return file;
  const root = join(cache, `initramfs-${kernel}.partial`);
  rmSync(root, { recursive: true, force: true });
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'modules']) mkdirSync(join(root, folder), { recursive: true });
  cpSync(busybox(architectureOf(kernel)), join(root, 'bin', 'busybox'));
  cpSync(init, join(root, 'init'));
  for (const module of modules) {
    const from = join(libModules, 'kernel', `${module}.ko`);
    const to = join(root, 'modules', `${module.split('/').at(-1)}.ko`);
    if (existsSync(from)) cpSync(from, to);
    else if (existsSync(`${from}.xz`)) writeFileSync(to, execFileSync('xz', ['-dc', `${from}.xz`]));
  }
  execFileSync('sh', ['-c', `find . | cpio -o -H newc --quiet | gzip -1 > ${file}.partial`], { cwd: root });
  renameSync(`${file}.partial`, file);
  rmSync(root, { recursive: true });
  return file;
}

/** Debian's Xen. */
export const xenImage = (): string =>
  join(unpacked({ suite: 'bookworm', architecture: 'arm64' }, ['xen-hypervisor-4.17-arm64']), 'boot', 'xen-4.17-arm64');

/**
 * QEMU for an architecture. RISC-V's IOMMU is newer than the QEMU of bookworm: a root of trixie has one, which runs with the
 * libraries of that root.
 */
function emulator(architecture: Architecture): Image['qemu'] {
  if (architecture === 'arm64') return ['qemu-system-aarch64', '-cpu', 'cortex-a57'];
  const script = join(ROOT, 'scripts', 'debian-root.sh');
  const words = [script, 'trixie', 'qemu-system-riscv'];
  const root = execFileSync('bash', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const libraries = readdirSync(join(root, 'usr', 'lib')).map((name) => join(root, 'usr', 'lib', name));
  const library = libraries.find((path) => existsSync(join(path, 'libc.so.6'))) ?? '';
  const loader = readdirSync(join(root, 'usr', 'lib64')).find((name) => name.startsWith('ld-linux')) ?? '';
  return [
    ...([join(root, 'usr', 'lib64', loader), '--library-path', library] as const),
    ...[join(root, 'usr', 'bin', 'qemu-system-riscv64'), '-L', join(root, 'usr', 'share', 'qemu')],
  ];
}

/** Debian's kernel of the series, unpacked: what the cache has, or what Debian has now. */
function kernelFolder(kernel: string, refresh: boolean): string {
  mkdirSync(cache, { recursive: true });
  const suite = suites[kernel];
  if (suite === undefined) throw new Error('no suite is known to have it');
  const debian = { suite, architecture: architectureOf(kernel) };
  return unpacked(debian, imagePackages(kernel, debian, refresh));
}

/**
 * Everything that one boot of `kernel` (`7.3`, `6.1`) needs: image, initramfs and `.config`; undefined
 * with a line on the console where it cannot be had, so that what it was seen to do stands for it.
 */
export function prepareImage(kernel: string, init: string, refresh = false): Image | undefined {
  if (kernel === ownKernel) {
    const [image, config] = [join(ownFolder, 'Image'), join(ownFolder, 'config')] as const;
    if (existsSync(image)) {
      return { kernel, image, config, initramfs: initramfs(kernel, ownFolder, init), qemu: emulator('arm64') };
    }
    return absent(kernel, 'scripts/build-lab-kernel.sh has not built it');
  }
  try {
    const folder = kernelFolder(kernel, refresh);
    const built = modulesOf(folder);
    if (built === undefined) throw new Error('its package has no modules');
    const initrd = initramfs(kernel, folder, init);
    const file = (...names: readonly string[]) => {
      const found = names.flatMap((name) => [
        join(built.modules, name),
        join(folder, 'boot', `${name}-${built.release}`),
      ]);
      const path = found.find((each) => existsSync(each));
      if (path === undefined) throw new Error(`its package has no ${names.join(' or ')}`);
      return path;
    };
    const qemu = emulator(architectureOf(kernel));
    return { kernel, image: file('vmlinuz', 'vmlinux'), config: file('config'), initramfs: initrd, qemu };
  } catch (error) {
    return absent(kernel, (error as Error).message.trim().split('\n').at(-1));
  }
}

function absent(kernel: string, why: string | undefined): undefined {
  console.log(`Linux ${kernel} is not booted (${why}): its committed observations stand for it.`);
  return undefined;
}
