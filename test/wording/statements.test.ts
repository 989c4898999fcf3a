// SPDX-License-Identifier: MIT
// The sentences about devices, addresses and Xen: each kind of statement, with the facts that it holds.
import { describe, expect, test } from 'vitest';
import type { AddressStatement } from '#model/statements/addresses.ts';
import type { DeviceStatement } from '#model/statements/devices.ts';
import { conditionText, statementText } from '#wording/statements/index.ts';
import { failureText, lackText } from '#wording/statements/xen.ts';

const parent = '/soc';

test.each<[DeviceStatement, string]>([
  [{ kind: 'root' }, 'The root is not a device; Linux makes devices for its children.'],
  [{ kind: 'made-by-parent', parent }, 'The driver of `/soc` makes a device for the node and sets up its DMA.'],
  [{ kind: 'taken-early', compatible: 'arm,gic' }, '`arm,gic` is set up before devices exist and gets none.'],
  [{ kind: 'passed-over', folder: '/chosen' }, 'Linux makes no device for this child of `/chosen`.'],
  [{ kind: 'device-made', bus: 'amba' }, 'Linux makes an AMBA device, whose bus sets up its DMA.'],
  [
    { kind: 'child-of-controller', parent, bus: 'I2C' },
    'A child of `/soc` is a device of the I2C bus, which has no dma_configure: its DMA, if any, is that of the controller.',
  ],
  [{ kind: 'parent-absent', parent, off: parent }, '`/soc` is disabled, so Linux does not look at its children.'],
  [
    { kind: 'parent-absent', parent, off: '/top' },
    '`/soc` is below `/top`, which is disabled, so Linux does not look at its children.',
  ],
  [{ kind: 'parent-absent', parent, off: null }, '`/soc` has no device, so Linux does not look at its children.'],
  [
    { kind: 'made-by-map', count: 2, by: 'lengths' },
    'The driver makes a device for each ID of the 2 that the lengths in `iommu-map` add up to, and sets up its DMA by this node with its number as ID.',
  ],
  [
    {
      kind: 'made-devices',
      first: 'a0',
      last: 'a1',
      verdict: 'iommu-dma',
      iommu: { path: '/i', idKind: 'stream-id', ids: [16, 17] },
    },
    '`a0` to `a1`: iommu-dma through `/i` with stream ID 0x10, 0x11.',
  ],
  [{ kind: 'made-devices', first: 'a0', last: 'a0', verdict: 'direct', iommu: null }, '`a0`: direct, no IOMMU.'],
])('of a device: %o', (statement, text) => expect(statementText(statement)).toBe(text));

test('of a bus whose map ends before it begins: not even a bounce buffer helps', () => {
  const text = 'No memory has a bus address, and no bounce buffer: every transfer of the device fails.';
  expect(statementText({ kind: 'nothing-in-reach' })).toBe(text);
});

test.each<[AddressStatement, string]>([
  [
    { kind: 'coherence-stated', property: 'dma-noncoherent', node: parent },
    '`dma-noncoherent` on `/soc`: its DMA does not see the CPU caches, which Linux has to maintain around it.',
  ],
  [
    { kind: 'coherence-default', arch: 'arm64', coherent: false },
    'Neither `dma-coherent` nor `dma-noncoherent` on the way to the root: not coherent, the default of arm64.',
  ],
  [
    { kind: 'ranges-interrupted', bus: parent },
    '`/soc` has no `dma-ranges`, so the ones above it are not used and nothing limits the addresses.',
  ],
  [
    { kind: 'ranges-ended', bus: parent },
    'The `dma-ranges` of `/soc` starts with a range of size 0, which ends the map: no memory has a bus address, and every mapping fails.',
  ],
  [
    { kind: 'ranges', bus: parent, windows: [{ dma: 0n, cpu: 0x80000000n, size: 0x1000n }], more: 2, limit: 0xfffn },
    'The `dma-ranges` of `/soc` maps bus address 0x0 to CPU 0x80000000, size 0x1000 and 2 more; the limit is 0xfff.',
  ],
])('of addresses: %o', (statement, text) => expect(statementText(statement)).toBe(text));

describe('of Xen', () => {
  test.each([
    [
      lackText({ kind: 'xen-switched-off', word: 'iommu=no', xen: 'Xen 4.20' }),
      '`iommu=no` on its command line switches the IOMMUs of Xen 4.20 off',
    ],
    [lackText({ kind: 'xen-none-up', iommu: '/i' }), 'Xen brings up no IOMMU of this tree, `/i` included'],
    [lackText({ kind: 'xen-none-up', iommu: null }), 'Xen brings up no IOMMU of this tree'],
    [
      lackText({
        kind: 'xen-no-driver',
        iommu: '/i',
        xen: 'Xen 4.17',
        why: { kind: 'taken-since', driver: 'ipmmu-vmsa', release: '4.20' },
      }),
      'Xen 4.17 has no driver for `/i`: ipmmu-vmsa takes it from 4.20 on',
    ],
    [
      failureText({ kind: 'xen-cells', iommu: '/i', cells: 2, wanted: 1 }),
      '`/i` has `#iommu-cells = <2>` instead of 1',
    ],
    [
      failureText({ kind: 'xen-cells', iommu: '/i', cells: null, wanted: 1 }),
      "`/i` has no `#iommu-cells`, which Xen's driver wants to be 1",
    ],
    [failureText({ kind: 'xen-id-outside', iommu: '/i', idKind: 'micro-tlb', id: 70 }), '`/i` has no micro-TLB 70'],
    [
      statementText({ kind: 'xen-translates', iommu: '/i', idKind: 'stream-id', ids: [0x870] }),
      "`/i` translates the device's stream ID 0x870 in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step.",
    ],
    [
      statementText({ kind: 'xen-micro-tlbs', used: 3, available: null }),
      '3 of its micro-TLBs are taken; each belongs to one domain.',
    ],
    [
      statementText({ kind: 'xen-micro-tlbs', used: 3, available: 48 }),
      '3 of its 48 micro-TLBs are taken; each belongs to one domain.',
    ],
    [
      statementText({ kind: 'xen-contexts', used: 2, by: ['dom0', 'domU1'], available: 7 }),
      'Each domain with a device behind it takes one context: 2 (dom0, domU1) of 7.',
    ],
    [statementText({ kind: 'xen-partial-tree', devices: [] }), 'Its partial tree names no device.'],
    [statementText({ kind: 'xen-partial-tree', devices: ['/a', '/b'] }), 'Its partial tree names `/a`, `/b`.'],
    [conditionText({ kind: 'xen-built-with', option: 'CONFIG_X' }), 'whether Xen is built with CONFIG_X'],
  ])('%s', (said, text) => expect(said).toBe(text));
});
