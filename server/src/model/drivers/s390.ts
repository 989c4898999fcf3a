// SPDX-License-Identifier: MIT
// The PCI IOMMU of s390, in the table for completeness: that architecture has no device tree.
import { GATES } from '#model/platform/gates.ts';
import { KIB, PLAIN_IOMMU } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const S390: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 's390',
  title: 's390 PCI IOMMU',
  config: 'S390_IOMMU',
  arches: [],
  bus: 'none',
  compatibles: [],
  cellCounts: [],
  cellCountOutcome: 'no device tree describes it',
  cells: [],
  grouping: 'device',
  pageSizes: [4 * KIB],
  iovaBits: null,
  paBits: null,
  domains: ['identity', 'dma', 'dma-fq', 'blocked'],
  // The DMA API went through this driver only from 6.7 on.
  domainsBefore: [
    { until: GATES.s390Dma, domains: ['unmanaged'] },
    { until: GATES.s390Identity, domains: ['dma', 'dma-fq', 'blocked'] },
  ],
  unattached: 'fault',
  instances: 'all',
  binding: null,
  source: 'drivers/iommu/s390-iommu.c',
};
