// SPDX-License-Identifier: MIT
// Boots the trees of test/kernel/riscv on a RISC-V Linux under QEMU and writes what it did beside them.
// usage: node scripts/run.mjs kernel-lab/riscv.ts KERNEL PACKAGES ROOT
//   KERNEL    7.2: the name of the file of observations
//   PACKAGES  folder with Debian sid's linux-binary-…-riscv64, linux-modules-…-riscv64 and busybox-static, unpacked
//   ROOT      root of a Debian with qemu-system-riscv (10 or newer) and device-tree-compiler: trixie's
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../oracle/kernel.ts';
import { guestLines, linksOf, matches } from './guest-lines.ts';

const lab = join(ROOT, 'test', 'kernel');

/** As many virtio devices as trees have masters, and one PCI function. */
const DEVICES = [...Array.from({ length: 5 }, () => 'virtio-rng-device'), 'virtio-rng-pci,addr=2.0'];

function initramfs(packages: string, modules: string, folder: string): void {
  const packed = join(folder, 'initramfs');
  for (const name of ['bin', 'proc', 'sys', 'dev', 'modules']) mkdirSync(join(packed, name), { recursive: true });
  cpSync(join(packages, 'usr', 'bin', 'busybox'), join(packed, 'bin', 'busybox'));
  cpSync(join(lab, 'guest', 'init'), join(packed, 'init'));
  for (const module of ['drivers/virtio/virtio_mmio', 'drivers/char/hw_random/virtio-rng']) {
    const to = join(packed, 'modules', `${module.slice(module.lastIndexOf('/') + 1)}.ko`);
    writeFileSync(to, execFileSync('xz', ['-dc', join(modules, 'kernel', `${module}.ko.xz`)], { maxBuffer: 2 ** 26 }));
  }
  execFileSync('sh', ['-c', 'find . | cpio -o -H newc --quiet > ../initramfs.cpio'], { cwd: packed });
}

/** QEMU writes the node of a PCI IOMMU, and the host's `iommu-map`, into the tree that it is given. */
function withoutPciIommu(text: string): string {
  return text
    .replace(/\n\t\t\tiommu@8 \{[^}]*\};/, '')
    .replace(/(device_type = "pci";[^}]*?)\n\t\t\tiommu-map = [^;]*;|\n\t\t\tiommu-map = [^;]*;/, '$1');
}

function boot(root: string, folder: string, text: string): string[] {
  const qemu = /\* Qemu: (.*)/.exec(text)?.[1]?.split(' ') ?? [];
  const byPci = qemu.some((word) => word.startsWith('riscv-iommu-pci'));
  writeFileSync(join(folder, 'tree.dts'), byPci ? withoutPciIommu(text) : text);
  const inside = folder.slice(root.length);
  const run = (...words: readonly string[]) =>
    execFileSync('chroot', [root, ...words], { timeout: 120_000, input: '', encoding: 'latin1' });
  run('dtc', '-q', '-O', 'dtb', '-o', `${inside}/tree.dtb`, `${inside}/tree.dts`);
  const files = ['-kernel', `${inside}/vmlinuz`, '-initrd', `${inside}/initramfs.cpio`, '-dtb', `${inside}/tree.dtb`];
  const fixed = 'console=ttyS0 rdinit=/init loglevel=0 panic=-1 lab=load:virtio_mmio,virtio-rng+settle:14';
  const devices = DEVICES.flatMap((device) => ['-device', device]);
  const machine = ['-smp', '1', '-m', '512', '-nographic', '-net', 'none', '-no-reboot'];
  const output = run('qemu-system-riscv64', ...qemu, ...machine, ...files, '-append', fixed, ...devices);
  return guestLines(output);
}

/** Groups are numbered by their first device. */
function observe(lines: readonly string[]): object[] {
  const links = linksOf(lines);
  const types = new Map(matches(lines, /^group (\d+)\/type:(\S+)$/).map(([, group, type]) => [group, type]));
  const incoherent = new Set(matches(lines, /^log \S+ (\S+): device non-coherent but no /).map(([, name]) => name));
  const order: string[] = [];
  const groupOf = (name: string) => {
    const group = links.get(`${name} iommu_group`)?.replace(/.*\//, '');
    if (group === undefined) return {};
    if (!order.includes(group)) order.push(group);
    return { type: types.get(group), group: order.indexOf(group) };
  };
  const platform = matches(lines, /^device platform\/devices\/(\S+) /)
    .map(([, name = '']) => name)
    .sort();
  const nodes = platform.flatMap((name) => {
    const node = /base(\/.*(?:virtio_mmio|iommu)@.*)$/.exec(links.get(`${name} of_node`) ?? '')?.[1];
    return node === undefined
      ? []
      : [
          {
            node,
            bound: links.has(`${name} driver`),
            ...groupOf(name),
            ...(incoherent.has(name) && { incoherent: true }),
          },
        ];
  });
  const functions = matches(lines, /^device pci\/devices\/(0000:(\S+):(\S+)\.(\d)) /).map(
    ([, name = '', bus = '', device = '', fn]) => ({
      rid: (Number.parseInt(bus, 16) << 8) | (Number.parseInt(device, 16) << 3) | Number(fn),
      ...groupOf(name),
    }),
  );
  return [...nodes, ...functions.sort((a, b) => a.rid - b.rid)];
}

export function main([kernel, packages, root]: readonly string[]): number {
  if (kernel === undefined || packages === undefined || root === undefined) {
    console.error('riscv: name a release, the folder of its packages and the root with QEMU');
    return 2;
  }
  const folder = mkdtempSync(join(root, tmpdir(), 'kernel-lab-riscv-'));
  const [release = ''] = readdirSync(join(packages, 'usr', 'lib', 'modules'));
  const modules = join(packages, 'usr', 'lib', 'modules', release);
  initramfs(packages, modules, folder);
  cpSync(join(modules, 'vmlinuz'), join(folder, 'vmlinuz'));
  const trees = readdirSync(join(lab, 'riscv', 'trees'))
    .sort()
    .map((file) => {
      const devices = observe(boot(root, folder, readFileSync(join(lab, 'riscv', 'trees', file), 'utf8')));
      console.log(`${kernel} ${file}`);
      const list = devices.map((device) => `      ${JSON.stringify(device)}`);
      return `    ${JSON.stringify(file.replace('.dts', ''))}: [\n${list.join(',\n')}\n    ]`;
    });
  const text = `{\n  "release": ${JSON.stringify(release)},\n  "trees": {\n${trees.join(',\n')}\n  }\n}\n`;
  writeFileSync(join(lab, 'riscv', `${kernel}.json`), text);
  rmSync(folder, { recursive: true });
  return 0;
}
