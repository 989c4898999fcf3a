// SPDX-License-Identifier: MIT
// Where the kernel lab's kernels come from: Debian's own arm64 packages, unpacked into a cache, and an initramfs for each.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'devicetree-iommu', 'kernel-lab');

/** A kernel of the lab's own: scripts/build-lab-kernel.sh makes it, for what Debian's kernels leave out. */
export const ownKernel = '6.12-own';
const ownFolder = join(cache, ownKernel);

/** Whether `kernel` can be booted here: Debian's are fetched, the own one must have been built. */
export const isAvailable = (kernel) => kernel !== ownKernel || existsSync(join(ownFolder, 'Image'));

/** What each kernel series is called in Debian 12: a package that depends on the newest image. */
const series = { 6.12: 'linux-image-6.12-arm64', 6.1: 'linux-image-arm64' };

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
export function missingPackages() {
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
export function installTools() {
  const names = missingPackages();
  if (names.length === 0) return;
  if (process.getuid?.() !== 0) throw new Error(`The kernel lab needs: apt-get install ${names.join(' ')}`);
  console.log(`Installing ${names.join(' ')} …`);
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { stdio: 'ignore' });
}

/** An apt of its own: arm64, nothing installed, its lists in the cache; the system's apt stays as it is. */
function apt(command, args) {
  const state = join(cache, 'apt');
  for (const folder of ['lists/partial', 'archives/partial']) mkdirSync(join(state, folder), { recursive: true });
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const source = (host, suite) => `deb [signed-by=${keyring}] http://deb.debian.org/${host} ${suite} main\n`;
  writeFileSync(
    join(state, 'sources.list'),
    source('debian', 'bookworm') + source('debian-security', 'bookworm-security'),
  );
  const options = {
    'APT::Architecture': 'arm64',
    'APT::Architectures': 'arm64',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': state,
    'Dir::Etc::SourceList': join(state, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const run = { cwd: join(cache, 'debs'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  return execFileSync(command, [...flags, ...args], run);
}

/** Downloads a package if the cache has it not, and returns the folder it is unpacked in. */
function unpacked(name) {
  const folder = join(cache, 'root', name);
  if (existsSync(folder)) return folder;
  console.log(`Fetching ${name} (arm64) …`);
  apt('apt-get', ['download', name]);
  const deb = readdirSync(join(cache, 'debs')).find((file) => file.startsWith(`${name}_`));
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  execFileSync('dpkg', ['-x', join(cache, 'debs', deb), partial]);
  renameSync(partial, folder);
  rmSync(join(cache, 'debs', deb));
  return folder;
}

/** The newest image package of a series: asked of Debian once, then what the cache has, unless `refresh` is set. */
function imagePackage(kernel, refresh) {
  const note = join(cache, `package-${kernel}`);
  if (existsSync(note) && !refresh) return readFileSync(note, 'utf8');
  apt('apt-get', ['update', '-qq']);
  const depends = apt('apt-cache', ['depends', series[kernel]]);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error(`Debian 12 has no image behind ${series[kernel]}.`);
  writeFileSync(note, name);
  return name;
}

/** Busybox, the modules and the guest's program, packed by name of their content so that an edit makes a new one. */
function initramfs(kernel, packageFolder, init) {
  const libModules = join(packageFolder, 'lib', 'modules');
  const release = existsSync(libModules) ? readdirSync(libModules)[0] : kernel;
  const key = createHash('sha256').update(readFileSync(init)).update(modules.join()).digest('hex').slice(0, 12);
  const file = join(cache, `initramfs-${release}-${key}.gz`);
  if (existsSync(file)) return file;
  const root = join(cache, `initramfs-${kernel}.partial`);
  rmSync(root, { recursive: true, force: true });
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'modules']) mkdirSync(join(root, folder), { recursive: true });
  cpSync(join(unpacked('busybox-static'), 'bin', 'busybox'), join(root, 'bin', 'busybox'));
  cpSync(init, join(root, 'init'));
  for (const module of modules) {
    const from = join(libModules, release, 'kernel', `${module}.ko`);
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
export const xenImage = () => join(unpacked('xen-hypervisor-4.17-arm64'), 'boot', 'xen-4.17-arm64');

/** Everything that one boot of `kernel` (`6.12`, `6.1`) needs: image, initramfs and `.config`, with the release. */
export function prepareImage(kernel, init, refresh = false) {
  mkdirSync(join(cache, 'debs'), { recursive: true });
  if (kernel === ownKernel) {
    const [image, config] = [join(ownFolder, 'Image'), join(ownFolder, 'config')];
    return { kernel, image, config, release: kernel, initramfs: initramfs(kernel, ownFolder, init) };
  }
  const folder = unpacked(imagePackage(kernel, refresh));
  const boot = join(folder, 'boot');
  const named = (prefix) =>
    join(
      boot,
      readdirSync(boot).find((file) => file.startsWith(prefix)),
    );
  const image = named('vmlinuz-');
  return {
    kernel,
    image,
    config: named('config-'),
    release: image.slice(image.lastIndexOf('vmlinuz-') + 'vmlinuz-'.length),
    initramfs: initramfs(kernel, folder, init),
  };
}
