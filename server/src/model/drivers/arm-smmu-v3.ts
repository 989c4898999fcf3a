// SPDX-License-Identifier: MIT
// Arm SMMUv3: what Linux's arm-smmu-v3 driver binds, checks and offers.
import { GATES } from '#model/platform/gates.ts';
import { LONG_DESCRIPTOR_PAGES, PLAIN_IOMMU, SOFTWARE_MSI_WINDOW, strings, wholeCell } from './shared.ts';
import type { IommuDriver } from './types.ts';

const SOURCE = 'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c';

export const ARM_SMMU_V3: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'arm-smmu-v3',
  title: 'Arm SMMUv3',
  config: 'ARM_SMMU_V3',
  tristate: true,
  arches: ['arm64'],
  compatibles: [
    ...strings('match', ['arm,smmu-v3']),
    ...strings('binding', ['nvidia,tegra264-cmdqv'], {
      since: GATES.cmdqv264,
      note: 'command-queue-virtualisation',
    }),
  ],
  cellCounts: [1],
  cellCountChecked: 'provider',
  // Observed on 6.1: arm_smmu_device_probe goes on in bypass; the `disable_bypass` rework of 6.10 made it an error.
  cellCountFatal: { since: GATES.cellsMatter },
  cellCountOutcome: 'invalid #iommu-cells value (%d)',
  cells: [
    wholeCell('stream-id', 0xffffffff, 'the master is refused with -ERANGE at or above 2^IDR1.SIDSIZE; no message'),
  ],
  grouping: 'device',
  pageSizes: LONG_DESCRIPTOR_PAGES,
  iovaBits: 52,
  paBits: 52,
  needs: [
    {
      kind: 'property',
      name: '#iommu-cells',
      since: GATES.cellsMatter,
      enforced: true,
      log: 'missing #iommu-cells property',
      error: -22,
    },
    {
      kind: 'reg-size',
      bytes: 0x20000,
      unless: 'cavium,cn9900-broken-page1-regspace',
      enforced: true,
      log: 'MMIO region too small (%pr)',
      error: -22,
    },
    {
      kind: 'reg-size',
      bytes: 0x10000,
      enforced: true,
      log: 'MMIO region too small (%pr)',
      error: -22,
    },
  ],
  domainRules: [
    {
      type: 'identity',
      pciId: '19e5:a12e',
      why: 'untranslated-trace',
      source: `${SOURCE}:arm_smmu_def_domain_type`,
    },
  ],
  domains: ['identity', 'dma', 'dma-fq', 'blocked', 'unmanaged'],
  honoursReserved: true,
  msiWindow: SOFTWARE_MSI_WINDOW,
  unattached: 'fault',
  bypassOption: { name: 'arm-smmu-v3.disable_bypass', option: 'smmuV3DisableBypass', until: GATES.noV3Bypass },
  instances: 'first',
  notes: [
    'A stream ID belongs to one device: the second one that names it is refused with -EINVAL (arm_smmu_insert_master).',
    '`dma-coherent` on the SMMU node overrides IDR0.COHACC; it is about page walks, not about the masters.',
  ],
  binding: 'iommu/arm,smmu-v3.yaml',
  source: SOURCE,
};
