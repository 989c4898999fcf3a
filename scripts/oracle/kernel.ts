// SPDX-License-Identifier: MIT
// Finds (or unpacks) the Linux source that the oracles run on, and lists its boards.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This checkout; from here and from where the bundle stands it is two folders up. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Everything that is costly to make again is kept below this folder. */
export const cacheDir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'devicetree-iommu');

/** The architectures whose boards are compared, with the number of boards that Linux 6.12 has. */
export const architectures = ['arm64', 'arm', 'powerpc', 'riscv', 'mips'];

const archive = '/usr/src/linux-source-6.12.tar.xz';

/** A sentence that says what to install, for the one closing line of a run that cannot start. */
export class Missing extends Error {}

/** The folder of the kernel source: `KERNEL_DIR`, else the cache, which is filled from Debian's package once. */
export function kernelDir(): string {
  const given = process.env.KERNEL_DIR;
  if (given) {
    if (!existsSync(join(given, 'arch/arm64/boot/dts'))) throw new Missing(`KERNEL_DIR=${given} is no Linux source`);
    return given;
  }
  const cached = join(cacheDir, 'linux-6.12');
  if (existsSync(cached)) return cached;
  if (!existsSync(archive)) {
    throw new Missing('no Linux source: `apt-get install linux-source-6.12`, or set KERNEL_DIR to a Linux 6.12 tree');
  }
  console.log(`unpacking ${archive} …`);
  const fresh = join(cacheDir, `linux-6.12.${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  try {
    execFileSync('tar', ['-xJf', archive, '-C', fresh, '--strip-components=1'], { stdio: 'inherit' });
    renameSync(fresh, cached);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Missing(`unpacking ${archive} failed: ${(error as Error).message}`);
  }
  return cached;
}

/** `6.12.117`, from the Makefile. */
export function kernelVersion(kernel: string): string {
  const makefile = readFileSync(join(kernel, 'Makefile'), 'utf8');
  return ['VERSION', 'PATCHLEVEL', 'SUBLEVEL']
    .map((name) => new RegExp(`^${name} = (\\d+)`, 'm').exec(makefile)?.[1] ?? '0')
    .join('.');
}

/** Paths relative to the kernel of every file below `arch/ARCH/boot/dts` with one of the extensions, sorted. */
export function deviceTrees(
  kernel: string,
  archs: readonly string[] = architectures,
  extensions: readonly string[] = ['.dts'],
): string[] {
  const found: string[] = [];
  for (const arch of archs) {
    const root = join(kernel, 'arch', arch, 'boot/dts');
    if (!existsSync(root)) continue;
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !extensions.some((extension) => entry.name.endsWith(extension))) continue;
      found.push(relative(kernel, join(entry.parentPath, entry.name)));
    }
  }
  return found.sort();
}

/** Every architecture that has device trees, for the checks that read single files. */
export function allArchitectures(kernel: string): string[] {
  return readdirSync(join(kernel, 'arch')).filter((arch) => existsSync(join(kernel, 'arch', arch, 'boot/dts')));
}

/** The packages that the oracles call as programs. */
export function requirePrograms(): void {
  for (const [program, debian] of [
    ['dtc', 'device-tree-compiler'],
    ['gcc', 'gcc'],
  ] as const) {
    try {
      execFileSync(program, ['--version'], { stdio: 'pipe' });
    } catch {
      throw new Missing(`no ${program}: \`apt-get install ${debian}\``);
    }
  }
}
