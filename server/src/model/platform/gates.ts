// SPDX-License-Identifier: MIT
// Every change between releases of Linux that an answer or a message hangs on, with who established the release.
// "source": the place was read in the release and in the one before (the trees are named in docs/releases.md).
import type { Gate, Provenance } from './releases.ts';
import { isOpen } from './releases.ts';
import type { KernelVersion } from './types.ts';

type Row = Omit<Gate, 'name'>;
type Seen = Pick<Gate, 'after' | 'backports'>;

function row(by: Provenance, since: KernelVersion, what: string, where: string, seen: Seen = {}): Row {
  return { since, by, what, where, ...seen };
}

const booted = row.bind(null, 'booted');
const source = row.bind(null, 'source');
const described = row.bind(null, 'described');

/** The release has a match string. */
function matches(since: KernelVersion, names: string, where: string, seen: Seen = {}): Row {
  return source(since, `the driver has ${names}`, where, seen);
}

const V3 = 'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c';
const V2 = 'drivers/iommu/arm/arm-smmu/arm-smmu.c';
const QCOM = 'drivers/iommu/arm/arm-smmu/arm-smmu-qcom.c';
const MTK = 'drivers/iommu/mtk_iommu.c';
const IOMMU = 'drivers/iommu/iommu.c';
const OF_IOMMU = 'drivers/iommu/of_iommu.c';
const SUPPLIERS = 'drivers/of/property.c:of_supplier_bindings';
const CORE = 'drivers/base/core.c';
const DD = 'drivers/base/dd.c';

