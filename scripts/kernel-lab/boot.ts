// SPDX-License-Identifier: MIT
// Boots one tree on one kernel under QEMU and returns the lines that the guest printed about it.
import { type ExecFileException, execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Case } from '../../test/kernel/cases.ts';
import { type Image, ownKernel } from './images.ts';
import { ringAddresses } from './wire.ts';
import { dom0Chosen, guestChosen, guestLines, ownXenProbes, showsGrants, xenArguments } from './xen.ts';

/**
 * Linux tells what it gave each device at the entry of arch_setup_dma_ops, the last step of of_dma_configure: since 6.12 by
 * field name through its type information, 6.1 (which has no such names in probes) by argument register, and 6.12 of RISC-V
 * (which refuses them) nothing.
 */
const byName = (operations: string): string =>
  [
    'p:dma arch_setup_dma_ops name=dev->kobj.name:string coherent=coherent:u8 limit=dev->bus_dma_limit:x64',
    `${operations} count=dev->iommu->fwspec->num_ids:u32 ids=+16(dev->iommu->fwspec):x32[8]`,
    'map=+0(dev->dma_range_map):x64[9]',
  ].join(' ');

/** Whether the DMA API maps through the IOMMU is a field of struct device up to 6.19, later a bit (DEV_FLAG_DMA_IOMMU). */
const [field, flag] = ['ops=dev->dma_iommu', 'flags=dev->flags:x64'] as const;

const probes: Readonly<Record<string, string>> = {
  7.3: byName(flag),
  7.2: byName(flag),
  6.18: byName(field),
  6.16: byName(field),
  6.12: byName(field),
  6.1: 'p:dma arch_setup_dma_ops name=+0(+0(%x0)):string base=%x1:x64 size=%x2:x64 coherent=%x4:u8',
  '7.2-riscv64': byName(flag),
  // A kernel that was built for the lab has probes, but no type information.
  [ownKernel]: 'p:dma arch_setup_dma_ops name=+0(+0(%x0)):string coherent=%x1:u8',
};

const rngs = Array.from({ length: 8 }, () => ['-device', 'virtio-rng-device']).flat();

interface Source {
  readonly text?: string | undefined;
  readonly more?: string;
  readonly define?: string | undefined;
}

/** The blob that cpp and dtc, not we, make of the tree (of `text`, where it is no file), and of `more` behind it. */
export function compileTree(file: string, blob: string, { more = '', text: source, define }: Source = {}): string {
  const include = ['-I', dirname(file), ...(define === undefined ? [] : ['-D', define])];
  const input = source === undefined ? file : '-';
  const text = execFileSync('cpp', ['-nostdinc', '-undef', '-x', 'assembler-with-cpp', ...include, input], {
    input: source ?? '',
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  execFileSync('dtc', ['-q', '-f', '-I', 'dts', '-O', 'dtb', '-o', blob], {
    input: `${text}${more}`,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return blob;
}

const isRiscv = (kernel: string): boolean => kernel.endsWith('-riscv64');

function commandLine(kernel: string, test: Case): string {
  const list = showsGrants(kernel, test) ? ownXenProbes : [];
  const events = [probes[kernel] ?? [], ...list].flat();
  const probe = events.length === 0 ? '' : `kprobe_event=${events.join(';').replaceAll(' ', ',')}`;
  const console = isRiscv(kernel) ? 'ttyS0' : 'ttyAMA0';
  const fixed = `console=${console} rdinit=/init loglevel=0 printk.time=1 panic=-1 trace_event=swiotlb:* ${probe}`;
  return `${fixed} lab=${test.steps} ${test.cmdline}`.trim();
}

/** What QEMU is started with; compiles the tree, and for a guest of Xen the tree of its host. */
function prepare(image: Image, test: Case, folder: string): string[] {
  const blob = join(folder, `${test.name}-${image.kernel}.dtb`);
  const cmdline = commandLine(image.kernel, test);
  if (test.xen === 'domu') {
    const partial = compileTree(test.file, join(folder, `${test.name}-${image.kernel}-partial.dtb`));
    compileTree(join(dirname(test.file), 'xen-domu-host.dtsi'), blob, { more: guestChosen(image, cmdline, partial) });
    return xenArguments(image, test, { blob, partial });
  }
  // Trees of arm64 arrive as QEMU was given them.
  const define = isRiscv(image.kernel) ? 'BEFORE_FIRMWARE' : undefined;
  const more = test.xen === 'dom0' ? dom0Chosen(image, cmdline) : '';
  compileTree(test.file, blob, { text: test.text, more, define });
  if (test.xen === 'dom0') return xenArguments(image, test, { blob });
  return [
    ...test.qemu,
    ...(isRiscv(image.kernel) ? serialFile(test, image, folder) : ['-nographic']),
    ...['-m', '1024', '-net', 'none', '-no-reboot'],
    ...['-kernel', image.image, '-initrd', image.initramfs, '-dtb', blob, '-append', cmdline],
  ];
}

/** QEMU's 16550 drops what its reader does not take at once, unlike its PL011: it writes to a file. */
const serialFile = (test: Case, { kernel }: Image, folder: string): string[] => [
  ...['-display', 'none', '-monitor', 'none', '-serial', `file:${serialOf(test, kernel, folder)}`],
];

const serialOf = (test: Case, kernel: string, folder: string): string => join(folder, `${test.name}-${kernel}.serial`);

interface Ended {
  readonly error: ExecFileException | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs until QEMU ends; or, as Xen does not end with its guest, until the guest has said all. */
function runOnce(command: readonly string[], seconds: number, untilSaid: boolean): Promise<Ended> {
  return new Promise((resolve) => {
    const options = {
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
      maxBuffer: 16 << 20,
      encoding: 'latin1',
    } as const;
    const program = ['-n', '10', ...command, ...rngs];
    const child = execFile('nice', program, options, (error, stdout, stderr) => resolve({ error, stdout, stderr }));
    child.stdin?.end();
    if (!untilSaid) return;
    let said = '';
    child.stdout?.on('data', (text: string) => {
      said = (said + text).slice(-1000);
      if (said.includes(' @end')) child.kill('SIGKILL');
    });
  });
}

/**
 * Boots `test` on `image`; the lines have lost their `@`, and a line `wire ADDRESS` is added for each ring. Throws when
 * the guest did not reach its end in `seconds`, with the last of what it said; only a QEMU that printed nothing at all (it
 * did not start) is started a second time.
 */
export async function boot(image: Image, test: Case, folder: string, seconds = 120): Promise<string[]> {
  const args = [...image.qemu, ...prepare(image, test, folder)];
  const isGuest = test.xen === 'domu';
  let run = await runOnce(args, seconds, isGuest);
  if (isRiscv(image.kernel)) {
    const serial = serialOf(test, image.kernel, folder);
    run = { ...run, stdout: existsSync(serial) ? readFileSync(serial, 'latin1') : '' };
  } else if (run.stdout === '') run = await runOnce(args, seconds, isGuest);
  writeFileSync(join(folder, `${test.name}-${image.kernel}.log`), run.stdout + run.stderr);
  const all = isGuest ? guestLines(run.stdout) : run.stdout.split(/\r*\n/);
  const lines = all.filter((line) => line.startsWith('@'));
  if (lines.at(-1) !== '@end') {
    const said = `${run.stdout}${run.stderr}`.trim().split('\n').slice(-3).join(' | ');
    throw new Error(`${test.name} on ${image.kernel} did not reach its end: ${said || run.error?.message}`);
  }
  return [...lines.map((line) => line.slice(1)), ...ringAddresses(run.stderr).map((address) => `wire ${address}`)];
}
