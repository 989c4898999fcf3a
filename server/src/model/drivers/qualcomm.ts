// SPDX-License-Identifier: MIT
// Qualcomm's own IOMMUs: the one of APQ8064, and the one that secure firmware shares with Linux.
import { GATES } from '#model/platform/gates.ts';
import { PLAIN_IOMMU, SHORT_DESCRIPTOR_PAGES, strings, wholeCell } from './shared.ts';
import type { IommuDriver } from './types.ts';

export const QUALCOMM_MSM: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'msm',
  title: 'Qualcomm MSM8960 and APQ8064 IOMMU',
  config: 'MSM_IOMMU',
  arches: ['arm'],
  compatibles: strings('match', ['qcom,apq8064-iommu']),
  cellCounts: [1],
  cells: [wholeCell('stream-id', 0xffffffff, 'at most 32 IDs per master; there is no check')],
  grouping: 'device',
  pageSizes: SHORT_DESCRIPTOR_PAGES,
  iovaBits: 32,
  paBits: 32,
  needs: [
    {
      kind: 'clocks',
      names: [['smmu_pclk', 'iommu_clk']],
      enforced: true,
      log: 'could not get smmu_pclk',
    },
    { kind: 'interrupts', enforced: true },
    { kind: 'property', name: 'qcom,ncb', enforced: true, log: 'could not get ncb' },
  ],
  domains: ['identity', 'unmanaged'],
  domainsBefore: [{ until: GATES.identityDomains, domains: ['unmanaged'] }],
  instances: 'all',
  mastersPerInstance: 1,
  notes: [
    'An ID that is listed twice: `Stream ID 0x%x repeated; ignoring` (insert_iommu_master).',
    'Only the first master of an instance gets an entry; Linux has none for a second one (insert_iommu_master).',
  ],
  binding: 'iommu/qcom,apq8064-iommu.yaml',
  // insert_iommu_master counts since 7.3, and before writes behind its table.
  mostIds: { since: GATES.msmCounts, most: 32 },
  source: 'drivers/iommu/msm_iommu.c',
};

export const QUALCOMM_SECURE: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'qcom-iommu',
  title: 'Qualcomm IOMMU shared with secure firmware',
  config: 'QCOM_IOMMU',
  arches: ['arm', 'arm64'],
  selectsArmMapping: true,
  compatibles: [
    ...strings('match', ['qcom,msm-iommu-v1']),
    ...strings('match', ['qcom,msm-iommu-v2'], { since: GATES.msmV2 }),
    ...strings('binding', ['qcom,msm8916-iommu', 'qcom,msm8953-iommu', 'qcom,msm8976-iommu', 'qcom,msm8917-iommu']),
    ...strings('companion', ['qcom,msm-iommu-v1-ns', 'qcom,msm-iommu-v1-sec'], {
      note: 'context-bank',
    }),
    ...strings('companion', ['qcom,msm-iommu-v2-ns', 'qcom,msm-iommu-v2-sec'], {
      since: GATES.msmV2,
      note: 'context-bank',
    }),
  ],
  cellCounts: [1],
  cellCountChecked: 'consumer',
  cellCountOutcome: 'incorrect number of iommu params found for %s (found %d, expected 1)',
  cells: [
    {
      kind: 'context-bank',
      bits: 32,
      min: 1,
      max: 0xff,
      outside: 'WARN and -EINVAL where no context bank child has this number (`reg` / 0x1000, or `qcom,ctx-asid`)',
    },
  ],
  grouping: 'device',
  pageSizes: SHORT_DESCRIPTOR_PAGES,
  iovaBits: 32,
  paBits: 40,
  needs: [
    { kind: 'clocks', names: [['iface', 'bus']], enforced: true, log: 'failed to get iface clock' },
    {
      kind: 'property',
      name: 'qcom,iommu-secure-id',
      enforced: true,
      log: 'missing qcom,iommu-secure-id property',
    },
  ],
  domainsBefore: [{ until: GATES.identityDomains, domains: ['dma', 'unmanaged'] }],
  instances: 'rejected',
  notes: ['Two instances in one `iommus`: WARN and -EINVAL (qcom_iommu_of_xlate).'],
  binding: 'iommu/qcom,iommu.yaml',
  source: 'drivers/iommu/arm/arm-smmu/qcom_iommu.c',
};
