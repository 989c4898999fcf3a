// SPDX-License-Identifier: MIT
// Every difference between releases of Linux that changes an answer: a row per difference, with the place in the kernel
// that changed, before and after. The differences are those of the facts' table A.10, of the driver registry and of the
// kernels that were booted (6.1 and 6.12).
import { describe, expect, test } from 'vitest';
import type { Platform } from '#model/platform/types.ts';
import { board, configured, reportAt } from '#test/support/reports.ts';
import { treeOf } from '#test/support/tree.ts';
import type { DeviceTree } from '#tree/types.ts';
import type { DescribedReport } from '#wording/report.ts';

type Version = Platform['kernelVersion'];

interface Row {
  readonly what: string;
  /** File and function of the kernel, or the commit. */
  readonly where: string;
  readonly before: Version;
  readonly after: Version;
  readonly tree: DeviceTree | string;
  readonly path: string;
  readonly over?: Parameters<typeof reportAt>[2];
  readonly was: string;
  readonly is: string;
  /** What of the report is compared; the verdict unless said otherwise. */
  readonly show?: (report: DescribedReport) => string;
}

const soc = (body: string) => `/ { #address-cells = <1>; #size-cells = <1>; ${body} };`;
const SMMU = 'smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };';
const guest = { kind: 'xen-domu' } as const;
const lines = ({ log }: DescribedReport): string => log.join(' | ');

/** A master of an IOMMU of this string. */
const behind = (compatible: string, cells: string, more = '') =>
  soc(`mmu: iommu@1000 { compatible = ${compatible}; reg = <0x1000 0x20000>; ${more} #iommu-cells = <${cells}>; };
    dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; iommus = <&mmu${cells === '0' ? '' : ' 1'}>; };`);

