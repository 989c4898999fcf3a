// SPDX-License-Identifier: MIT
// Renesas IPMMU-VMSA: a root and its cache IPMMUs, and the few masters that newer chips let through.
import { GATES } from '#model/platform/gates.ts';
import { IDENTITY_SINCE_6_7, LONG_DESCRIPTOR_4K_PAGES, PLAIN_IOMMU, strings } from './shared.ts';
import type { CellMeaning, IommuDriver, IommuTraits } from './types.ts';

const SOURCE = 'drivers/iommu/ipmmu-vmsa.c';

function microTlb(count: number): CellMeaning {
  return {
    kind: 'micro-tlb',
    bits: 32,
    min: 0,
    max: count - 1,
    outside: 'Linux does not look and writes past its table of micro-TLBs; Xen refuses 64 and above',
  };
}

const GEN2: Partial<IommuTraits> = { cells: [microTlb(32)], implementation: 'rcar-gen2' };
const GEN3: Partial<IommuTraits> = { cells: [microTlb(48)], implementation: 'rcar-gen3' };
const GEN4: Partial<IommuTraits> = { cells: [microTlb(64)], implementation: 'rcar-gen4' };
const WITH_ROOT = ['rcar-gen3', 'rcar-gen4'];

export const RENESAS_IPMMU: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'ipmmu-vmsa',
  title: 'Renesas IPMMU-VMSA',
  config: 'IPMMU_VMSA',
  arches: ['arm', 'arm64'],
  selectsArmMapping: true,
  armGrouping: 'device',
  armMapping: { start: 0x40000000n, end: 0xbfffffffn, source: `${SOURCE}:ipmmu_init_arm_mapping` },
  compatibles: [
    ...strings('match', ['renesas,ipmmu-vmsa'], { traits: GEN2 }),
    ...strings(
      'match',
      [
        'renesas,ipmmu-r8a774a1',
        'renesas,ipmmu-r8a774b1',
        'renesas,ipmmu-r8a774c0',
        'renesas,ipmmu-r8a774e1',
        'renesas,ipmmu-r8a7795',
        'renesas,ipmmu-r8a7796',
        'renesas,ipmmu-r8a77961',
        'renesas,ipmmu-r8a77965',
        'renesas,ipmmu-r8a77970',
        'renesas,ipmmu-r8a77990',
        'renesas,ipmmu-r8a77995',
      ],
      { traits: GEN3 },
    ),
    ...strings('match', ['renesas,ipmmu-r8a77980'], { since: GATES.ipmmu516, traits: GEN3 }),
    ...strings('match', ['renesas,ipmmu-r8a779a0'], { since: GATES.ipmmu516, traits: GEN4 }),
    ...strings('match', ['renesas,rcar-gen4-ipmmu-vmsa'], { since: GATES.ipmmuGen4, traits: GEN4 }),
    ...strings('binding', [
      'renesas,ipmmu-r8a73a4',
      'renesas,ipmmu-r8a7742',
      'renesas,ipmmu-r8a7743',
      'renesas,ipmmu-r8a7744',
      'renesas,ipmmu-r8a7745',
      'renesas,ipmmu-r8a7790',
      'renesas,ipmmu-r8a7791',
      'renesas,ipmmu-r8a7793',
      'renesas,ipmmu-r8a7794',
      'renesas,ipmmu-r8a779f0',
      'renesas,ipmmu-r8a779g0',
      'renesas,ipmmu-r8a779h0',
    ]),
  ],
  cellCounts: [1],
  cells: [microTlb(64)],
  grouping: 'instance',
  pageSizes: LONG_DESCRIPTOR_4K_PAGES,
  iovaBits: 32,
  paBits: 40,
  needs: [
    { kind: 'interrupts', unless: 'renesas,ipmmu-main', enforced: true },
    { kind: 'suppliers', name: 'renesas,ipmmu-main', enforced: true },
  ],
  clientFilter: {
    implementations: WITH_ROOT,
    devices: ['ee100000.mmc', 'ee120000.mmc', 'ee140000.mmc', 'ee160000.mmc'],
    pci: {},
    deniedSocs: [
      { compatible: 'renesas,r8a774a1' },
      { compatible: 'renesas,r8a7795', revision: 'ES1.*', until: GATES.noEs1 },
      { compatible: 'renesas,r8a7795', revision: 'ES2.*' },
      { compatible: 'renesas,r8a7796' },
    ],
    result: '-ENODEV',
    source: `${SOURCE}:ipmmu_device_is_allowed`,
  },
  domainsBefore: IDENTITY_SINCE_6_7,
  unregistered: {
    implementations: WITH_ROOT,
    lacks: 'renesas,ipmmu-main',
    why: { kind: 'root-ipmmu' },
  },
  instances: 'first',
  notes: [
    'On Arm without CONFIG_IOMMU_DMA each master has its own group and all share one mapping of 1 GiB to 3 GiB (ipmmu_init_arm_mapping).',
    'R-Car Gen2 snoops its page walks, later ones do not.',
  ],
  binding: 'iommu/renesas,ipmmu-vmsa.yaml',
  source: SOURCE,
};
