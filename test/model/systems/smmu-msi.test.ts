// SPDX-License-Identifier: MIT
// Arm SMMU: the facts of G02, G13, G14 and G15 (linux-dma.md), read from drivers/iommu/arm and seen in the kernel lab.
import { expect, test } from 'vitest';
import { board, reportAt, verdicts } from '#test/support/reports.ts';

const streams = board('smmu-msi/streams.dts');
const msi = board('smmu-msi/msi.dts');

test('SMMUv2: inside shares the group, across is refused, 17 bits become 16', () => {
  expect(verdicts(streams)).toMatchInlineSnapshot(`
    "/iommu@15000000  direct
    /ufs@1d84000  iommu-dma  /iommu@15000000#0x60  stream-id 0x60/0x3  ?
    /usb@a600000  iommu-dma  /iommu@15000000#0x60  stream-id 0x61/0x0  ?
    /mmc@8804000  direct  ?
    /codec@8900000  iommu-dma  /iommu@15000000#0x820  stream-id 0x820/0x0
    /gpu@5000000  iommu-dma  /iommu@15000000#0x0  stream-id 0x0/0x1"
  `);
  const refused = reportAt(streams, '/mmc@8804000');
  expect([refused.certainty, refused.dependsOn]).toEqual([
    'depends',
    'whether the device or `/ufs@1d84000` is probed first',
  ]);
});

test('SMMUv3: a stream belongs to the device that is probed first', () => {
  expect(verdicts(msi)).toMatchInlineSnapshot(`
    "/iommu@fd800000  direct
    /pcie@e0000000  direct  coherent
    /dma@fe000000  iommu-dma  /iommu@fd800000#0x40  stream-id 0x40, stream-id 0x41  ?
    /mmc@fe001000  direct  ?
    /display@fe002000  iommu-dma  /iommu@fd800000#0x10001  stream-id 0x10001  ?"
  `);
  expect(reportAt(msi, '/mmc@fe001000')).toMatchObject({
    verdict: 'direct',
    group: null,
    log: ['fe001000.mmc: stream 65 already in tree from dev fe000000.dma'],
  });
});

test('reserved regions as sysfs shows them', () => {
  const report = reportAt(msi, '/display@fe002000');
  expect(report.reserved.map(({ start, end, type }) => `${start} ${end} ${type}`)).toMatchInlineSnapshot(`
    [
      "0x0 0x80fffff reserved",
      "0x8000000 0x80fffff msi",
      "0x10000000 0x107fffff reserved",
      "0x70000000 0x707fffff direct",
    ]
  `);
  expect(report.log).toEqual([
    'fe002000.display: Adding to iommu group N',
    'fe002000.display: treating non-direct mapping [[mem 0x71000000-0x717fffff flags 0x200]] -> [0x0000000010000000-0x00000000107fffff] as reservation',
  ]);
});

test('Linux before 6.3 does not read iommu-addresses', () => {
  const report = reportAt(msi, '/display@fe002000', { kernelVersion: [6, 1] });
  expect(report.reserved.map(({ type }) => type)).toEqual(['msi']);
});

test('RAM under the window for doorbells is named', () => {
  const { steps } = reportAt(msi, '/dma@fe000000');
  expect(steps.map(({ text }) => text).find((text) => text.includes('doorbells'))).toBe(
    'The driver keeps 0x8000000 to 0x80fffff for MSI doorbells; the machine has RAM there, which a user of VFIO cannot map one to one.',
  );
});

test('a function and a platform device may want one stream', () => {
  const conditions = (rid: number) => reportAt(msi, '/pcie@e0000000', { rid }).dependsOn?.split('; ').length;
  // Isolation is always up to the hardware; the other condition is who comes first.
  expect([conditions(0x40), conditions(0x8)]).toEqual([2, 1]);
  expect(reportAt(msi, '/dma@fe000000').dependsOn).toContain('is probed first');
});
