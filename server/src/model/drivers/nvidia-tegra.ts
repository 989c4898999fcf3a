// SPDX-License-Identifier: MIT
// The SMMU inside the memory controller of NVIDIA Tegra30 to Tegra210; and the controllers that only look like one.
import { GATES } from '#model/platform/gates.ts';
import { KIB, OPTIONAL_CLOCKS, PLAIN_IOMMU, strings, wholeCell } from './shared.ts';
import type { IommuDriver, IommuTraits } from './types.ts';

function swgroups(last: number) {
  return [
    wholeCell('swgroup', last, 'Linux prints tegra_smmu_enable group from swgroup %u not found, and enables nothing'),
  ];
}

/** Numbers of include/dt-bindings/memory/tegra*-mc.h; `together`: display and drawing engines, one group for all. */
function chip(last: number, paBits: number, together: readonly number[]): Partial<IommuTraits> {
  return { cells: swgroups(last), paBits, idSets: [{ name: 'display', ids: together }] };
}

export const NVIDIA_TEGRA: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'tegra-smmu',
  title: 'NVIDIA Tegra SMMU',
  config: 'TEGRA_IOMMU_SMMU',
  arches: ['arm', 'arm64'],
  bus: 'memory-controller',
  compatibles: [
    ...strings('match', ['nvidia,tegra30-mc'], { traits: chip(18, 32, [1, 2, 4, 9, 10]) }),
    ...strings('match', ['nvidia,tegra114-mc'], { traits: chip(19, 32, [1, 2, 4, 6]) }),
    ...strings('match', ['nvidia,tegra124-mc', 'nvidia,tegra132-mc'], { traits: chip(25, 34, [1, 2, 24]) }),
    ...strings('match', ['nvidia,tegra210-mc'], { traits: chip(40, 34, [1, 2]) }),
    ...strings('companion', ['nvidia,tegra30-ahb'], { note: 'tegra-ahb' }),
    ...strings('legacy', ['nvidia,tegra30-smmu'], {
      note: 'tegra30-smmu',
    }),
    ...strings('not-iommu', ['nvidia,tegra20-mc', 'nvidia,tegra20-mc-gart'], {
      note: 'tegra20-gart',
    }),
    ...strings('not-iommu', ['nvidia,tegra186-mc', 'nvidia,tegra194-mc', 'nvidia,tegra234-mc'], {
      note: 'tegra-memory-controller',
    }),
    ...strings('not-iommu', ['nvidia,tegra264-mc'], { since: GATES.tegra264Mc, note: 'tegra-memory-controller' }),
    ...strings('not-iommu', ['nvidia,tegra238-mc'], { since: GATES.tegra238Mc, note: 'tegra-memory-controller' }),
  ],
  cellCounts: [1],
  cells: swgroups(40),
  grouping: 'swgroup',
  pageSizes: [4 * KIB],
  iovaBits: 32,
  paBits: 34,
  needs: [{ kind: 'interrupts', enforced: true }, OPTIONAL_CLOCKS],
  domainRules: [
    {
      type: 'identity',
      since: GATES.tegraIdentity,
      why: 'display-driver-attaches',
      source: 'drivers/iommu/tegra-smmu.c:tegra_smmu_def_domain_type',
    },
  ],
  // Without a DMA domain before 6.7, the default domain stays empty: the same direct DMA without an identity domain.
  domains: ['identity', 'dma', 'unmanaged'],
  domainsBefore: [{ until: GATES.identityDomains, domains: ['unmanaged'] }],
  instances: 'first',
  notes: [
    'A swgroup belongs to one group of its own, or to the group of the display engines (tegra_smmu_device_group).',
  ],
  binding: 'memory-controllers/nvidia,tegra124-mc.yaml',
  source: 'drivers/iommu/tegra-smmu.c',
};
