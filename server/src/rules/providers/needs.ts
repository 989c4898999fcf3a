// SPDX-License-Identifier: MIT
// Rules about what an IOMMU's driver insists on: without it the probe fails and the masters wait in vain.
import type { DriverNeed } from '#model/drivers/types.ts';
import { filled, type Gap, lacks } from '#model/iommu/state.ts';
import { machineOf } from '#model/platform/machine.ts';
import { inVersions } from '#model/platform/releases.ts';
import { board, GIC } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver } from '#rules/engine/uses.ts';
import { isLive, nodeSpan } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { lackText } from '#wording/statements/registration.ts';

interface NeedRule {
  readonly id: string;
  readonly title: string;
  readonly kinds: readonly DriverNeed['kind'][];
  /** The drivers it is about; absent: all. */
  readonly drivers?: readonly string[];
  /** The property, where the kind is `property`. */
  readonly name?: string;
  readonly needs?: readonly string[];
  /** One or two sentences; what follows at run time is added. */
  readonly doc: string;
  readonly source: string;
  readonly bad: string;
  readonly good: string;
}

const EFFECT = `Then the IOMMU never registers: its masters wait for it until the deferred probe timeout
and run with direct DMA, or fault where the hardware blocks unknown streams.`;

function needRule({ id, title, kinds, drivers, name, needs, doc, source, bad, good }: NeedRule): Rule {
  return {
    id,
    severity: 'error',
    title,
    properties: ['#iommu-cells'],
    ...(needs && { needs }),
    knows: 'all',
    doc: `${doc}\n${EFFECT}`,
    source: `Linux 6.12 drivers/iommu/${source}`,
    example: { bad: board(bad), good: board(good) },
    *check(context, node) {
      const found = firstGap(context, node, (driver, need) => {
        return (
          kinds.includes(need.kind) &&
          (!drivers || drivers.includes(driver)) &&
          (name === undefined || need.name === name)
        );
      });
      if (!found) return;
      const log = found.log === '' ? '' : ` and Linux prints \`${found.log}\``;
      yield {
        message: `For its driver ${found.driver}, ${lackText(found.gap.lack)}; the probe fails${log}, and masters wait for this IOMMU in vain.`,
        span: nodeSpan(node),
      };
    },
  };
}

function firstGap(
  context: RuleContext,
  node: DtNode,
  wanted: (driver: string, need: DriverNeed) => boolean,
): { driver: string; gap: Gap; log: string } | undefined {
  const match = iommuDriver(context, node);
  if (!match || !isLive(node)) return undefined;
  const machine = machineOf(context.tree, context.platform);
  for (const need of match.traits.needs) {
    if (!need.enforced || !inVersions(context.platform.kernelVersion, need)) continue;
    if (need.unless !== undefined && node.properties.has(need.unless)) continue;
    // A node without `reg` is incomplete in another way, and most examples are.
    if (!wanted(match.driver.name, need) || (need.kind === 'reg-size' && !node.properties.has('reg'))) continue;
    const gap = lacks(machine, node, need);
    if (!gap) continue;
    return { driver: match.driver.name, gap, log: filled(need.log ?? '', gap.values) };
  }
  return undefined;
}

const SMMU = 'compatible = "arm,mmu-500"; #iommu-cells = <1>;';
const CLOCK = 'ccu: clock { #clock-cells = <1>; #reset-cells = <1>; };';
const M4U =
  'compatible = "mediatek,mt8192-m4u"; #iommu-cells = <1>; clocks = <&ccu 1>; clock-names = "bclk"; interrupts-extended = <&gic 1>;';
const MSM =
  'compatible = "qcom,apq8064-iommu"; #iommu-cells = <1>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "smmu_pclk", "iommu_clk"; interrupts-extended = <&gic 1>;';
const SECURE =
  'compatible = "qcom,msm8916-iommu", "qcom,msm-iommu-v1"; #iommu-cells = <1>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "iface", "bus";';
const DSP = 'compatible = "ti,dra7-dsp-iommu"; #iommu-cells = <0>; interrupts-extended = <&gic 1>;';
const REGISTERS = '#address-cells = <1>;\n\t#size-cells = <1>;\n\t';

