// SPDX-License-Identifier: MIT
// Rules about the value of one specifier cell: an ID or mask that the IOMMU's driver cannot have.
import { hex } from '#base/numbers.ts';
import type { Severity } from '#base/problem.ts';
import { board, GIC, mmu500 } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { iommuDriver, usesOf } from '#rules/engine/uses.ts';
import { lastSet, pathOf } from '#tree/query.ts';

interface RangeRule {
  readonly id: string;
  readonly severity?: Severity;
  readonly drivers: readonly string[];
  /** Position of the cell in the specifier. */
  readonly cell: number;
  readonly title: string;
  readonly doc: string;
  readonly source: string;
  readonly bad: readonly string[];
  readonly good: readonly string[];
  readonly platform?: Rule['example']['platform'];
}

function rangeRule({
  id,
  severity = 'error',
  drivers,
  cell,
  title,
  doc,
  source,
  bad,
  good,
  platform,
}: RangeRule): Rule {
  return {
    id,
    severity,
    title,
    properties: ['iommus'],
    doc,
    source,
    example: { bad: board(...bad), good: board(...good), ...(platform && { platform }) },
    *check(context, node) {
      for (const use of usesOf(context, node)) {
        const match = use.via === 'iommus' ? iommuDriver(context, use.provider) : undefined;
        const value = use.args[cell];
        const meaning = match?.traits.cells[cell];
        if (!match || !value || !meaning || !drivers.includes(match.driver.name)) continue;
        if (value.value >= meaning.min && value.value <= meaning.max) continue;
        const what = meaning.kind.replace(/-/g, ' ');
        yield {
          message: `The ${what} \`${hex(value.value)}\` is outside ${hex(meaning.min)} to ${hex(meaning.max)} of \`${pathOf(use.provider)}\`: ${meaning.outside}.`,
          span: value.span.end > value.span.start ? value.span : lastSet(use.property).name,
        };
      }
    },
  };
}

const DART = `${GIC}\n\tdart: iommu { compatible = "apple,t8103-dart"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`;
const IPMMU = `${GIC}\n\tipmmu: iommu { compatible = "renesas,ipmmu-vmsa"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`;
const M4U = `${GIC}\n\tm4u: iommu { compatible = "mediatek,mt8188-iommu-infra"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`;

const RISCV = `${GIC}\n\tmmu: iommu { compatible = "riscv,iommu"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`;

const MC = `${GIC}\n\tmc: memory-controller { compatible = "nvidia,tegra210-mc"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`;

export const ID_RANGE_RULES: readonly Rule[] = [
  rangeRule({
    id: 'smmu-streamid-range',
    drivers: ['arm-smmu'],
    cell: 0,
    title: 'Stream ID beyond 16 bits on an SMMUv1 or v2',
    doc: `The first cell of a specifier is a stream ID of at most 16 bits. Linux cuts a larger one to 16 bits without a
message, so the SMMU matches another stream and this device's DMA faults. Write the ID that the SoC's manual gives.`,
    source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_of_xlate',
    bad: [mmu500(1), 'dma { iommus = <&smmu 0x10004>; };'],
    good: [mmu500(1), 'dma { iommus = <&smmu 0x4>; };'],
  }),
  rangeRule({
    id: 'smmu-mask-range',
    drivers: ['arm-smmu'],
    cell: 1,
    title: 'Stream mask beyond what an SMMUv2 has',
    doc: `The second cell is the mask of the stream match register, with 15 bits unless the SMMU has extended stream IDs.
Linux prints \`SMR mask … out of range for SMMU\` and the device gets no translation. Clear the high bits.`,
    source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_probe_device',
    bad: [mmu500(2), 'dma { iommus = <&smmu 0x0 0xffff>; };'],
    good: [mmu500(2), 'dma { iommus = <&smmu 0x0 0x7fff>; };'],
  }),
  rangeRule({
    id: 'ipmmu-utlb-range',
    drivers: ['ipmmu-vmsa'],
    cell: 0,
    title: 'Micro-TLB number that the IPMMU does not have',
    doc: `The cell is the number of a micro-TLB: below 32, 48 or 64 by generation of the chip. Linux checks nothing: it writes
registers that the IPMMU does not have, so the device stays untranslated, and notes the number in a table of 64 entries,
whose end a larger number overruns. Xen refuses 64 and above. Write the number from the chip's manual.`,
    source: 'Linux 6.12 drivers/iommu/ipmmu-vmsa.c:ipmmu_utlb_enable; Xen drivers/passthrough/arm/ipmmu-vmsa.c',
    bad: [IPMMU, 'dma { iommus = <&ipmmu 40>; };'],
    good: [IPMMU, 'dma { iommus = <&ipmmu 4>; };'],
  }),
  rangeRule({
    id: 'mtk-id-range',
    drivers: ['mtk', 'mtk-v1'],
    cell: 0,
    title: 'M4U port ID beyond the last larb',
    severity: 'warning',
    doc: `The ID of a multimedia master is its larb times 32 plus the port, and there are at most 32 larbs.
Linux looks at the lowest ten bits of a larger one (of an infrastructure master at five): another port is switched on, and
the DMA of the one that was meant is not translated. Use the macros of the chip's header.`,
    source: 'Linux 6.12 include/soc/mediatek/smi.h, drivers/iommu/mtk_iommu.c:mtk_iommu_config',
    bad: [M4U, 'dma { iommus = <&m4u 0x1000>; };'],
    good: [M4U, 'dma { iommus = <&m4u 0x1>; };'],
  }),
  rangeRule({
    id: 'dart-sid-range',
    drivers: ['apple-dart'],
    cell: 0,
    title: 'Stream that the DART does not have',
    doc: `The cell is the number of a stream of the DART: below 16, 64 or 256 by type. Linux sets the bit in a map without a
check, and the stream that was meant stays untranslated. Write the stream's number.`,
    source: 'Linux 6.12 drivers/iommu/apple-dart.c:apple_dart_of_xlate',
    bad: [DART, 'dma { iommus = <&dart 300>; };'],
    good: [DART, 'dma { iommus = <&dart 3>; };'],
  }),
  rangeRule({
    id: 'riscv-device-id-range',
    drivers: ['riscv-iommu'],
    cell: 0,
    title: 'Device ID beyond the directory of a RISC-V IOMMU',
    doc: `The device directory has at most three levels, 24 bits of ID. For a larger one Linux finds no entry: the master gets
direct DMA without a message, past the IOMMU (booted on 7.2). Write the device's ID.`,
    source:
      'Linux 7.3 drivers/iommu/riscv/iommu.c:riscv_iommu_get_dc, drivers/iommu/riscv/iommu.c:riscv_iommu_probe_device',
    bad: [RISCV, 'dma { iommus = <&mmu 0x1000000>; };'],
    good: [RISCV, 'dma { iommus = <&mmu 0xffffff>; };'],
    platform: { arch: 'riscv', kernelVersion: [7, 3] },
  }),
  rangeRule({
    id: 'tegra-swgroup',
    severity: 'warning',
    drivers: ['tegra-smmu'],
    cell: 0,
    title: 'Tegra swgroup that the chip does not have',
    doc: `The cell is a \`TEGRA_SWGROUP_…\` of the chip's header. Linux looks it up in a table of the chip and, when it is not
there, prints \`group from swgroup … not found\` and enables nothing: the client stays untranslated. Use the macro of the right chip.`,
    source: 'Linux 6.12 drivers/iommu/tegra-smmu.c:tegra_smmu_enable',
    bad: [MC, 'dma { iommus = <&mc 200>; };'],
    good: [MC],
  }),
];
