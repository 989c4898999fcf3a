// SPDX-License-Identifier: MIT
// Allwinner's IOMMU since the H6: one table for all masters of the chip.
import { GATES } from '#model/platform/gates.ts';
import { IDENTITY_SINCE_6_7, KIB, PLAIN_IOMMU, strings, wholeCell } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const ALLWINNER: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'sun50i',
  title: 'Allwinner IOMMU',
  config: 'SUN50I_IOMMU',
  since: GATES.sun50i,
  arches: ['arm', 'arm64'],
  selectsArmMapping: true,
  compatibles: [
    ...strings('match', ['allwinner,sun50i-h6-iommu']),
    ...strings('match', ['allwinner,sun50i-h616-iommu'], { since: GATES.sun50iH616 }),
    ...strings('binding', ['allwinner,sun55i-a523-iommu']),
  ],
  cellCounts: [1],
  cells: [wholeCell('master-id', 31, 'the number is stored and not used: Linux enables all masters')],
  grouping: 'instance',
  pageSizes: [4 * KIB],
  iovaBits: 32,
  paBits: 32,
  needs: [
    { kind: 'interrupts', enforced: true },
    { kind: 'clocks', names: [], enforced: true, log: "Couldn't get our clock." },
    { kind: 'resets', enforced: true, log: "Couldn't get our reset line." },
  ],
  domainsBefore: [{ until: GATES.sun50iTranslates, domains: ['identity', 'dma', 'unmanaged'] }, ...IDENTITY_SINCE_6_7],
  // of_xlate overwrites the pointer of the master (sun50i_iommu_of_xlate).
  instances: 'last',
  binding: 'iommu/allwinner,sun50i-h6-iommu.yaml',
  source: 'drivers/iommu/sun50i-iommu.c',
};