const ROWS: readonly Row[] = [
  {
    what: 'Xen grants for virtio-mmio, with their binding and stub driver',
    where: 'drivers/xen/grant-dma-ops.c:xen_is_dt_grant_dma_device (625ab90ecdf7)',
    before: [5, 18],
    after: [5, 19],
    tree: board('grant-dma/guest-mmio.dts'),
    path: '/virtio@2000000',
    over: guest,
    was: 'defer->direct',
    is: 'xen-grant',
  },
  {
    what: 'Xen grants for PCI functions by iommu-map; 6.1 has them by a backport, as booted, or not',
    where: 'drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid',
    before: [6, 0],
    after: [6, 2],
    tree: board('grant-dma/guest-pci.dts'),
    path: '/pcie@33000000',
    over: { ...guest, rid: 8 },
    was: 'direct',
    is: 'xen-grant',
  },
  {
    what: 'OMAP IOMMUs get an of_xlate (before 6.8 their masters had a group, and were as direct: test/kernel/arm)',
    where: 'drivers/iommu/omap-iommu.c:omap_iommu_of_xlate',
    before: [6, 12],
    after: [6, 13],
    tree: behind('"ti,omap4-iommu"', '0', 'interrupts = <1>;'),
    path: '/dma@30000',
    over: { arch: 'arm', ...configured('ARM=y', 'MODULES=y', 'OMAP_IOMMU=y', 'ARM_DMA_USE_IOMMU=y') },
    was: 'direct',
    is: 'iommu-dma',
  },
  {
    what: 'IOMMUs of two drivers in one system',
    where: 'drivers/iommu/iommu.c:iommu_device_register',
    before: [6, 7],
    after: [6, 8],
    tree: soc(`${SMMU} v2: iommu@2000000 { compatible = "arm,mmu-500"; reg = <0x2000000 0x10000>; #iommu-cells = <1>;
        #global-interrupts = <1>; interrupts-extended = <&gic 0 1 4>, <&gic 0 2 4>; };
      gic: gic { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; };
      dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; iommus = <&v2 1>; };`),
    path: '/dma@30000',
    was: 'defer->direct',
    is: 'iommu-dma',
  },
  {
    what: 'the RISC-V IOMMU, whose architecture has no IOMMU_DMA',
    where: 'drivers/iommu/riscv/iommu-platform.c:riscv_iommu_of_match',
    before: [6, 12],
    after: [6, 13],
    tree: behind('"riscv,iommu"', '1', 'interrupts = <1>;'),
    path: '/dma@30000',
    over: { arch: 'riscv' },
    was: 'defer->direct',
    is: 'iommu-identity',
  },
  {
    what: 'Verisilicon IOMMUs',
    where: 'drivers/iommu/vsi-iommu.c',
    before: [7, 1],
    after: [7, 2],
    tree: behind(
      '"rockchip,rk3588-av1-iommu", "verisilicon,iommu-1.2"',
      '0',
      'interrupts = <1>; clocks = <&clk>, <&clk>; clock-names = "core", "iface";',
    ),
    path: '/dma@30000',
    was: 'defer->direct',
    is: 'iommu-dma',
  },
  {
    what: 'Allwinner H616',
    where: 'drivers/iommu/sun50i-iommu.c:sun50i_iommu_dt',
    before: [6, 10],
    after: [6, 11],
    tree: behind('"allwinner,sun50i-h616-iommu"', '1', 'interrupts = <1>; clocks = <&clk>; resets = <&clk>;'),
    path: '/dma@30000',
    was: 'defer->direct',
    is: 'iommu-dma',
  },
  {
    what: 'Apple T8110 DARTs',
    where: 'drivers/iommu/apple-dart.c:apple_dart_of_match',
    before: [6, 2],
    after: [6, 3],
    tree: behind('"apple,t8110-dart"', '1', 'interrupts = <1>;'),
    path: '/dma@30000',
    was: 'defer->direct',
    is: 'iommu-dma',
  },
  {
    what: 'Qualcomm IOMMUs of version 2',
    where: 'drivers/iommu/arm/arm-smmu/qcom_iommu.c:qcom_iommu_of_match',
    before: [6, 5],
    after: [6, 6],
    tree: soc(`mmu: iommu@1000 { compatible = "qcom,msm-iommu-v2"; reg = <0x1000 0x1000>; #iommu-cells = <1>; ranges;
        #address-cells = <1>; #size-cells = <1>; qcom,iommu-secure-id = <1>; clocks = <&clk>, <&clk>; clock-names = "iface", "bus";
        iommu-ctx@2000 { compatible = "qcom,msm-iommu-v2-ns"; reg = <0x2000 0x1000>; interrupts = <1>; }; };
      clk: clk { compatible = "fixed-clock"; #clock-cells = <0>; };
      dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; iommus = <&mmu 2>; };`),
    path: '/dma@30000',
    was: 'defer->direct',
    is: 'iommu-dma',
  },
  {
    what: 'iommu.strict',
    where: 'drivers/iommu/iommu.c:iommu_dma_setup',
    before: [4, 19],
    after: [5, 0],
    tree: soc(`${SMMU} dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; iommus = <&smmu 1>; };`),
    path: '/dma@30000',
    over: { cmdline: 'iommu.strict=0' },
    was: 'iommu-dma',
    is: 'iommu-dma-fq',
  },
  {
    what: 'waiting for modules: not at all, …',
    where: 'drivers/base/dd.c:driver_deferred_probe_check_state',
    before: [5, 6],
    after: [5, 7],
    tree: behind('"ex,iommu"', '1'),
    path: '/dma@30000',
    was: '30000.dma: ignoring dependency for device, assuming no driver',
    is: '30000.dma: deferred probe timeout, ignoring dependency',
    show: lines,
  },
  {
    what: '… and 10 s by default',
    where: 'drivers/base/dd.c:driver_deferred_probe_timeout',
    before: [5, 19],
    after: [6, 0],
    tree: behind('"ex,iommu"', '1'),
    path: '/dma@30000',
    was: '0',
    is: '10',
    show: ({ deferred }) => String(deferred?.seconds),
  },
  {
    what: 'suppliers are waited for by default',
    where: 'drivers/base/core.c:fw_devlink_flags (e590474768f1)',
    before: [5, 12],
    after: [5, 13],
    tree: soc(
      'dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; clocks = <&nowhere>; }; nowhere: clock { #clock-cells = <0>; };',
    ),
    path: '/dma@30000',
    was: 'direct',
    is: 'defer',
  },
  {
    what: 'the line about a probe that still waits has the reason',
    where: 'drivers/base/dd.c:deferred_probe_timeout_work_func (6.1 and 6.12 booted)',
    before: [6, 7],
    after: [6, 8],
    tree: soc(
      'dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; clocks = <&nowhere>; }; nowhere: clock { #clock-cells = <0>; };',
    ),
    path: '/dma@30000',
    was: '30000.dma: deferred probe pending',
    is: '30000.dma: deferred probe pending: platform: wait for supplier /clock',
    show: lines,
  },
  {
    what: 'msi-parent is a supplier',
    where: 'drivers/of/property.c:of_supplier_bindings ',
    before: [6, 6],
    after: [6, 7],
    tree: soc(
      'dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; msi-parent = <&nowhere>; }; nowhere: msi { msi-controller; };',
    ),
    path: '/dma@30000',
    was: 'direct',
    is: 'defer',
  },
  {
    what: 'an odd size of dma-ranges is taken as it stands',
    where: 'drivers/of/device.c:of_dma_configure_id',
    before: [6, 9],
    after: [6, 10],
    tree: soc(
      'bus { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges = <0 0 0x7fffffff>; dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; }; };',
    ),
    path: '/bus/dma@30000',
    was: '0x7fffffff',
    is: '0x7ffffffe',
    show: ({ dmaLimit }) => String(dmaLimit),
  },
  {
    what: 'iommu-addresses is read',
    where: 'drivers/iommu/of_iommu.c:of_iommu_get_resv_regions',
    before: [6, 2],
    after: [6, 3],
    tree: soc(`${SMMU} dc: dc@30000 { compatible = "ex,dc"; reg = <0x30000 0x100>; iommus = <&smmu 1>; memory-region = <&fb>; };
      reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; fb: fb@f0000000 { reg = <0xf0000000 0x800000>; iommu-addresses = <&dc 0xf0000000 0x800000>; }; };`),
    path: '/dc@30000',
    was: 'msi',
    is: 'msi direct',
    show: ({ reserved }) => reserved.map(({ type }) => type).join(' '),
  },
  {
    what: 'a wrong #iommu-cells makes the SMMUv3 fail',
    where: 'drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_device_probe',
    before: [6, 9],
    after: [6, 10],
    tree: soc(
      `${SMMU.replace('<1>', '<2>')} dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; iommus = <&smmu 1 2>; };`,
    ),
    path: '/dma@30000',
    was: 'iommu-dma',
    is: 'defer->direct',
  },
  {
    what: 'a later entry of iommus waits, too',
    where: 'drivers/iommu/of_iommu.c:of_iommu_xlate',
    before: [6, 10],
    after: [6, 11],
    tree: soc(`${SMMU} none: none@2000 { compatible = "ex,iommu"; reg = <0x2000 0x100>; #iommu-cells = <1>; };
      dma@30000 { compatible = "ex,dma"; reg = <0x30000 0x100>; iommus = <&smmu 1>, <&none 1>; };`),
    path: '/dma@30000',
    was: 'direct',
    is: 'defer->direct',
  },
  {
    what: 'the deferral check moves; its result stays',
    where: 'drivers/iommu/iommu.c:iommu_fwspec_init (46b3df8eb9bd)',
    before: [6, 13],
    after: [6, 14],
    tree: behind('"ex,iommu"', '1'),
    path: '/dma@30000',
    was: 'defer->direct by driver_deferred_probe_check_state',
    is: 'defer->direct by iommu_fwspec_init',
    show: ({ verdict, steps }) => `${verdict} by ${/:(\w+)/.exec(steps.at(-1)?.authority ?? '')?.[1]}`,
  },
  {
    what: 'DMA is set up before the probe, too; the result stays',
    where: 'drivers/iommu/iommu.c:iommu_device_register (bcb81ac6ae3c)',
    before: [6, 14],
    after: [6, 15],
    tree: behind('"ex,iommu"', '1'),
    path: '/dma@30000',
    was: 'defer->direct false',
    is: 'defer->direct true',
    show: ({ verdict, steps }) => `${verdict} ${steps.some(({ text }) => text.includes('when an IOMMU registers'))}`,
  },
  {
    what: 'maps have as many output cells as their IOMMU',
    where: 'drivers/of/base.c:of_map_id (ccb2fd725d41)',
    before: [7, 1],
    after: [7, 2],
    tree: soc(`v2: iommu@2000000 { compatible = "arm,mmu-500"; reg = <0x2000000 0x10000>; #iommu-cells = <2>;
        #global-interrupts = <1>; interrupts-extended = <&gic 0 1 4>, <&gic 0 2 4>; };
      gic: gic { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; };
      pcie@40000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x100000>; #address-cells = <3>; #size-cells = <2>;
        iommu-map = <0 &v2 0x100 0x3 1>; };`),
    path: '/pcie@40000000',
    over: { rid: 0 },
    was: 'direct',
    is: 'iommu-dma',
  },
];

describe.each(ROWS)(
  '$what: $where',
  ({ before, after, tree, path, over = {}, was, is, show = ({ verdict }) => verdict }) => {
    const resolved =
      typeof tree === 'string'
        ? treeOf(tree.includes('<&clk>') && !tree.includes('clk: clk') ? withClock(tree) : tree)
        : tree;
    test(`${before.join('.')}: ${was}`, () =>
      expect(show(reportAt(resolved, path, { ...over, kernelVersion: before }))).toBe(was));
    test(`${after.join('.')}: ${is}`, () =>
      expect(show(reportAt(resolved, path, { ...over, kernelVersion: after }))).toBe(is));
  },
);

function withClock(tree: string): string {
  return tree.replace(/};$/, 'clk: clk { compatible = "fixed-clock"; #clock-cells = <0>; #reset-cells = <0>; }; };');
}