const ROWS = {
  // IOMMU core
  strictOption: described([5, 0], 'iommu.strict is an option', `${IOMMU}:iommu_dma_setup`),
  identityAsLastResort: source(
    [6, 7],
    'an IOMMU that the DMA API cannot use gets an identity domain',
    `${IOMMU}:iommu_get_default_domain_type`,
  ),
  identityDomains: source([6, 7], 'the media IOMMUs have an identity domain', 'drivers/iommu: identity_domain'),
  severalDrivers: source([6, 8], 'IOMMUs of several drivers can register', `${IOMMU}:iommu_device_register`),
  mastersNeedSpec: source([6, 8], 'a master needs a firmware specification first', `${IOMMU}:__iommu_probe_device`),
  iommuAddresses: source([6, 3], 'iommu-addresses is read', `${OF_IOMMU}:of_iommu_get_resv_regions`),
  laterEntriesWait: source([6, 11], 'a later entry of iommus waits for its IOMMU, too', `${IOMMU}:iommu_fwspec_init`),
  waitsInFwspec: source(
    [6, 14],
    'the wait for an IOMMU is decided with the firmware specification',
    `${IOMMU}:iommu_fwspec_init`,
  ),
  configuresAtRegistration: described(
    [6, 15],
    'the registration of an IOMMU sets up the devices that are there',
    `${IOMMU}:iommu_device_register (bcb81ac6ae3c; read in 6.14 and 6.17)`,
  ),
  dmaIommuDirect: source([6, 12], 'the DMA API calls dma-iommu without an operations table', 'kernel/dma/mapping.c'),
  armDirect: source([6, 0], '32-bit Arm has dma-direct', 'arch/arm/mm/dma-mapping.c'),
  oddSizes: source([6, 10], 'an odd size in dma-ranges is taken as it is', 'drivers/of/device.c:of_dma_configure_id'),
  busNeedsCells: source([6, 13], 'a bus needs #address-cells of its own', 'drivers/of/address.c:of_bus_default_match'),
  mapsOneByOne: source(
    [7, 2],
    'maps have as many output cells as their provider, and are read one by one',
    'drivers/of/base.c:of_map_id',
  ),
  restrictedPools: source([5, 15], 'restricted pools exist', 'kernel/dma/Kconfig:DMA_RESTRICTED_POOL'),
  loosePlaces: source(
    [6, 19],
    'alloc-ranges of another length are not looked at',
    'drivers/of/of_reserved_mem.c:__reserved_mem_alloc_size',
  ),
  // Probing and waiting
  waitsForModules: source([5, 7], 'devices wait for drivers in modules', `${DD}:driver_deferred_probe_check_state`),
  tenSecondWait: source([6, 0], 'the deferred probe timeout is 10 s', `${DD}:driver_deferred_probe_timeout`),
  pendingReason: source(
    [6, 8],
    'the line about a pending device has the reason',
    `${DD}:deferred_probe_timeout_work_func`,
  ),
  probeErrorWords: source(
    [6, 9],
    'the line about a failed probe reads "probe with driver … failed"',
    `${DD}:call_driver_probe`,
  ),
  devlinkPermissive: source([5, 7], 'fw_devlink exists', `${CORE}:fw_devlink_setup`),
  devlinkOn: described([5, 13], 'fw_devlink=on is the default', `${CORE}:fw_devlink_flags (read in 5.12 and 5.14)`),
  devlinkRpm: source([6, 8], 'fw_devlink=rpm is the default', `${CORE}:fw_devlink_flags`),
  ioBackends: source([6, 9], 'io-backends names suppliers', SUPPLIERS),
  ioChannels: source([6, 8], 'io-channels names suppliers (before, io-channel)', SUPPLIERS, {
    after: [6, 5],
    backports: [[6, 1]],
  }),
  interruptParentIgnored: source([6, 12], 'interrupt-parent names no supplier by itself', SUPPLIERS),
  nvmemCells: source([6, 3], 'nvmem-cells may have argument cells', SUPPLIERS),
  anyPinctrl: source([7, 0], 'pinctrl-9 and up, and mmc-pwrseq, name suppliers', SUPPLIERS),
  msiParent: source([6, 7], 'msi-parent names suppliers', SUPPLIERS),
  powerSuppliers: source(
    [6, 10],
    'pses, power-supplies, interrupt-map and access-controllers name suppliers',
    SUPPLIERS,
  ),
  postInit: source([6, 9], 'post-init-providers is read', SUPPLIERS),
  ledSuppliers: source([5, 15], 'pwms, resets, leds and backlight name suppliers', SUPPLIERS),
  panelSupplier: source([6, 5], 'panel names a supplier', SUPPLIERS),
  // Arm SMMU
  listsByOption: source([5, 6], 'mmu-masters is read only with an option', `${V2}:arm_smmu_device_dt_probe`, {
    after: [5, 3],
  }),
  listsAtOnce: source(
    [6, 1],
    'listed masters are found when the SMMU registers',
    'drivers/iommu/iommu.c:iommu_device_register',
  ),
  listedIdentity: source([5, 19], 'listed masters get identity domains', `${V2}:arm_smmu_def_domain_type`),
  cellsMatter: source([6, 10], 'a wrong #iommu-cells ends the probe of an SMMUv3', `${V3}:arm_smmu_device_probe`),
  noV3Bypass: source([6, 10], 'arm-smmu-v3.disable_bypass is gone', V3),
  aliasesEnodev: booted(
    [6, 16],
    'a stream of another device gives -ENODEV and the line "Aliasing StreamID"',
    `${V3}:arm_smmu_insert_master (read in 6.14 and 6.17)`,
    { after: [6, 14] },
  ),
  sortedStreams: source([7, 1], 'an SMMUv3 claims the streams of a master sorted', `${V3}:arm_smmu_insert_master`),
  tegra234Smmu: matches([5, 19], 'nvidia,tegra234-smmu', 'drivers/iommu/arm/arm-smmu/arm-smmu-impl.c'),
  qcom516: matches([5, 16], 'qcm2290-smmu-500, sm6350-smmu-500 and the client sc7280-mss-pil', QCOM),
  qcom517: matches([5, 17], 'qcom,sm8450-smmu-500', QCOM),
  qcom519: matches([5, 19], 'qcom,sc8280xp-smmu-500', QCOM),
  qcom60: matches([6, 0], 'qcom,sm6375-smmu-500 and the client sm8250-mdss', QCOM),
  qcom62: matches([6, 2], 'sdm845-smmu-v2, sm6350-smmu-v2, qdu1000, sm6115 and qcom,smmu-500', QCOM),
  qcom63: matches([6, 3], 'qcom,sc7180-smmu-v2', QCOM),
  qcom66: matches([6, 6], 'qcom,sm6375-smmu-v2', QCOM),
  qcom67: matches([6, 7], 'qcom,sm7150-smmu-v2 and the client sdm670-mdss', QCOM),
  qcom612: matches([6, 12], 'qcom,sdm670-smmu-v2', QCOM),
  qcomTbu: source(
    [6, 10],
    'translation buffer units have a driver',
    'drivers/iommu/arm/arm-smmu/arm-smmu-qcom-debug.c',
  ),
  clients63: matches([6, 3], 'the clients sc8280xp-mdss and sm8150-mdss', QCOM),
  clientGmu: matches([6, 6], 'the client adreno-gmu', QCOM, { backports: [[6, 1]] }),
  clients66: matches([6, 6], 'the clients sm6350-mdss and sm6375-mdss', QCOM),
  client2290: matches([6, 8], 'the client qcm2290-mdss', QCOM),
  clientX1: matches([6, 9], 'the client x1e80100-mdss', QCOM),
  client6115: matches([6, 17], 'the client sm6115-mdss', QCOM, { after: [6, 14], backports: [[6, 12]] }),
  client2130: matches([6, 17], 'the client sar2130p-mdss', QCOM, { after: [6, 14] }),
  clientGlymur: matches([6, 19], 'the client glymur-mdss', QCOM),
  client8450: matches([7, 3], 'the client sm8450-mdss', QCOM, { backports: [[6, 12]] }),
  cmdqv264: source(
    [7, 0],
    'nvidia,tegra264-cmdqv has a binding',
    'Documentation/devicetree/bindings/iommu/nvidia,tegra264-cmdqv.yaml',
  ),
  // Other IOMMUs
  sun50i: source([5, 8], 'the driver of Allwinner IOMMUs exists', 'drivers/iommu/sun50i-iommu.c'),
  sun50iTranslates: source([6, 1], 'Allwinner IOMMUs have no identity domain any more', 'drivers/iommu/sun50i-iommu.c'),
  sun50iH616: matches([6, 11], 'allwinner,sun50i-h616-iommu', 'drivers/iommu/sun50i-iommu.c'),
  dart: source([5, 15], 'the driver of Apple DARTs exists', 'drivers/iommu/apple-dart.c'),
  dartT6000: matches([6, 1], 'apple,t6000-dart', 'drivers/iommu/apple-dart.c'),
  dartT8110: matches([6, 3], 'apple,t8110-dart', 'drivers/iommu/apple-dart.c'),
  dartUsb4: matches([6, 8], 'apple,t8103-usb4-dart', 'drivers/iommu/apple-dart.c'),
  threeDarts: source([6, 17], 'a device may have three DARTs', 'drivers/iommu/apple-dart.c:MAX_DARTS_PER_DEVICE', {
    after: [6, 14],
  }),
  sprd: described([5, 13], 'the driver of Unisoc IOMMUs exists', 'drivers/iommu/sprd-iommu.c (read in 5.12 and 5.14)'),
  virtioIommu: source([5, 3], 'the driver of virtio-iommu exists', 'drivers/iommu/virtio-iommu.c'),
  virtioIdentity: source([5, 16], 'virtio-iommu has identity domains', 'drivers/iommu/virtio-iommu.c'),
  virtioFlushQueue: source([6, 8], 'virtio-iommu has flush queues', 'drivers/iommu/virtio-iommu.c'),
  riscvIommu: source([6, 13], 'the driver of RISC-V IOMMUs exists', 'drivers/iommu/riscv/iommu.c'),
  verisilicon: source([7, 2], 'the driver of VeriSilicon IOMMUs exists', 'drivers/iommu/vsi-iommu.c'),
  exynosReserved: source([6, 17], 'the Exynos SysMMU keeps iommu-addresses', 'drivers/iommu/exynos-iommu.c', {
    after: [6, 14],
  }),
  rockchipV2: matches([5, 14], 'rockchip,rk3568-iommu', 'drivers/iommu/rockchip-iommu.c', { after: [5, 12] }),
  rockchipIdentity: source([6, 4], 'the Rockchip driver has an identity domain', 'drivers/iommu/rockchip-iommu.c'),
  rockchipOwnOps: source(
    [7, 3],
    'Rockchip IOMMUs of two generations work in one system',
    'drivers/iommu/rockchip-iommu.c:rk_iommu_probe',
  ),
  rockchipAllClocks: source(
    [7, 3],
    'the Rockchip driver takes every clock',
    'drivers/iommu/rockchip-iommu.c:rk_iommu_probe',
  ),
  msmCounts: source(
    [7, 3],
    'the MSM driver counts the IDs of a master',
    'drivers/iommu/msm_iommu.c:insert_iommu_master',
  ),
  msmV2: matches([6, 6], 'qcom,msm-iommu-v2', 'drivers/iommu/arm/arm-smmu/qcom_iommu.c'),
  omapXlate: source([6, 13], 'the OMAP driver has an of_xlate', 'drivers/iommu/omap-iommu.c:omap_iommu_of_xlate'),
  tegraIdentity: source(
    [6, 7],
    'the Tegra SMMU asks for identity domains',
    'drivers/iommu/tegra-smmu.c:tegra_smmu_def_domain_type',
  ),
  tegra264Mc: matches([6, 17], 'nvidia,tegra264-mc', 'drivers/memory/tegra/mc.c', { after: [6, 14] }),
  tegra238Mc: matches([7, 2], 'nvidia,tegra238-mc', 'drivers/memory/tegra/mc.c'),
  s390Dma: source([6, 7], 'the DMA API uses the IOMMU of s390', 'drivers/iommu/s390-iommu.c'),
  s390Identity: source([6, 17], 'the IOMMU of s390 has an identity domain', 'drivers/iommu/s390-iommu.c', {
    after: [6, 14],
    backports: [[6, 12]],
  }),
  pamuPlatform: source([6, 7], 'the PAMU has a platform domain', 'drivers/iommu/fsl_pamu_domain.c'),
  ipmmu516: matches([5, 16], 'renesas,ipmmu-r8a77980 and r8a779a0', 'drivers/iommu/ipmmu-vmsa.c'),
  ipmmuGen4: matches([5, 18], 'renesas,rcar-gen4-ipmmu-vmsa', 'drivers/iommu/ipmmu-vmsa.c'),
  noEs1: source([6, 4], 'R-Car H3 ES1 is not known any more', 'drivers/iommu/ipmmu-vmsa.c:ipmmu_device_is_allowed'),
  mtk519: matches([5, 19], 'mt8186-iommu-mm and the strings of mt8195', MTK),
  mt6795: matches([6, 1], 'mediatek,mt6795-m4u', MTK),
  mt8365: matches([6, 2], 'mediatek,mt8365-m4u', MTK),
  mt8188: matches([6, 6], 'the strings of mt8188', MTK),
  mt6893: matches([6, 17], 'mediatek,mt6893-iommu-mm', MTK, { after: [6, 14] }),
  mt8189: matches([6, 19], 'the strings of mt8189', MTK),
  larbsFromIds: source([5, 18], 'nothing reads mediatek,larb', 'drivers/media/platform'),
  // PCI, MSI, devices that drivers make
  armTrusts: source(
    [6, 13],
    'Arm trusts the functions behind external ports',
    'drivers/pci/probe.c:set_pcie_untrusted',
  ),
  acsAtRegistration: booted(
    [6, 16],
    'ports get ACS before their functions form groups',
    'drivers/pci/pci.c:pci_enable_acs',
    { after: [6, 14] },
  ),
  itsManyCells: source(
    [6, 19],
    'an ITS takes the first of several MSI cells',
    'drivers/irqchip/irq-gic-its-msi-parent.c:of_pmsi_get_msi_info',
  ),
  host1xContexts: source(
    [6, 0],
    'host1x makes contexts',
    'drivers/gpu/host1x/context.c:host1x_memory_context_list_init',
  ),
  host1xLengths: source(
    [7, 3],
    'host1x counts the lengths of its map',
    'drivers/gpu/host1x/context.c:host1x_memory_context_list_init',
  ),
  dmaChannelMap: source(
    [7, 2],
    'the Tegra DMA controller reads iommu-map for its channels',
    'drivers/dma/tegra186-gpc-dma.c:tegra_dma_probe',
  ),
  vchiqBus: source([6, 7], 'VCHIQ makes devices of its own', 'vchiq_arm/vchiq_bus.c:vchiq_device_register'),
  msmInsists: source(
    [6, 18],
    'the MSM display driver insists on an IOMMU',
    'drivers/gpu/drm/msm/msm_kms.c:msm_kms_init_vm',
  ),
  cacheEswin: matches([6, 17], 'eswin,eic7700-l3-cache', 'drivers/cache/sifive_ccache.c', { after: [6, 14] }),
  cacheJh7110: matches([7, 2], 'starfive,jh7110-ccache', 'drivers/cache/sifive_ccache.c'),
  // Xen
  grants: source([5, 19], 'Xen grants come by xen,grant-dma', 'drivers/xen/grant-dma-ops.c'),
  grantsByMap: source(
    [6, 2],
    'Xen grants come by iommu-map',
    'drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid',
  ),
  // Citations
  newestCitations: source(
    [7, 0],
    'functions are named as in 7.3',
    'model/report/citations.ts (sources of 6.12 and 7.3)',
  ),
} satisfies Record<string, Row>;

export type GateName = keyof typeof ROWS;

/** The gates by their names. */
export const GATES = Object.fromEntries(
  Object.entries(ROWS).map(([name, gate]: [string, Row]) => [name, { name, ...gate }]),
) as Readonly<Record<GateName, Gate>>;

const OPEN = Object.values(GATES).filter(({ after }) => after !== undefined);

/** The gates of which nobody established whether the release has them. */
export function openGates(version: KernelVersion): Gate[] {
  return OPEN.filter((gate) => isOpen(version, gate));
}
