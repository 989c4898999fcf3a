// SPDX-License-Identifier: MIT
// Boots the trees of test/kernel/arm on a 32-bit Linux under QEMU and writes what it did beside them.
// usage: node scripts/run.mjs kernel-lab/arm.ts KERNEL ROOT [ZIMAGE CONFIG]
//   KERNEL  6.1 or 6.12: trees that name it are booted
//   ROOT    Debian's armhf packages busybox-static and linux-image-6.1.0-*-armmp, each unpacked into it with dpkg -x
//   ZIMAGE  another kernel than Debian's, without modules (scripts/build-lab-kernel.sh … arm), and its .config
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withoutGroupNumber } from '#ide/live/observe.ts';
import { readCases } from '../../test/kernel/cases.ts';
import { ROOT } from '../oracle/kernel.ts';
import { compileTree } from './boot.ts';
import { guestLines, linksOf, matches } from './guest-lines.ts';

const lab = join(ROOT, 'test', 'kernel');
const modules = ['drivers/virtio/virtio_mmio', 'drivers/char/hw_random/virtio-rng'];

/** Each attempt to attach a mapping, by the name of the device, and its result. */
const probe = 'p:dma,iommu_attach_device,name=+0(+0(%r1)):string;r:ops,iommu_attach_device,ret=$retval:s32';

function named(folder: string, prefix: string): string {
  const name = readdirSync(folder).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new Error(`${folder} has no ${prefix}*`);
  return join(folder, name);
}

function initramfs(root: string, folder: string): string {
  const packed = join(folder, 'initramfs');
  for (const name of ['bin', 'proc', 'sys', 'dev', 'modules']) mkdirSync(join(packed, name), { recursive: true });
  cpSync(join(root, 'bin', 'busybox'), join(packed, 'bin', 'busybox'));
  cpSync(join(lab, 'guest', 'init'), join(packed, 'init'));
  for (const module of modules) {
    const from = `${named(join(root, 'lib', 'modules'), '')}/kernel/${module}.ko`;
    const to = join(packed, 'modules', from.slice(from.lastIndexOf('/') + 1));
    if (existsSync(from)) cpSync(from, to);
    else writeFileSync(to, execFileSync('xz', ['-dc', `${from}.xz`]));
  }
  execFileSync('sh', ['-c', 'find . | cpio -o -H newc --quiet > ../initramfs.cpio'], { cwd: packed });
  return join(folder, 'initramfs.cpio');
}

interface Start {
  readonly image: string;
  readonly initrd: string;
  readonly blob: string;
  readonly cmdline: string;
  /** QEMU's arguments for it. */
  readonly machine: readonly string[];
}

function boot({ image, initrd, blob, cmdline, machine }: Start): string[] {
  const fixed = `console=ttyAMA0 rdinit=/init loglevel=0 printk.time=1 panic=-1 kprobe_event=${probe}`;
  const rngs = Array.from({ length: 8 }, () => ['-device', 'virtio-rng-device']).flat();
  const append = `${fixed} lab=load:virtio_mmio,virtio-rng+settle:8 ${cmdline}`;
  const args = [
    ...machine,
    ...['-cpu', 'cortex-a15', '-m', '1024', '-nographic', '-net', 'none'],
    '-no-reboot',
    '-kernel',
    image,
    '-initrd',
    initrd,
    '-dtb',
    blob,
    '-append',
    append,
    ...rngs,
  ];
  const output = execFileSync('qemu-system-arm', [...args], { timeout: 120_000, input: '', encoding: 'latin1' });
  return guestLines(output);
}

/** Groups are numbered by their first device's name. */
function observe(lines: readonly string[]): object[] {
  const links = linksOf(lines);
  const attached = new Map<string, number>();
  let attempt = '';
  for (const [, event, value = ''] of matches(lines, /^trace (dma|ops): .*(?:name="|ret=)([^"]*)/)) {
    if (event === 'dma') attempt = value;
    else attached.set(attempt, Number(value));
  }
  const log = matches(lines, /^log (.*(?:iommu group|to IOMMU_mapping|ignoring dependency).*)$/).map(([, line = '']) =>
    withoutGroupNumber(line),
  );
  const order: string[] = [];
  const numberOf = (group: string) => (order.includes(group) ? order.indexOf(group) : order.push(group) - 1);
  const names = matches(lines, /^device (?:platform|amba)\/devices\/(\S+) /).map(([, name = '']) => name);
  return names.sort().flatMap((name) => {
    const node = /base(\/.*)$/.exec(links.get(`${name} of_node`) ?? '')?.[1];
    if (node === undefined) return [];
    const group = links.get(`${name} iommu_group`);
    const said = [...new Set(log.filter((line) => line.includes(` ${name}: `) || line.includes(`device ${name} to`)))];
    return {
      node,
      bound: links.has(`${name} driver`),
      ...(group && { group: numberOf(group) }),
      ...(attached.has(name) && { attached: attached.get(name) }),
      ...(said.length > 0 && { log: said }),
    };
  });
}

export function main([kernel, root, zimage, config]: readonly string[]): number {
  if (kernel === undefined || root === undefined) {
    console.error('arm: name a release and the folder of its packages');
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'kernel-lab-arm-'));
  const image = zimage ?? named(join(root, 'boot'), 'vmlinuz-');
  const initrd = initramfs(root, folder);
  const trees = new Map<string, object[]>();
  const cases = readCases(join(lab, 'trees'));
  let release: string | undefined;
  for (const file of readdirSync(join(lab, 'arm', 'trees')).filter((name) => name.endsWith('.dts'))) {
    const path = join(lab, 'arm', 'trees', file);
    const text = readFileSync(path, 'utf8');
    const wanted = /\* Kernels: (.*)/.exec(text)?.[1]?.split(', ') ?? [];
    if (!wanted.includes(kernel)) continue;
    const cmdline = /\* Cmdline: (.*)/.exec(text)?.[1] ?? '';
    const name = file.replace('.dts', '');
    const machine = cases.find((test) => test.name === name)?.qemu ?? ['-M', 'virt,gic-version=3'];
    const blob = compileTree(path, join(folder, 'tree.dtb'));
    const lines = boot({ image, initrd, blob, cmdline, machine });
    release ??= matches(lines, /^kernel (.*)$/)[0]?.[1];
    trees.set(name, observe(lines));
    console.log(`${kernel} ${file}`);
  }
  const settings = readFileSync(config ?? named(join(root, 'boot'), 'config-'), 'utf8');
  const symbols = settings.match(/^CONFIG_(\w*(IOMMU|SMMU|IPMMU)\w*|MODULES)=.*$/gm) ?? [];
  const seen = [...trees].map(([name, devices]) => {
    const list = devices.map((device) => `      ${JSON.stringify(device)}`);
    return `    ${JSON.stringify(name)}: [\n${list.join(',\n')}\n    ]`;
  });
  const head = `  "release": ${JSON.stringify(release)},\n  "config": ${JSON.stringify(symbols.join('\n'))}`;
  const text = `{\n${head},\n  "trees": {\n${seen.join(',\n')}\n  }\n}`;
  writeFileSync(join(lab, 'arm', `${kernel}.json`), `${text}\n`);
  rmSync(folder, { recursive: true });
  return 0;
}
