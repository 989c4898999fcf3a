// SPDX-License-Identifier: MIT
// Samsung Exynos SysMMU: one per master port, several per master.
import { GATES } from '#model/platform/gates.ts';
import { IDENTITY_SINCE_6_7, KIB, MIB, PLAIN_IOMMU, strings } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const SAMSUNG_EXYNOS: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'exynos',
  title: 'Samsung Exynos SysMMU',
  config: 'EXYNOS_IOMMU',
  arches: ['arm', 'arm64'],
  selectsArmMapping: true,
  compatibles: strings('match', ['samsung,exynos-sysmmu']),
  cellCounts: [0],
  cellCountOutcome: 'cells are ignored',
  cells: [],
  grouping: 'device',
  pageSizes: [4 * KIB, 64 * KIB, MIB],
  iovaBits: 32,
  paBits: 36,
  needs: [
    { kind: 'interrupts', enforced: true },
    {
      kind: 'clocks',
      names: [['sysmmu'], ['aclk', 'pclk']],
      enforced: true,
      log: 'Failed to get device clock(s)!',
    },
  ],
  domainsBefore: IDENTITY_SINCE_6_7,
  instances: 'all',
  mastersPerInstance: 1,
  notes: [
    'A second master that names the same SysMMU takes it away from the first (exynos_iommu_of_xlate).',
    'Physical addresses have 32 bits before SysMMU version 5.',
  ],
  honoursReserved: true,
  reservedSince: GATES.exynosReserved,
  binding: 'iommu/samsung,sysmmu.yaml',
  source: 'drivers/iommu/exynos-iommu.c',
};
