// SPDX-License-Identifier: MIT
// MediaTek's M4U: IDs that name a local arbiter (larb) and its port, and IOVA regions that follow from them.
import { GATES } from '#model/platform/gates.ts';
import { IDENTITY_SINCE_6_7, KIB, PLAIN_IOMMU, SHORT_DESCRIPTOR_PAGES, strings } from './shared.ts';
import type { CellMeaning, DriverNeed, IommuDriver, IommuTraits, IovaRegions } from './types.ts';

const SOURCE = 'drivers/iommu/mtk_iommu.c';
const WRONG_COUNT = 'invalid #iommu-cells(%d) property for IOMMU';
const ALL = 0xffffffff;

const LARB_AND_PORT: CellMeaning = {
  kind: 'm4u-port',
  bits: 32,
  min: 0,
  max: 0x3ff,
  outside: 'only the lowest ten bits count, so another port is switched on (MTK_M4U_TO_LARB)',
};

/** Infrastructure masters (PCIe, USB) have a port, but no larb. */
const INFRA_PORT: CellMeaning = { ...LARB_AND_PORT, max: 31, outside: 'only the lowest five bits count' };

const LARBS: readonly DriverNeed[] = [
  { kind: 'property', name: 'mediatek,larbs', enforced: true },
  { kind: 'suppliers', name: 'mediatek,larbs', enforced: true },
];
const BCLK: DriverNeed = { kind: 'clocks', names: [['bclk']], enforced: true };

const FOUR_GIB = 0x1_0000_0000n;
/** The driver stops 8 MiB short of each 4 GiB, so that a region never carries into the next. */
const REGION_SIZE = FOUR_GIB - 0x80_0000n;

type PortMasks = Readonly<Record<number, number>>;

function everyPort(...larbs: readonly number[]): PortMasks {
  return Object.fromEntries(larbs.map((larb) => [larb, ALL]));
}

/** The six IOVA regions of the 34-bit chips; the last two are small windows for the camera's controller. */
function sixRegions(masks: readonly [PortMasks, PortMasks, PortMasks, PortMasks, PortMasks], shared: boolean) {
  const [low, second, third, camera0, camera1] = masks;
  const regions: IovaRegions = {
    shared,
    regions: [
      { start: 0n, size: REGION_SIZE, ports: low },
      { start: FOUR_GIB, size: REGION_SIZE, ports: second },
      { start: 2n * FOUR_GIB, size: REGION_SIZE, ports: third },
      { start: 3n * FOUR_GIB, size: REGION_SIZE, ports: {} },
      { start: 0x2_4000_0000n, size: 0x400_0000n, ports: camera0 },
      { start: 0x2_4400_0000n, size: 0x400_0000n, ports: camera1 },
    ],
  };
  return regions;
}

function oneRegion(shared = false, banks?: IovaRegions['banks']): IovaRegions {
  return { shared, regions: [{ start: 0n, size: REGION_SIZE }], ...(banks && { banks }) };
}

/** Larb 13 without the two ports that the camera windows take. */
const BUT_CAMERA_13 = ~((1 << 9) | (1 << 10)) >>> 0;
const CAMERA_13: PortMasks = { 13: (1 << 9) | (1 << 10) };

const MT8186 = sixRegions(
  [
    everyPort(0, 1, 2),
    everyPort(4, 7),
    { ...everyPort(8, 9, 11, 16, 17, 19, 20), 13: BUT_CAMERA_13 },
    CAMERA_13,
    everyPort(14),
  ],
  false,
);

const MT8188 = sixRegions(
  [
    everyPort(0, 1, 2, 3),
    everyPort(21, 22, 23),
    everyPort(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25),
    { 24: 0b0011 },
    { 24: 0b1100 },
  ],
  true,
);

const MT8192 = sixRegions(
  [
    everyPort(0, 1),
    everyPort(4, 5, 7),
    { ...everyPort(2, 9, 11, 16, 17, 18, 19, 20), 13: BUT_CAMERA_13, 14: ~0b110000 >>> 0 },
    CAMERA_13,
    { 14: 0b110000 },
  ],
  false,
);

const MT8195 = sixRegions(
  [
    everyPort(0, 1, 2, 3),
    everyPort(19, 20, 21, 22, 23, 24),
    everyPort(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 25, 26, 27, 28),
    { 18: 0b0011 },
    { 18: 0b1100 },
  ],
  true,
);

