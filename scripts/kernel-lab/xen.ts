// SPDX-License-Identifier: MIT
// How Linux is started by Xen: as dom0 of the tree, or as a guest to which the tree, a partial one, assigns devices.
import { statSync } from 'node:fs';
import type { Case } from '../../test/kernel/cases.ts';
import { type Image, ownKernel, xenImage } from './images.ts';
import { wireTrace } from './wire.ts';

/** Where QEMU puts what Xen finds through the tree. */
const at = { kernel: 0x49000000, ramdisk: 0x4e000000, 'device-tree': 0x4f000000 };

/** Whether the boot also shows whom grants are made to, and which addresses the devices are given. */
export const showsGrants = (kernel: string, test: Case): boolean => test.xen !== false && kernel === ownKernel;

/**
 * The operations that a device ended up with on Xen: of a platform device at its bus's probe, which the guest sets before
 * it loads drivers; of a virtio device of the lab's own kernel where it asks Xen, which has no modules (offsets: parent in
 * struct virtio_device, dma_ops in struct device, as that kernel's code says). That kernel also says which domain it
 * makes grants to (the first member of struct xen_grant_dma_data), and the address that a device gets for its ring.
 */
const operationProbe = 'p:ops platform_probe name=_dev->kobj.name:string ops=_dev->dma_ops:symbol';
export const ownXenProbes = [
  'r:ops xen_virtio_restricted_mem_acc name=+0(+0(+80($arg1))):string ops=+520(+80($arg1)):symbol',
  'r:domain find_xen_grant_dma_data name=+0(+0($arg1)):string domid=+0($retval):u16',
  'r:ring dma_alloc_attrs name=+0(+0($arg1)):string address=+0($arg3):x64',
];

function module(kind: keyof typeof at, file: string, more = ''): string {
  return `module@${at[kind].toString(16)} {
      compatible = "multiboot,${kind}", "multiboot,module";
      reg = <0x0 ${at[kind]} 0x0 ${statSync(file).size}>; ${more}
    };`;
}

/** `/chosen` of the tree that dom0 boots with: its command line has a third probe, of the operations. */
export function dom0Chosen(image: Image, cmdline: string): string {
  const console = `console=hvc0 probe=${operationProbe.replaceAll(' ', ',')}`;
  const kernel = module('kernel', image.image, `bootargs = "${cmdline.replace('console=ttyAMA0', console)}";`);
  return `/ { chosen { ${kernel} ${module('ramdisk', image.initramfs)} }; };`;
}

/** `/chosen` of a host without dom0 that starts one guest with the devices of `partial`, a blob. */
export function guestChosen(image: Image, cmdline: string, partial: string): string {
  const modules = [
    module('kernel', image.image, `bootargs = "${cmdline}";`),
    module('ramdisk', image.initramfs),
    module('device-tree', partial),
  ];
  return `/ { chosen { #address-cells = <2>; #size-cells = <2>; domU1 {
    compatible = "xen,domain"; #address-cells = <2>; #size-cells = <2>;
    cpus = <1>; memory = <0x0 0x40000>; vpl011; xen,enhanced = "no-xenstore"; ${modules.join(' ')}
  }; }; };`;
}

/** QEMU's arguments but for its devices; `partial` only for a guest. */
export function xenArguments(
  image: Image,
  test: Case,
  { blob, partial }: { readonly blob: string; readonly partial?: string },
): string[] {
  const load = (kind: keyof typeof at, file: string) => [
    '-device',
    `loader,addr=${at[kind]},file=${file},force-raw=on`,
  ];
  const dom0 = partial === undefined ? 'dom0_mem=1024M ' : '';
  return [
    ...test.qemu,
    ...['-m', '2048', '-nographic', '-net', 'none', '-no-reboot'],
    ...['-kernel', xenImage(), '-dtb', blob, '-append', `${dom0}console=dtuart dtuart=/pl011@9000000`],
    ...load('kernel', image.image),
    ...load('ramdisk', image.initramfs),
    ...(partial === undefined ? [] : load('device-tree', partial)),
    ...(showsGrants(image.kernel, test) ? wireTrace : []),
  ];
}

/** Xen prints a guest's lines behind its name, and breaks them where its buffer of them is full. */
export function guestLines(stdout: string): string[] {
  const mark = '(XEN) DOM1: ';
  const full = 126;
  const lines = [''];
  for (const line of stdout.split(/\r*\n/)) {
    if (!line.startsWith(mark)) continue;
    const text = line.slice(mark.length);
    lines[lines.length - 1] += text;
    if (text.length < full) lines.push('');
  }
  return lines;
}
