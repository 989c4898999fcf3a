// SPDX-License-Identifier: MIT
// The names are those of the sources: kernel/dma/mapping.c, drivers/iommu/dma-iommu.c, arch/arm/mm/dma-mapping.c, drivers/xen.
import { expect, test } from 'vitest';
import { dmaOps } from '#model/report/dma-ops.ts';
import { platform } from '#test/support/reports.ts';

test.each([
  ['iommu-dma', 'arm64', [7, 3], { name: 'dma-iommu', release: '7.3' }],
  ['iommu-dma-fq', 'arm64', [6, 12], { name: 'dma-iommu', release: '6.12' }],
  ['iommu-dma', 'arm64', [6, 11], { name: 'iommu_dma_ops', release: '6.11' }],
  ['iommu-dma', 'arm', [6, 12], { name: 'iommu_ops', release: '6.12' }],
  ['iommu-identity', 'arm64', [6, 12], { name: 'dma-direct', release: '6.12' }],
  ['direct', 'arm', [5, 15], { name: 'arm_dma_ops', release: '5.15' }],
  ['direct+swiotlb', 'arm64', [6, 12], { name: 'dma-direct', bounce: 'swiotlb', release: '6.12' }],
  ['restricted-pool', 'arm64', [6, 12], { name: 'dma-direct', bounce: 'restricted-dma-pool', release: '6.12' }],
  ['defer->direct', 'arm64', [6, 12], { name: 'dma-direct', release: '6.12' }],
  ['xen-swiotlb', 'arm64', [6, 12], { name: 'xen_swiotlb_dma_ops', release: '6.12' }],
  ['xen-grant', 'arm64', [6, 12], { name: 'xen_grant_dma_ops', release: '6.12' }],
  ['defer', 'arm64', [6, 12], null],
  ['no-device', 'arm64', [6, 12], null],
] as const)('%s on %s, Linux %s', (verdict, arch, kernelVersion, ops) => {
  expect(dmaOps(platform({ arch, kernelVersion: [...kernelVersion] as [number, number] }), verdict)).toEqual(ops);
});
