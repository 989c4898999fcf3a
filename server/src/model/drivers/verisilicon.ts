// SPDX-License-Identifier: MIT
// The VeriSilicon IOMMU of newer video decoders.
import { GATES } from '#model/platform/gates.ts';
import { KIB, PLAIN_IOMMU, strings } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const VERISILICON: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'vsi',
  title: 'VeriSilicon IOMMU',
  config: 'VSI_IOMMU',
  tristate: true,
  since: GATES.verisilicon,
  arches: ['arm64'],
  compatibles: [...strings('match', ['verisilicon,iommu-1.2']), ...strings('binding', ['rockchip,rk3588-av1-iommu'])],
  cellCounts: [0],
  cellCountOutcome: 'cells are ignored',
  cells: [],
  grouping: 'instance',
  pageSizes: [4 * KIB],
  iovaBits: 32,
  paBits: 40,
  needs: [
    { kind: 'clocks', names: [['core', 'iface']], enforced: false },
    { kind: 'interrupts', enforced: true },
  ],
  instances: 'last',
  binding: 'iommu/verisilicon,iommu.yaml',
  source: 'drivers/iommu/vsi-iommu.c',
};
