// SPDX-License-Identifier: MIT
// The plain text of a report, as `dt-iommu explain` prints it.
import { expect, test } from 'vitest';
import { reportText } from '#ide/explain/report-text.ts';
import type { DmaReport } from '#model/report/types.ts';

const guest: DmaReport = {
  path: '/virtio_mmio@2000000',
  label: 'net0',
  compatible: ['virtio,mmio'],
  verdict: 'xen-grant',
  certainty: 'depends',
  dependsOn: [{ kind: 'xen-built-with', option: 'CONFIG_XEN_VIRTIO' }],
  iommus: [
    {
      path: '/xen_iommu',
      driver: 'grant-dma-iommu',
      args: [2],
      ids: [{ kind: 'backend-domid', id: 2, mask: null }],
    },
  ],
  group: null,
  deferred: null,
  coherent: true,
  dmaLimit: null,
  dmaRanges: [],
  reserved: [{ start: '0x8000000', end: '0x80fffff', type: 'msi', why: { kind: 'software-msi-window', driver: 'x' } }],
  xen: { backendDomid: 2 },
  log: [],
  steps: [
    {
      statement: { kind: 'no-compatible' },
      evidence: [{ file: '/guest.dts', start: 10, end: 20 }],
      authority: 'Linux 6.12 drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid',
      certainty: 'certain',
    },
  ],
};

test('verdict, facts, reasons', () => {
  expect(reportText(guest, (span) => `${span.file.slice(1)}:3`)).toMatchInlineSnapshot(`
    "/virtio_mmio@2000000 (net0)
      Xen grants, backend domain 2
      compatible virtio,mmio
      depends on whether Xen is built with CONFIG_XEN_VIRTIO
      iommu      /xen_iommu (grant-dma-iommu): backend domain 2
      coherent   yes
      reserved   0x8000000 to 0x80fffff, msi: x software MSI window
      why
       1. No \`compatible\`: Linux makes no device. [guest.dts:3]
          Linux 6.12 drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid"
  `);
});

test('the deciding reason and the operations stand below the verdict', () => {
  const steps = guest.steps.map((step) => ({ ...step, decides: true as const }));
  const more = { ops: { name: 'xen_grant_dma_ops', release: '6.12' } } as const;
  expect(
    reportText({ ...guest, steps }, () => 'guest.dts:3', more)
      .split('\n')
      .slice(1, 5),
  ).toEqual([
    '  Xen grants, backend domain 2',
    '  because    No `compatible`: Linux makes no device. [guest.dts:3]',
    '             Linux 6.12 drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid',
    '  DMA ops    xen_grant_dma_ops',
  ]);
});

test('an entry of iommu-map that covers nothing has no last ID', () => {
  const map = { ridBase: 0x100, iommu: '/smmu', outBase: 0 };
  const rows = (length: number) => {
    const report = { ...guest, pci: { maps: [{ ...map, length }], mask: 0xffff } };
    return reportText(report, () => 'guest.dts:1')
      .split('\n')
      .filter((line) => line.includes('iommu-map'));
  };
  const bridge: DmaReport = { ...guest, verdict: 'direct', pci: { maps: [{ ...map, length: 16 }], mask: 0xffff } };
  const head = (report: DmaReport) => reportText(report, () => 'guest.dts:1').split('\n')[1];
  expect(head(bridge)).toBe('  what is behind it: by ID, through iommu-map; itself: direct DMA, no IOMMU');
  expect(head({ ...bridge, rid: '0100' })).toBe('  direct DMA, no IOMMU');
  expect(rows(0)).toEqual(['  iommu-map  no requester ID: /smmu from 0x0']);
  expect(rows(16)).toEqual(['  iommu-map  requester IDs 0x100 to 0x10f: /smmu from 0x0']);
});
