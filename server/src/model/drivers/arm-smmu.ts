// SPDX-License-Identifier: MIT
// Arm SMMU v1 and v2 with the vendor integrations that Linux's arm-smmu driver knows.
import { GATES } from '#model/platform/gates.ts';
import type { Gate } from '#model/platform/releases.ts';
import {
  KIB,
  LONG_DESCRIPTOR_PAGES,
  MIB,
  OPTIONAL_CLOCKS,
  PLAIN_IOMMU,
  SOFTWARE_MSI_WINDOW,
  strings,
} from './shared.ts';
import type { DriverCompatible, IommuDriver, IommuTraits } from './types.ts';

const SOURCE = 'drivers/iommu/arm/arm-smmu/arm-smmu.c';
const QCOM_SOURCE = 'drivers/iommu/arm/arm-smmu/arm-smmu-qcom.c';

const QCOM: Partial<IommuTraits> = { implementation: 'qcom' };

/** Two register files that Linux programs alike, and stream IDs that only the memory controller can let through. */
const NVIDIA: Partial<IommuTraits> = {
  implementation: 'nvidia',
  needs: [
    { kind: 'property', name: 'nvidia,memory-controller', enforced: true },
    { kind: 'suppliers', name: 'nvidia,memory-controller', enforced: true },
  ],
};

const NVIDIA_SMALL_PAGES = {
  traits: { ...NVIDIA, pageSizes: [4 * KIB, 16 * KIB, 64 * KIB] },
  note: 'page-size-limit',
} as const;

const NVIDIA_VARIANTS: readonly DriverCompatible[] = [
  ...strings('variant', ['nvidia,tegra186-smmu'], { traits: NVIDIA }),
  ...strings('variant', ['nvidia,tegra194-smmu'], NVIDIA_SMALL_PAGES),
  ...strings('variant', ['nvidia,tegra234-smmu'], { ...NVIDIA_SMALL_PAGES, since: GATES.tegra234Smmu }),
];

const QCOM_VARIANTS: readonly DriverCompatible[] = [
  ...strings('variant', ['qcom,adreno-smmu'], {
    traits: QCOM,
    note: 'gpu-stream-zero',
  }),
  ...strings('variant', ['qcom,msm8996-smmu-v2'], {
    note: 'no-identity-list',
  }),
  ...strings(
    'variant',
    [
      'qcom,msm8998-smmu-v2',
      'qcom,sdm630-smmu-v2',
      'qcom,sc7180-smmu-500',
      'qcom,sc7280-smmu-500',
      'qcom,sc8180x-smmu-500',
      'qcom,sdm845-smmu-500',
      'qcom,sm6125-smmu-500',
      'qcom,sm8150-smmu-500',
      'qcom,sm8250-smmu-500',
      'qcom,sm8350-smmu-500',
    ],
    { traits: QCOM },
  ),
  ...strings('variant', ['qcom,qcm2290-smmu-500', 'qcom,sm6350-smmu-500'], { since: GATES.qcom516, traits: QCOM }),
  ...strings('variant', ['qcom,sm8450-smmu-500'], { since: GATES.qcom517, traits: QCOM }),
  ...strings('variant', ['qcom,sc8280xp-smmu-500'], { since: GATES.qcom519, traits: QCOM }),
  ...strings('variant', ['qcom,sm6375-smmu-500'], { since: GATES.qcom60, traits: QCOM }),
  ...strings(
    'variant',
    ['qcom,sdm845-smmu-v2', 'qcom,sm6350-smmu-v2', 'qcom,qdu1000-smmu-500', 'qcom,sm6115-smmu-500', 'qcom,smmu-500'],
    { since: GATES.qcom62, traits: QCOM },
  ),
  ...strings('variant', ['qcom,sc7180-smmu-v2'], { since: GATES.qcom63, traits: QCOM }),
  ...strings('variant', ['qcom,sm6375-smmu-v2'], { since: GATES.qcom66, traits: QCOM }),
  ...strings('variant', ['qcom,sm7150-smmu-v2'], { since: GATES.qcom67, traits: QCOM }),
  ...strings('variant', ['qcom,sdm670-smmu-v2'], { since: GATES.qcom612, traits: QCOM }),
  ...strings('binding', [
    'qcom,qcs8300-smmu-500',
    'qcom,sa8255p-smmu-500',
    'qcom,sa8775p-smmu-500',
    'qcom,sdm670-smmu-500',
    'qcom,sdx55-smmu-500',
    'qcom,sdx65-smmu-500',
    'qcom,sdx75-smmu-500',
    'qcom,sm8550-smmu-500',
    'qcom,sm8650-smmu-500',
    'qcom,x1e80100-smmu-500',
  ]),
  ...strings('companion', ['qcom,sc7280-tbu', 'qcom,sdm845-tbu'], {
    since: GATES.qcomTbu,
    note: 'translation-buffer',
  }),
];

/** Masters whose firmware already drives a display or a remote processor through the SMMU. */
const QCOM_IDENTITY_CLIENTS: readonly string[] = [
  'qcom,adreno',
  'qcom,mdp4',
  'qcom,mdss',
  'qcom,sc7180-mdss',
  'qcom,sc7180-mss-pil',
  'qcom,sc7280-mdss',
  'qcom,sc8180x-mdss',
  'qcom,sdm845-mdss',
  'qcom,sdm845-mss-pil',
];