const MT8189 = sixRegions(
  [{ ...everyPort(0, 1, 2), 22: 0b1 }, everyPort(3, 4), everyPort(5, 6, 7, 8, 9, 10, 11, 12, 21), {}, {}],
  false,
);

/** Four address spaces of the accelerator, each with a port of larb 0, which is none. */
const MT8189_APU: IovaRegions = {
  shared: false,
  regions: [
    { start: 0x20_0000n, size: 0x2000_0000n, ports: { 0: 0b0100 } },
    { start: 0x4000_0000n, size: 0xc000_0000n, ports: { 0: 0b0010 } },
    { start: 0x7000_0000n, size: 0x1260_0000n, ports: { 0: 0b1000 } },
    { start: FOUR_GIB, size: 3n * FOUR_GIB, ports: { 0: 0b0001 } },
  ],
};

function multimedia(iovaRegions: IovaRegions, rest: Partial<IommuTraits> = {}): Partial<IommuTraits> {
  const wide = iovaRegions.regions.length > 1;
  return { implementation: 'mm', iovaRegions, iovaBits: wide ? 34 : 32, needs: LARBS, ...rest };
}

/** Chips with a 4 GiB mode: physical addresses have 33 bits when firmware turned it on, else 32. */
const FOUR_GIB_MODE: Partial<IommuTraits> = { paBits: 33, needs: [...LARBS, BCLK] };
const WITH_BCLK: Partial<IommuTraits> = { needs: [...LARBS, BCLK] };

function infrastructure(iovaRegions: IovaRegions, needs: readonly DriverNeed[] = []): Partial<IommuTraits> {
  return { implementation: 'infra', iovaRegions, iovaBits: 32, cells: [INFRA_PORT], needs };
}

/** Five banks of 4 KiB, of which the first and the last are used, each with the interrupt of its number. */
const FIVE_BANKS: readonly DriverNeed[] = [
  { kind: 'interrupts', count: 5, enforced: true },
  { kind: 'reg-size', bytes: 0x5000, enforced: true, log: 'banknr 5. res %pR is not enough.', error: -22 },
];

