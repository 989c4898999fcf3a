// SPDX-License-Identifier: MIT
// Xen's grant-mapping pseudo IOMMU: a provider that only virtio reads, and its stub driver.
import { GATES } from '#model/platform/gates.ts';
import { KIB, PLAIN_IOMMU, strings } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const XEN_GRANT_DMA: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'xen-grant-dma',
  title: 'Xen grant-mapping pseudo IOMMU',
  config: 'XEN_GRANT_DMA_IOMMU',
  since: GATES.grants,
  arches: ['arm', 'arm64'],
  compatibles: strings('match', ['xen,grant-dma']),
  cellCounts: [1],
  cellCountChecked: 'consumer',
  cellCountOutcome: 'Incompatible IOMMU node',
  cells: [
    {
      kind: 'backend-domid',
      bits: 16,
      min: 0,
      max: 0x7fef,
      outside: 'cut to 16 bits without a message; 0x7ff0 and above are reserved by Xen',
    },
  ],
  grouping: 'none',
  pageSizes: [4 * KIB],
  iovaBits: 64,
  paBits: 64,
  domains: [],
  instances: 'first',
  noXlate: {},
  notes: [
    'The stub registers an iommu_device without of_xlate, so that a master gets -ENODEV at once instead of waiting.',
    'Grant operations come later, when a virtio device negotiates its features (xen_virtio_restricted_mem_acc).',
    'Platform devices: `iommus` entry 0 only. PCI: `iommu-map` of the host bridge, since Linux 6.2 and 6.1.y.',
    'Selected by XEN_VIRTIO when OF is set; without it each master waits for the deferred probe timeout.',
  ],
  binding: 'iommu/xen,grant-dma.yaml',
  source: 'drivers/xen/grant-dma-iommu.c',
};
