// SPDX-License-Identifier: MIT
// Boots one tree on one kernel under QEMU and returns the lines that the guest printed about it.
import { execFile, execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownKernel, xenImage } from './images.mjs';
import { ringAddresses, wireTrace } from './wire.mjs';

/**
 * Linux tells what it gave each device at the entry of arch_setup_dma_ops, the last step of of_dma_configure: 6.12 by
 * field name through its type information, 6.1 (which has no such names in probes) by argument register.
 */
const probes = {
  6.12: [
    'p:dma arch_setup_dma_ops name=dev->kobj.name:string coherent=coherent:u8 limit=dev->bus_dma_limit:x64',
    'ops=dev->dma_iommu count=dev->iommu->fwspec->num_ids:u32 ids=+16(dev->iommu->fwspec):x32[8]',
    'map=+0(dev->dma_range_map):x64[9]',
  ].join(' '),
  6.1: 'p:dma arch_setup_dma_ops name=+0(+0(%x0)):string base=%x1:x64 size=%x2:x64 coherent=%x4:u8',
};

/** A kernel that was built for the lab has probes, but no type information. */
probes[ownKernel] = 'p:dma arch_setup_dma_ops name=+0(+0(%x0)):string coherent=%x1:u8';

const rngs = Array.from({ length: 8 }, () => ['-device', 'virtio-rng-device']).flat();

const guestMemory = 1024;

/** The blob that cpp and dtc, not we, make of the tree, and of `more` behind it. */
export function compileTree(file, blob, more = '') {
  const include = ['-I', dirname(file)];
  const text = execFileSync('cpp', ['-nostdinc', '-undef', '-x', 'assembler-with-cpp', ...include, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  execFileSync('dtc', ['-q', '-f', '-I', 'dts', '-O', 'dtb', '-o', blob], {
    input: `${text}${more}`,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return blob;
}

function commandLine(kernel, test) {
  const list = showsGrants(kernel, test) ? ownXenProbes : [];
  const probe = `kprobe_event=${[probes[kernel], ...list].join(';').replaceAll(' ', ',')}`;
  const fixed = `console=ttyAMA0 rdinit=/init loglevel=0 printk.time=1 panic=-1 trace_event=swiotlb:* ${probe}`;
  return `${fixed} lab=${test.steps} ${test.cmdline}`.trim();
}

/** Where QEMU puts dom0's kernel and initramfs, which Xen finds through the tree. */
const modules = { kernel: 0x49000000, ramdisk: 0x4e000000 };

/** Whether the boot also shows whom grants are made to, and which addresses the devices are given. */
const showsGrants = (kernel, test) => test.xen && kernel === ownKernel;

/**
 * The operations that a device ended up with on Xen: of a platform device at its bus's probe, which the guest sets before
 * it loads drivers; of a virtio device of the lab's own kernel where it asks Xen, which has no modules (offsets: parent in
 * struct virtio_device, dma_ops in struct device, as that kernel's code says). That kernel also says which domain it
 * makes grants to (the first member of struct xen_grant_dma_data), and the address that a device gets for its ring.
 */
const operationProbe = 'p:ops platform_probe name=_dev->kobj.name:string ops=_dev->dma_ops:symbol';
const ownXenProbes = [
  'r:ops xen_virtio_restricted_mem_acc name=+0(+0(+80($arg1))):string ops=+520(+80($arg1)):symbol',
  'r:domain find_xen_grant_dma_data name=+0(+0($arg1)):string domid=+0($retval):u16',
  'r:ring dma_alloc_attrs name=+0(+0($arg1)):string address=+0($arg3):x64',
];

/** Xen's own `/chosen`: dom0's command line, and a third probe, which shows the operations that a device ended up with. */
function xenChosen(image, test) {
  const cmdline = commandLine(image.kernel, test).replace(
    'console=ttyAMA0',
    `console=hvc0 probe=${operationProbe.replaceAll(' ', ',')}`,
  );
  const module = (kind, file, more = '') => `
    module@${modules[kind].toString(16)} {
      compatible = "multiboot,${kind}", "multiboot,module";
      reg = <0x0 ${modules[kind]} 0x0 ${statSync(file).size}>; ${more}
    };`;
  const kernel = module('kernel', image.image, `bootargs = "${cmdline}";`);
  return `/ { chosen { ${kernel} ${module('ramdisk', image.initramfs)} }; };`;
}

function xenArguments(image, test, blob) {
  return [
    ...test.qemu,
    ...[
      '-cpu',
      'cortex-a57',
      '-m',
      '2048',
      '-nographic',
      '-net',
      'none',
      '-no-reboot',
      '-kernel',
      xenImage(),
      '-dtb',
      blob,
    ],
    ...['-append', `dom0_mem=${guestMemory}M console=dtuart dtuart=/pl011@9000000`],
    ...['-device', `guest-loader,addr=${modules.kernel},kernel=${image.image}`],
    ...['-device', `guest-loader,addr=${modules.ramdisk},initrd=${image.initramfs}`],
    ...(showsGrants(image.kernel, test) ? wireTrace : []),
    ...rngs,
  ];
}

function qemuArguments(image, test, blob) {
  return [
    ...test.qemu,
    ...['-cpu', 'cortex-a57', '-m', String(guestMemory), '-nographic', '-net', 'none', '-no-reboot'],
    ...['-kernel', image.image, '-initrd', image.initramfs, '-dtb', blob, '-append', commandLine(image.kernel, test)],
    ...rngs,
  ];
}

function runOnce(args, seconds) {
  return new Promise((resolve) => {
    const options = { timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 16 << 20, encoding: 'latin1' };
    const child = execFile('nice', ['-n', '10', 'qemu-system-aarch64', ...args], options, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
    child.stdin.end();
  });
}

/**
 * Boots `test` on `image`; the lines have lost their `@`, and a line `wire ADDRESS` is added for each ring. Throws when the guest did not reach its end in `seconds`, with
 * the last of what it said; only a QEMU that printed nothing at all (it did not start) is started a second time.
 */
export async function boot(image, test, folder, seconds = 120) {
  const chosen = test.xen ? xenChosen(image, test) : '';
  const blob = compileTree(test.file, join(folder, `${test.name}-${image.kernel}.dtb`), chosen);
  const args = (test.xen ? xenArguments : qemuArguments)(image, test, blob);
  let run = await runOnce(args, seconds);
  if (run.stdout === '') run = await runOnce(args, seconds);
  writeFileSync(join(folder, `${test.name}-${image.kernel}.log`), run.stdout + run.stderr);
  const lines = run.stdout.split(/\r*\n/).filter((line) => line.startsWith('@'));
  if (lines.at(-1) !== '@end') {
    const said = `${run.stdout}${run.stderr}`.trim().split('\n').slice(-3).join(' | ');
    throw new Error(`${test.name} on ${image.kernel} did not reach its end: ${said || run.error?.message}`);
  }
  return [...lines.map((line) => line.slice(1)), ...ringAddresses(run.stderr).map((address) => `wire ${address}`)];
}
