// SPDX-License-Identifier: MIT
// Entries that are not used: who refuses them, with which error. Errors are read from Linux 6.12's functions.
import { expect, test } from 'vitest';
import { claimsOf } from '#model/claims.ts';
import { configure } from '#model/configure.ts';
import type { Platform } from '#model/platform/types.ts';
import { platform } from '#test/support/reports.ts';
import { nodeAt, treeOf } from '#test/support/tree.ts';
import { claimText } from '#wording/statements/claims.ts';

/** `iommus 0 /iommu@1000 -ENODEV of_iommu_xlate: that node is disabled`, a line per claim. */
function claims(device: string, over: Partial<Platform> = {}, path = '/dev@61000'): string[] {
  const tree =
    treeOf(`/ { #address-cells = <1>; #size-cells = <1>; compatible = "renesas,r8a7795"; interrupt-parent = <&gic>;
  smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x20000>; #iommu-cells = <1>; };
  off: iommu@30000 { compatible = "arm,smmu-v3"; reg = <0x30000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
  mm: iommu@50000 { compatible = "renesas,ipmmu-r8a7795"; reg = <0x50000 0x1000>; #iommu-cells = <1>; interrupts = <0 196 4>; };
  ipmmu: iommu@52000 { compatible = "renesas,ipmmu-r8a7795"; reg = <0x52000 0x1000>; #iommu-cells = <1>; renesas,ipmmu-main = <&mm 1>; };
  gic: gic { #interrupt-cells = <3>; interrupt-controller; };
  grants: xen-iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };
  lost: nothing { };
  ${device}
};`);
  const on = platform(over);
  const node = nodeAt(tree, path);
  return claimsOf(tree, on, node, configure(tree, on, node)).map(({ property, index, iommu, by, code, why }) => {
    return `${property} ${index} ${iommu} ${code} ${by.replace(/^.*[:/ ]/, '')}: ${claimText(why)}`;
  });
}

const dev = (iommus: string, compatible = 'a,b', more = '') =>
  `dev@61000 { compatible = "${compatible}"; reg = <0x61000 0x100>; iommus = ${iommus}; ${more} };`;

test.each([
  ['all taken', '<&smmu 1>, <&smmu 2>', []],
  ['disabled', '<&off 1>', ['iommus 0 /iommu@30000 -ENODEV of_iommu_xlate: that node is disabled']],
  [
    'a later entry refused: all are dropped, those behind it not looked at',
    '<&smmu 1>, <&off 1>, <&smmu 2>',
    [
      'iommus 0 /iommu@1000 null of_iommu_xlate: Linux drops it because of entry 1',
      'iommus 1 /iommu@30000 -ENODEV of_iommu_xlate: that node is disabled',
      'iommus 2 /iommu@1000 null of_iommu_configure_dev: Linux stops at entry 1',
    ],
  ],
  [
    'two drivers',
    '<&smmu 1>, <&ipmmu 2>',
    [
      'iommus 0 /iommu@1000 null iommu_fwspec_init: Linux drops it because of entry 1',
      'iommus 1 /iommu@52000 -EINVAL iommu_fwspec_init: entry 0 belongs to another driver (arm-smmu-v3), and a device can have only one',
    ],
  ],
  [
    'a list that ends early keeps what comes before',
    '<&smmu 1>, <&lost>',
    ['iommus 1 /nothing -EINVAL of_phandle_iterator_next: it names `/nothing`, which has no `#iommu-cells`'],
  ],
  [
    'not on the list of the driver',
    '<&ipmmu 1>',
    [
      'iommus 0 /iommu@52000 -ENODEV ipmmu_device_is_allowed: its driver does not have `61000.dev` on its list of masters (-ENODEV)',
    ],
  ],
  [
    'grants for what is not a virtio device',
    '<&grants 1>',
    [
      'iommus 0 /xen-iommu -ENODEV of_iommu_xlate: its driver xen-grant-dma has no of_xlate in this Linux and takes no masters',
    ],
  ],
])('%s', (_, iommus, expected) => expect(claims(dev(iommus), { kind: 'xen-domu' })).toEqual(expected));

test('waiting is not a refusal', () => {
  expect(claims(dev('<&smmu 1>'), { kernelConfig: new Map([['MODULES', 'y']]) })).toEqual([]);
});

test('a device that Linux does not make, or on a bus without DMA', () => {
  expect(claims(dev('<&smmu 1>', 'a,b', 'status = "disabled";'))).toEqual([
    'iommus 0 /iommu@1000 null of_iommu_configure: nothing reads it: `status` is neither "okay" nor "ok": Linux makes no device',
  ]);
});

const pci = (map: string, more = '') => `dev@61000 { compatible = "pci-host-ecam-generic"; device_type = "pci";
  reg = <0x61000 0x1000>; #address-cells = <3>; #size-cells = <2>; iommu-map = ${map}; ${more}
  wifi@0 { reg = <0 0 0 0 0>; iommus = <&smmu 7>; }; };`;

test.each([
  ['used', '<0 &smmu 0 0x100>', []],
  [
    'a row behind another one, and one for no ID',
    '<0 &smmu 0 0x100>, <0x10 &smmu 0x10 1>, <0x200 &smmu 0 0>',
    [
      'iommu-map 1 /iommu@1000 null of_map_id: entry 0 covers its IDs',
      'iommu-map 2 /iommu@1000 null of_map_id: it covers no ID',
    ],
  ],
  ['disabled', '<0 &off 0 0x100>', ['iommu-map 0 /iommu@30000 -ENODEV of_iommu_xlate: that node is disabled']],
  [
    'cells that fill no entry',
    '<0 &smmu 0>',
    ["iommu-map 0 null -EINVAL of_map_id: the length of `iommu-map` is not a multiple of an entry's"],
  ],
])('map: %s', (_, map, expected) => expect(claims(pci(map))).toEqual(expected));

test('a mask that hides the base of a row', () => {
  expect(claims(pci('<0x101 &smmu 0 1>', 'iommu-map-mask = <0xff>;'))).toEqual([
    "iommu-map 0 /iommu@1000 -EFAULT of_map_id: `iommu-map-mask` hides bits of the entry's base 0x101",
  ]);
});

test('`iommus` of a PCI function', () => {
  expect(claims(pci('<0 &smmu 0 0x100>'), {}, '/dev@61000/wifi@0')).toEqual([
    'iommus 0 /iommu@1000 null of_pci_iommu_init: Linux does not read it on a PCI function: the `iommu-map` of `/dev@61000` counts',
  ]);
});