export const MEDIATEK: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'mtk',
  title: 'MediaTek M4U, second generation',
  config: 'MTK_IOMMU',
  tristate: true,
  arches: ['arm', 'arm64'],
  selectsArmMapping: true,
  compatibles: [
    ...strings('match', ['mediatek,mt2712-m4u'], { traits: multimedia(oneRegion(true), FOUR_GIB_MODE) }),
    ...strings('match', ['mediatek,mt6795-m4u'], {
      since: GATES.mt6795,
      traits: multimedia(oneRegion(), FOUR_GIB_MODE),
    }),
    ...strings('match', ['mediatek,mt8173-m4u'], { traits: multimedia(oneRegion(), FOUR_GIB_MODE) }),
    ...strings('match', ['mediatek,mt6779-m4u', 'mediatek,mt8167-m4u', 'mediatek,mt8183-m4u'], {
      traits: multimedia(oneRegion()),
    }),
    ...strings('match', ['mediatek,mt8365-m4u'], { since: GATES.mt8365, traits: multimedia(oneRegion()) }),
    ...strings('match', ['mediatek,mt8186-iommu-mm'], { since: GATES.mtk519, traits: multimedia(MT8186, WITH_BCLK) }),
    ...strings('match', ['mediatek,mt8188-iommu-vdo', 'mediatek,mt8188-iommu-vpp'], {
      since: GATES.mt8188,
      traits: multimedia(MT8188, WITH_BCLK),
    }),
    ...strings('match', ['mediatek,mt8192-m4u'], { traits: multimedia(MT8192, WITH_BCLK) }),
    ...strings('match', ['mediatek,mt6893-iommu-mm'], {
      since: GATES.mt6893,
      traits: multimedia({ ...MT8192, shared: true }, WITH_BCLK),
    }),
    ...strings('match', ['mediatek,mt8189-iommu-mm'], {
      since: GATES.mt8189,
      traits: multimedia({ ...MT8189, shared: false }, { ...WITH_BCLK, severalLarbs: true }),
    }),
    ...strings('match', ['mediatek,mt8189-iommu-infra'], {
      since: GATES.mt8189,
      traits: infrastructure(oneRegion(true)),
    }),
    ...strings('match', ['mediatek,mt8189-iommu-apu'], {
      since: GATES.mt8189,
      traits: { implementation: 'apu', iovaRegions: MT8189_APU, iovaBits: 34, needs: [] },
    }),
    ...strings('match', ['mediatek,mt8195-iommu-vdo', 'mediatek,mt8195-iommu-vpp'], {
      since: GATES.mtk519,
      traits: multimedia(MT8195, WITH_BCLK),
    }),
    ...strings('match', ['mediatek,mt8188-iommu-infra'], { since: GATES.mt8188, traits: infrastructure(oneRegion()) }),
    ...strings('match', ['mediatek,mt8195-iommu-infra'], {
      since: GATES.mtk519,
      traits: infrastructure(
        oneRegion(false, [
          { bank: 0, first: 16, last: 19 },
          { bank: 4, first: 20, last: 31 },
        ]),
        FIVE_BANKS,
      ),
      note: 'infra-banks',
    }),
  ],
  cellCounts: [1],
  cellCountChecked: 'consumer',
  cellCountOutcome: WRONG_COUNT,
  cells: [LARB_AND_PORT],
  grouping: 'iova-region',
  pageSizes: SHORT_DESCRIPTOR_PAGES,
  iovaBits: 34,
  paBits: 35,
  needs: [
    { kind: 'reg-size', bytes: 0x1000, enforced: true, log: 'banknr 1. res %pR is not enough.', error: -22 },
    { kind: 'interrupts', enforced: true },
  ],
  domainsBefore: IDENTITY_SINCE_6_7,
  instances: 'first',
  notes: [
    'All IDs of a master have one larb: `Can only use one larb. Fail@larb%d-%d.` (mtk_iommu_probe_device).',
    'The larb is found through `mediatek,larbs`, by `mediatek,larb-id` of the larb or by its place in the list; one that is not there is -EINVAL without a message.',
    'Ports in no region: `Can NOT find the region for larb(%d-%x).` (mtk_iommu_get_iova_region_id).',
    'All larbs have one `mediatek,smi`: `mediatek,smi property is not right @larb%d.` (mtk_iommu_mm_dts_parse).',
    'A PCI function behind an infrastructure IOMMU has one port: `PCI dev can only have one port.`',
  ],
  binding: 'iommu/mediatek,iommu.yaml',
  source: SOURCE,
};

export const MEDIATEK_V1: IommuDriver = {
  ...PLAIN_IOMMU,
  name: 'mtk-v1',
  title: 'MediaTek M4U, first generation',
  config: 'MTK_IOMMU_V1',
  tristate: true,
  arches: ['arm'],
  selectsArmMapping: true,
  armMapping: { start: 0n, end: 0xffffffffn, source: 'drivers/iommu/mtk_iommu_v1.c:mtk_iommu_v1_probe_finalize' },
  compatibles: [...strings('match', ['mediatek,mt2701-m4u']), ...strings('binding', ['mediatek,mt7623-m4u'])],
  cellCounts: [1],
  cellCountChecked: 'consumer',
  cellCountOutcome: WRONG_COUNT,
  cells: [
    {
      kind: 'm4u-port',
      bits: 32,
      min: 0,
      max: 43,
      outside: 'larb 3 and above (ports from 44 on) are refused with -EINVAL',
    },
  ],
  grouping: 'device',
  pageSizes: [4 * KIB],
  iovaBits: 32,
  paBits: 32,
  needs: [{ kind: 'interrupts', enforced: true }, BCLK, ...LARBS],
  domains: ['identity', 'unmanaged'],
  domainsBefore: [{ until: GATES.identityDomains, domains: ['unmanaged'] }],
  instances: 'first',
  noXlate: { since: GATES.mastersNeedSpec },
  notes: [
    'Since 6.8 a master needs a firmware specification before its driver is asked, and this driver has no of_xlate: masters get -ENODEV and direct DMA at once.',
    'All masters share one mapping of 4 GiB (mtk_iommu_v1_create_mapping).',
  ],
  binding: 'iommu/mediatek,iommu.yaml',
  source: 'drivers/iommu/mtk_iommu_v1.c',
};
