// SPDX-License-Identifier: MIT
// Xen host trees: the facts of F.1 (xen.md) and G12 (linux-dma.md), read from xen/drivers/passthrough and xen/arch/arm.
import { expect, test } from 'vitest';
import { board, line, reportAt, verdicts } from '#test/support/reports.ts';

const host = board('xen-p2m/host.dts');
const rcar = board('xen-p2m/rcar.dts');
const xen = { kind: 'xen-host' } as const;

function owner(tree: typeof host, path: string): string {
  const report = reportAt(tree, path, xen);
  return `${line(report)}  owner ${report.xen?.owner}  shares ${report.xen?.sharesP2m}`;
}

test('dom0 gets protected devices without `iommus`, marked ones not at all', () => {
  const paths = ['iommu@fd800000', 'ethernet@ff0e0000', 'mmc@ff160000', 'usb@ff170000', 'serial@ff180000'];
  expect(paths.map((name) => owner(host, `/soc/${name}`)).join('\n')).toMatchInlineSnapshot(`
    "/soc/iommu@fd800000  no-device  ?  owner Xen  shares true
    /soc/ethernet@ff0e0000  no-device  stream-id 0x877  owner the domain that it is assigned to  shares true
    /soc/mmc@ff160000  xen-swiotlb  stream-id 0x870  owner dom0  shares true
    /soc/usb@ff170000  xen-swiotlb  owner dom0  shares false
    /soc/serial@ff180000  xen-swiotlb  owner dom0  shares false"
  `);
});

test('the reasons for a device of dom0', () => {
  const { steps } = reportAt(host, '/soc/mmc@ff160000', xen);
  expect(steps.map(({ text }) => text)).toMatchInlineSnapshot(`
    [
      "Linux makes a platform device, whose bus sets up its DMA.",
      "\`/soc/iommu@fd800000\` translates the device's stream-id 0x870 in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step.",
      "Xen maps the device to dom0 and routes its interrupts there.",
      "\`dma-ranges\` is absent on the way from \`/soc\` to the root: bus addresses are CPU addresses, without a limit.",
      "Neither \`dma-coherent\` nor \`dma-noncoherent\` on the way to the root: not coherent, the default of arm64.",
      "Xen leaves \`iommus\` and \`iommu-map\` out of the tree of dom0, so Linux sees no IOMMU.",
      "dom0 is mapped one to one, so Linux gives every device that it configures the operations of swiotlb-xen.",
    ]
  `);
});

test('a domain with a device tree of its own is created with an IOMMU', () => {
  const { steps } = reportAt(host, '/chosen/domU1', xen);
  expect(steps.map(({ text }) => text)).toContain(
    'Because of a `multiboot,device-tree` module the domain is created with an IOMMU: its P2M is the table of the IOMMU from the first page on.',
  );
});

test('R-Car H3: Linux alone lets few masters through, Xen takes every micro-TLB that exists', () => {
  expect(
    verdicts(rcar)
      .split('\n')
      .filter((text) => !/iommu@|chipid/.test(text.split(' ')[0] ?? ''))
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "/soc  direct
    /soc/mmc@ee100000  iommu-dma  /soc/iommu@e7740000  micro-tlb 0x20  ?
    /soc/dma-controller@e7300000  direct
    /soc/ethernet@e6800000  defer->direct  micro-tlb 0x10
    /soc/gpu@fd000000  direct"
  `);
  const paths = ['mmc@ee100000', 'dma-controller@e7300000', 'ethernet@e6800000', 'gpu@fd000000'];
  expect(paths.map((name) => owner(rcar, `/soc/${name}`)).join('\n')).toMatchInlineSnapshot(`
    "/soc/mmc@ee100000  xen-swiotlb  micro-tlb 0x20  ?  owner dom0  shares true
    /soc/dma-controller@e7300000  xen-swiotlb  micro-tlb 0x0, micro-tlb 0x1  ?  owner dom0  shares true
    /soc/ethernet@e6800000  xen-swiotlb  micro-tlb 0x10  ?  owner dom0  shares true
    /soc/gpu@fd000000  no-device  owner the domain that it is assigned to  shares false"
  `);
});

test('what Xen needs from the chip is said', () => {
  expect(reportAt(rcar, '/soc/mmc@ee100000', xen).dependsOn).toContain('R-Car H3 and M3-W from 3.0 on');
});