/** Those that came later. */
const LATER_QCOM_IDENTITY_CLIENTS: readonly (readonly [Gate, ...string[]])[] = [
  [GATES.qcom516, 'qcom,sc7280-mss-pil'],
  [GATES.qcom60, 'qcom,sm8250-mdss'],
  [GATES.clientGmu, 'qcom,adreno-gmu'],
  [GATES.clients63, 'qcom,sc8280xp-mdss', 'qcom,sm8150-mdss'],
  [GATES.clients66, 'qcom,sm6350-mdss', 'qcom,sm6375-mdss'],
  [GATES.qcom67, 'qcom,sdm670-mdss'],
  [GATES.client2290, 'qcom,qcm2290-mdss'],
  [GATES.clientX1, 'qcom,x1e80100-mdss'],
  [GATES.client6115, 'qcom,sm6115-mdss'],
  [GATES.client2130, 'qcom,sar2130p-mdss'],
  [GATES.clientGlymur, 'qcom,glymur-mdss'],
  [GATES.client8450, 'qcom,sm8450-mdss'],
];

const QCOM_IDENTITY = {
  type: 'identity',
  implementation: 'qcom',
  config: 'ARM_SMMU_QCOM',
  why: 'own-mappings',
  source: `${QCOM_SOURCE}:qcom_smmu_def_domain_type`,
} as const;

export const ARM_SMMU: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'arm-smmu',
  title: 'Arm SMMU v1 and v2',
  config: 'ARM_SMMU',
  tristate: true,
  arches: ['arm', 'arm64'],
  selectsArmMapping: true,
  compatibles: [
    ...strings('match', [
      'arm,smmu-v1',
      'arm,smmu-v2',
      'arm,mmu-400',
      'arm,mmu-401',
      'arm,mmu-500',
      'cavium,smmu-v2',
      'nvidia,smmu-500',
      'qcom,smmu-v2',
    ]),
    ...NVIDIA_VARIANTS,
    ...strings('variant', ['marvell,ap806-smmu-500'], {
      note: 'no-aarch64-tables',
      traits: { implementation: 'marvell' },
    }),
    ...QCOM_VARIANTS,
  ],
  cellCounts: [1, 2],
  cellCountOutcome: 'cells beyond the second are ignored; with none the stream ID is 0',
  cells: [
    {
      kind: 'stream-id',
      bits: 16,
      min: 0,
      max: 0xffff,
      outside: 'cut to 16 bits without a message, so another stream is matched',
    },
    {
      kind: 'mask',
      bits: 16,
      min: 0,
      max: 0x7fff,
      outside: 'SMR mask 0x%x out of range for SMMU (0x%x)',
    },
  ],
  defaultMaskProperty: 'stream-match-mask',
  legacyList: { property: 'mmu-masters', cells: '#stream-id-cells', config: 'ARM_SMMU_LEGACY_DT_BINDINGS' },
  grouping: 'stream-match',
  pageSizes: [...LONG_DESCRIPTOR_PAGES, MIB, 16 * MIB],
  iovaBits: 48,
  paBits: 48,
  needs: [
    {
      kind: 'property',
      name: '#global-interrupts',
      enforced: true,
      log: 'error -ENODEV: missing #global-interrupts property',
    },
    {
      kind: 'interrupts',
      name: '#global-interrupts',
      enforced: true,
      log: 'found %d interrupts but expected at least %d',
    },
    OPTIONAL_CLOCKS,
  ],
  domainRules: [
    {
      type: 'identity',
      binding: 'mmu-masters',
      since: GATES.listedIdentity,
      why: 'legacy-groups',
      source: `${SOURCE}:arm_smmu_def_domain_type`,
    },
    {
      type: 'platform',
      binding: 'mmu-masters',
      until: GATES.listedIdentity,
      why: 'legacy-without-dma-domain',
      source: `Linux 5.18 ${SOURCE}:arm_smmu_domain_alloc`,
    },
    { ...QCOM_IDENTITY, clients: QCOM_IDENTITY_CLIENTS },
    ...LATER_QCOM_IDENTITY_CLIENTS.map(([since, ...clients]) => ({ ...QCOM_IDENTITY, clients, since })),
  ],
  domains: ['identity', 'dma', 'dma-fq', 'blocked', 'unmanaged'],
  linksMasters: true,
  honoursReserved: true,
  msiWindow: SOFTWARE_MSI_WINDOW,
  unattached: 'fault',
  bypassOption: {
    name: 'arm-smmu.disable_bypass',
    option: 'smmuDisableBypass',
    config: 'ARM_SMMU_DISABLE_BYPASS_BY_DEFAULT',
  },
  instances: 'first',
  notes: [
    'With vendor code of Qualcomm the probe waits for the firmware interface: `qcom_scm not ready` (qcom_smmu_create).',
    'A pair contained in a programmed one shares its entry and group; any other overlap is -EINVAL, and a wider pair that comes second is one too (arm_smmu_find_sme).',
    'SMMU v2 needs one context interrupt per context bank: `found only %d context irq(s) but %d required`.',
    '`dma-coherent` on the SMMU node overrides IDR0.CTTW; it is about page walks, not about the masters.',
  ],
  binding: 'iommu/arm,smmu.yaml',
  source: SOURCE,
};
