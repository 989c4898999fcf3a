// SPDX-License-Identifier: MIT
// The Unisoc (Spreadtrum) display IOMMU: a small aperture and no identity mode.
import { GATES } from '#model/platform/gates.ts';
import { KIB, OPTIONAL_CLOCKS, PLAIN_IOMMU, strings } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const SPRD: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'sprd',
  title: 'Unisoc IOMMU',
  config: 'SPRD_IOMMU',
  tristate: true,
  since: GATES.sprd,
  arches: ['arm64'],
  compatibles: strings('match', ['sprd,iommu-v1']),
  cellCounts: [0],
  cellCountOutcome: 'cells are ignored',
  cells: [],
  grouping: 'instance',
  pageSizes: [4 * KIB],
  // 256 MiB: SPRD_IOMMU_MAX is the end of the aperture.
  iovaBits: 28,
  paBits: null,
  needs: [OPTIONAL_CLOCKS],
  domains: ['dma', 'unmanaged'],
  instances: 'first',
  notes: [
    'iommu.passthrough=1 cannot be honoured: `Failed to allocate default IOMMU domain of type %u for group %s - Falling back to IOMMU_DOMAIN_DMA`.',
    'A `dma-ranges` without room in the lowest 256 MiB ends in `specified DMA range outside IOMMU capability`.',
  ],
  binding: 'iommu/sprd,iommu.yaml',
  source: 'drivers/iommu/sprd-iommu.c',
};
