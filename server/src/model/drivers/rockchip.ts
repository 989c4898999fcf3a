// SPDX-License-Identifier: MIT
// Rockchip's display and codec IOMMUs, with one of two table formats per chip.
import { GATES } from '#model/platform/gates.ts';
import { KIB, PLAIN_IOMMU, strings } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const ROCKCHIP: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'rockchip',
  logName: 'rk_iommu',
  title: 'Rockchip IOMMU',
  config: 'ROCKCHIP_IOMMU',
  arches: ['arm', 'arm64'],
  selectsArmMapping: true,
  compatibles: [
    ...strings('match', ['rockchip,iommu'], { traits: { paBits: 32, implementation: 'tables-v1' } }),
    ...strings('match', ['rockchip,rk3568-iommu'], {
      since: GATES.rockchipV2,
      traits: { paBits: 40, implementation: 'tables-v2' },
    }),
    ...strings('binding', ['rockchip,rk3588-iommu']),
  ],
  cellCounts: [0],
  cellCountOutcome: 'cells are ignored',
  cells: [],
  grouping: 'instance',
  // The driver's bitmap is 0x7ff000: it maps any power of two up to one table.
  pageSizes: Array.from({ length: 11 }, (_, power) => 4 * KIB * 2 ** power),
  iovaBits: 32,
  paBits: 40,
  needs: [
    { kind: 'interrupts', enforced: false },
    { kind: 'clocks', names: [['aclk', 'iface']], enforced: false },
  ],
  domainsBefore: [{ until: GATES.rockchipIdentity, domains: ['dma', 'unmanaged'] }],
  instances: 'last',
  // Since 7.3 each instance has the operations of its own generation (rk_iommu_probe).
  uniform: { trait: 'implementation', until: GATES.rockchipOwnOps },
  notes: [
    'of_xlate overwrites the pointer of the master: of several entries the last one counts (rk_iommu_of_xlate).',
    'One table format per system: the second format draws a WARN and its probe fails (rk_iommu_probe).',
  ],
  binding: 'iommu/rockchip,iommu.yaml',
  source: 'drivers/iommu/rockchip-iommu.c',
};
