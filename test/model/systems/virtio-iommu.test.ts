// SPDX-License-Identifier: MIT
// virtio-iommu: the facts of G08 and G09 (linux-dma.md), read from drivers/iommu/virtio-iommu.c and of_iommu.c.
import { expect, test } from 'vitest';
import { board, configured, line, reportAt, verdicts } from '#test/support/reports.ts';

const mmio = board('virtio-iommu/mmio.dts');
const pci = board('virtio-iommu/pci.dts');

test('over mmio: platform and virtio masters', () => {
  expect(verdicts(mmio)).toMatchInlineSnapshot(`
    "/iommu@a003000  direct  coherent
    /virtio@a003200  iommu-dma  /iommu@a003000#0x17  endpoint-id 0x17  coherent  ?
    /virtio@a003400  direct  coherent
    /dma@b000000  iommu-dma  /iommu@a003000#0x20000  endpoint-id 0x20000  ?"
  `);
  const report = reportAt(mmio, '/virtio@a003200');
  expect(report.dependsOn?.split('; ')).toMatchInlineSnapshot(`
    [
      "whether the device behind the transport has virtio ID 23",
      "whether the virtio-iommu knows endpoint ID 0x17 (otherwise it refuses the device)",
      "whether the virtio device offers VIRTIO_F_ACCESS_PLATFORM (otherwise its driver uses physical addresses)",
      "whether the virtio-iommu reports an MSI region of its own",
    ]
  `);
});

test('over mmio without #iommu-cells: nobody’s IOMMU', () => {
  expect(reportAt(mmio, '/virtio@a003400').iommus).toEqual([]);
});

test('over PCI: its own function is left out of the map, the others have endpoint IDs in one space', () => {
  const fn = (path: string, rid?: number) => line(reportAt(pci, path, rid === undefined ? {} : { rid }));
  const lines = [
    fn('/pcie@40000000/iommu@1,0'),
    fn('/pcie@40000000/ethernet@2,0'),
    fn('/pcie@50000000', 0x10),
    fn('/dma@b000000'),
  ];
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "/pcie@40000000/iommu@1,0  direct  coherent
    /pcie@40000000/ethernet@2,0  iommu-dma  /pcie@40000000/iommu@1,0#0x10  endpoint-id 0x10  coherent  ?
    /pcie@50000000  iommu-dma  /pcie@40000000/iommu@1,0#0x10010  endpoint-id 0x10010  coherent  ?
    /dma@b000000  iommu-dma  /pcie@40000000/iommu@1,0#0x30000  endpoint-id 0x30000  ?"
  `);
});

test('an IOMMU that its own map covers waits for itself, and everyone behind it with it', () => {
  const own = reportAt(pci, '/pcie@60000000/iommu@2,0');
  expect(own).toMatchObject({
    verdict: 'defer->direct',
    deferred: { on: '/pcie@60000000/iommu@2,0', reason: 'cycle', seconds: 10 },
  });
  expect(reportAt(pci, '/pcie@60000000', { rid: 0x18 })).toMatchObject({
    verdict: 'defer->direct',
    certainty: 'depends',
  });
});

test('as a module it may come too late', () => {
  const config = configured('MODULES=y', 'IOMMU_DMA=y', 'VIRTIO_IOMMU=m', 'VIRTIO_PCI=y', 'VIRTIO_MMIO=m');
  expect(reportAt(mmio, '/dma@b000000', config)).toMatchObject({
    verdict: 'iommu-dma',
    alternative: { when: 'the module is not loaded in time', verdict: 'defer->direct' },
  });
});

test('lazy mode and passthrough hold for it, too', () => {
  expect(reportAt(mmio, '/dma@b000000', { cmdline: 'iommu.strict=0' }).verdict).toBe('iommu-dma-fq');
  expect(reportAt(mmio, '/dma@b000000', { cmdline: 'iommu.passthrough=1' }).verdict).toBe('iommu-identity');
});