export const PROVIDER_NEEDS_RULES: readonly Rule[] = [
  needRule({
    id: 'iommu-clocks-missing',
    title: 'IOMMU without the clocks or resets that its driver insists on',
    kinds: ['clocks', 'resets'],
    doc: 'The driver asks for clocks or resets by name and gives up when one is missing. Add `clocks`, `clock-names` or `resets` as the binding says.',
    source:
      'sun50i-iommu.c:sun50i_iommu_probe, exynos-iommu.c:exynos_sysmmu_probe, mtk_iommu.c:mtk_iommu_probe and the other probe functions',
    bad: `${GIC}\n\tiommu { compatible = "allwinner,sun50i-h6-iommu"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`,
    good: `${GIC}\n\t${CLOCK}\n\tiommu { compatible = "allwinner,sun50i-h6-iommu"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; clocks = <&ccu 1>; resets = <&ccu 2>; };`,
  }),
  needRule({
    id: 'iommu-interrupt-missing',
    title: 'IOMMU without the interrupts that its driver insists on',
    kinds: ['interrupts'],
    drivers: [
      'apple-dart',
      'exynos',
      'ipmmu-vmsa',
      'msm',
      'mtk',
      'mtk-v1',
      'omap',
      'riscv-iommu',
      'sun50i',
      'tegra-smmu',
      'virtio-iommu',
      'vsi',
    ],
    needs: ['xen-ipmmu-root-irq'],
    doc: 'The driver reports faults by interrupt and gives up when the node has none, or fewer than the hardware has banks; that of RISC-V takes an `msi-parent`, too. Add `interrupts`.',
    source:
      'sun50i-iommu.c:sun50i_iommu_probe, apple-dart.c:apple_dart_probe, mtk_iommu.c:mtk_iommu_probe and the other probe functions; riscv/iommu-platform.c:riscv_iommu_platform_probe; drivers/virtio/virtio_mmio.c:vm_find_vqs',
    bad: `${CLOCK}\n\tiommu { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; clocks = <&ccu 1>; clock-names = "sysmmu"; };`,
    good: `${GIC}\n\t${CLOCK}\n\tiommu { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; clocks = <&ccu 1>; clock-names = "sysmmu"; interrupts-extended = <&gic 1>; };`,
  }),
  needRule({
    id: 'iommu-region-too-small',
    title: 'DART or M4U whose registers do not fit its `reg`',
    kinds: ['reg-size'],
    drivers: ['apple-dart', 'mtk'],
    doc: 'A DART has 16 KiB of registers, an M4U 4 KiB per bank (five banks on the infrastructure M4U of MT8195). With a smaller `reg` the driver prints `MMIO region too small` or `banknr … is not enough`. Write the size of the manual.',
    source: 'apple-dart.c:apple_dart_probe, mtk_iommu.c:mtk_iommu_probe',
    bad: `${REGISTERS}${GIC}\n\tiommu@1000000 { compatible = "apple,t8103-dart"; reg = <0x1000000 0x1000>; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`,
    good: `${REGISTERS}${GIC}\n\tiommu@1000000 { compatible = "apple,t8103-dart"; reg = <0x1000000 0x4000>; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`,
  }),
  needRule({
    id: 'qcom-iommu-secure-id',
    title: 'Qualcomm IOMMU without `qcom,iommu-secure-id`',
    kinds: ['property'],
    name: 'qcom,iommu-secure-id',
    doc: 'The driver restores the context banks through secure firmware, which knows the IOMMU by this number, and prints `missing qcom,iommu-secure-id property` without it. Add it with the number from the chip.',
    source: 'arm/arm-smmu/qcom_iommu.c:qcom_iommu_device_probe',
    bad: `${CLOCK}\n\tiommu { ${SECURE} };`,
    good: `${CLOCK}\n\tiommu { ${SECURE} qcom,iommu-secure-id = <17>; };`,
  }),
  needRule({
    id: 'smmu-global-interrupts-missing',
    title: 'Arm SMMU without `#global-interrupts`',
    kinds: ['property'],
    drivers: ['arm-smmu'],
    name: '#global-interrupts',
    doc: 'An SMMUv1 or v2 must say with `#global-interrupts` how many of its interrupts are not of context banks. Without it the driver prints `missing #global-interrupts property`.',
    source: 'arm/arm-smmu/arm-smmu.c:arm_smmu_device_dt_probe',
    bad: `${GIC}\n\tiommu { ${SMMU} interrupts-extended = <&gic 1>, <&gic 2>; };`,
    good: `${GIC}\n\tiommu { ${SMMU} #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>; };`,
  }),
  needRule({
    id: 'smmu-interrupt-count',
    title: 'Arm SMMU without an interrupt for a context bank',
    kinds: ['interrupts'],
    drivers: ['arm-smmu'],
    doc: 'The SMMU has no more interrupts than `#global-interrupts` says, so none is left for the context banks: `found %d interrupts but expected at least %d`. Add one per context bank.',
    source: 'arm/arm-smmu/arm-smmu.c:arm_smmu_device_probe',
    bad: `${GIC}\n\tiommu { ${SMMU} #global-interrupts = <1>; interrupts-extended = <&gic 1>; };`,
    good: `${GIC}\n\tiommu { ${SMMU} #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>; };`,
  }),
  needRule({
    id: 'smmu-tegra-no-mc',
    title: 'Tegra SMMU without its memory controller',
    kinds: ['property'],
    name: 'nvidia,memory-controller',
    doc: 'The SMMU of Tegra186 and later works only together with the memory controller, which sets the stream IDs. Name it in `nvidia,memory-controller`.',
    source: 'arm/arm-smmu/arm-smmu-nvidia.c:nvidia_smmu_impl_init',
    bad: `${GIC}\n\tiommu { compatible = "nvidia,tegra194-smmu", "nvidia,smmu-500"; #iommu-cells = <1>; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>; };`,
    good: `${GIC}\n\tmc: memory-controller { compatible = "nvidia,tegra194-mc"; };\n\tiommu { compatible = "nvidia,tegra194-smmu", "nvidia,smmu-500"; #iommu-cells = <1>; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>; nvidia,memory-controller = <&mc>; };`,
  }),
  needRule({
    id: 'smmuv3-region-too-small',
    title: 'SMMUv3 whose registers do not fit its `reg`',
    kinds: ['reg-size'],
    drivers: ['arm-smmu-v3'],
    doc: 'An SMMUv3 has two pages of 64 KiB; with a smaller `reg` the driver prints `MMIO region too small`. Write a size of 0x20000 (0x10000 with `cavium,cn9900-broken-page1-regspace`).',
    source: 'arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_device_probe',
    bad: `${REGISTERS}iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x10000>; #iommu-cells = <1>; };`,
    good: `${REGISTERS}iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };`,
  }),
  needRule({
    id: 'mtk-larbs-required',
    title: 'M4U without `mediatek,larbs`',
    kinds: ['property'],
    name: 'mediatek,larbs',
    doc: 'The M4U of the multimedia masters reaches them through local arbiters, which `mediatek,larbs` lists. The driver refuses a node without them.',
    source: 'mtk_iommu.c:mtk_iommu_mm_dts_parse',
    bad: `${GIC}\n\t${CLOCK}\n\tiommu { ${M4U} };`,
    good: `${GIC}\n\t${CLOCK}\n\tsmi: smi { compatible = "mediatek,mt8192-smi-common"; };\n\tlarb0: larb { compatible = "mediatek,mt8192-smi-larb"; mediatek,larb-id = <0>; mediatek,smi = <&smi>; };\n\tiommu { ${M4U} mediatek,larbs = <&larb0>; };`,
  }),
  needRule({
    id: 'msm-ncb-missing',
    title: 'MSM IOMMU without `qcom,ncb`',
    kinds: ['property'],
    name: 'qcom,ncb',
    doc: 'The driver needs the number of context banks and prints `could not get ncb` without it. Add `qcom,ncb`.',
    source: 'msm_iommu.c:msm_iommu_probe',
    bad: `${GIC}\n\t${CLOCK}\n\tiommu { ${MSM} };`,
    good: `${GIC}\n\t${CLOCK}\n\tiommu { ${MSM} qcom,ncb = <2>; };`,
  }),
  needRule({
    id: 'omap-dsp-syscon',
    title: 'DSP IOMMU of DRA7 without `ti,syscon-mmuconfig`',
    kinds: ['property'],
    name: 'ti,syscon-mmuconfig',
    doc: 'The driver configures the IOMMU through the system control module and prints `ti,syscon-mmuconfig property is missing` without it. Add the property.',
    source: 'omap-iommu.c:omap_iommu_dra7_get_dsp_system_cfg',
    bad: `${GIC}\n\tiommu { ${DSP} };`,
    good: `${GIC}\n\tscm: syscon { };\n\tiommu { ${DSP} ti,syscon-mmuconfig = <&scm 0>; };`,
  }),
];
