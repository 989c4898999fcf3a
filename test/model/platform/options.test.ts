// SPDX-License-Identifier: MIT
// What each option of the kernel's command line does to a device: a row per option and value, with the place that reads it.
import { describe, expect, test } from 'vitest';
import { reportAt } from '#test/support/reports.ts';
import { treeOf } from '#test/support/tree.ts';
import type { DescribedReport } from '#wording/report.ts';

/** A master of an SMMUv3, two of it and an SMMUv2 in either order, which are refused, a device that reaches half of memory, and two that wait. */
const tree = treeOf(`/ { #address-cells = <1>; #size-cells = <1>;
  memory@40000000 { device_type = "memory"; reg = <0x40000000 0x80000000>; };
  gic: gic { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; };
  smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
  v2: iommu@2000000 { compatible = "arm,mmu-500"; reg = <0x2000000 0x10000>; #iommu-cells = <2>; #global-interrupts = <1>;
    interrupts-extended = <&gic 0 1 4>, <&gic 0 2 4>; };
  translated@3000 { compatible = "ex,dma"; reg = <0x3000 0x100>; iommus = <&smmu 1>; };
  other@4000 { compatible = "ex,dma"; reg = <0x4000 0x100>; iommus = <&smmu 2>, <&v2 2 0>; };
  mixed@5000 { compatible = "ex,dma"; reg = <0x5000 0x100>; iommus = <&v2 1 0>, <&smmu 3>; };
  waiting@6000 { compatible = "ex,dma"; reg = <0x6000 0x100>; iommus = <&foreign 1>; };
  supplied@7000 { compatible = "ex,dma"; reg = <0x7000 0x100>; clocks = <&nowhere>; iommus = <&smmu 4>; };
  foreign: iommu@8000 { compatible = "ex,iommu"; reg = <0x8000 0x100>; #iommu-cells = <1>; };
  nowhere: clock { #clock-cells = <0>; };
  bus { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges = <0x40000000 0x40000000 0x40000000>;
    narrow@9000 { compatible = "ex,dma"; reg = <0x9000 0x100>; }; };
  wide@a000 { compatible = "ex,dma"; reg = <0xa000 0x100>; };
};`);

type Show = (report: DescribedReport) => string;
const verdict: Show = (report) => report.verdict;
const lastStep: Show = ({ steps }) => steps.at(-1)?.text ?? '';
const seconds: Show = ({ verdict, deferred }) => `${verdict} ${deferred?.seconds}`;
const blocked: Show = ({ steps }) => steps.find(({ text }) => text.includes('is on and'))?.text ?? 'nothing';

describe.each<[option: string, reader: string, path: string, without: string, withIt: string, show: Show]>([
  [
    'iommu.passthrough=1',
    'drivers/iommu/iommu.c:iommu_set_def_domain_type',
    '/translated@3000',
    'iommu-dma',
    'iommu-identity',
    verdict,
  ],
  ['iommu.strict=0', 'drivers/iommu/iommu.c:iommu_dma_setup', '/translated@3000', 'iommu-dma', 'iommu-dma-fq', verdict],
  ['swiotlb=force', 'kernel/dma/swiotlb.c:setup_io_tlb_npages', '/wide@a000', 'direct', 'direct+swiotlb', verdict],
  ['swiotlb=force', 'the same: not behind an IOMMU', '/translated@3000', 'iommu-dma', 'iommu-dma', verdict],
  [
    'swiotlb=noforce',
    'kernel/dma/swiotlb.c:swiotlb_init_remap',
    '/bus/narrow@9000',
    'The device cannot reach the RAM from 0x80000000 to 0xbfffffff: buffers there bounce through swiotlb.',
    'The device cannot reach the RAM from 0x80000000 to 0xbfffffff: transfers there fail, as there is no swiotlb (`swiotlb=noforce`).',
    lastStep,
  ],
  [
    'deferred_probe_timeout=30',
    'drivers/base/dd.c:deferred_probe_timeout_setup',
    '/waiting@6000',
    'defer->direct 10',
    'defer->direct 30',
    seconds,
  ],
  [
    'deferred_probe_timeout=0',
    'drivers/base/dd.c:driver_deferred_probe_check_state',
    '/waiting@6000',
    'defer->direct 10',
    'defer->direct 0',
    seconds,
  ],
  ['deferred_probe_timeout=-1', 'the same', '/waiting@6000', 'defer->direct 10', 'defer null', seconds],
  ['fw_devlink=off', 'drivers/base/core.c:fw_devlink_setup', '/supplied@7000', 'defer', 'iommu-dma', verdict],
  ['fw_devlink=permissive', 'the same', '/supplied@7000', 'defer', 'iommu-dma', verdict],
  ['fw_devlink=on', 'the same', '/supplied@7000', 'defer', 'defer', verdict],
  [
    'iommu=pt',
    'arch/x86/kernel/pci-dma.c:iommu_setup, not on arm64',
    '/translated@3000',
    'iommu-dma',
    'iommu-dma',
    verdict,
  ],
  [
    'arm-smmu.disable_bypass=0',
    'drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_device_reset',
    '/mixed@5000',
    '`/iommu@2000000` is on and blocks all DMA of devices that it did not take (CONFIG_ARM_SMMU_DISABLE_BYPASS_BY_DEFAULT).',
    '`/iommu@2000000` is on and passes untranslated all DMA of devices that it did not take (`arm-smmu.disable_bypass=0`).',
    blocked,
  ],
])('%s (%s) on %s', (option, _, path, without, withIt, show) => {
  test(`without: ${without}`, () => expect(show(reportAt(tree, path))).toBe(without));
  test(`with: ${withIt}`, () => expect(show(reportAt(tree, path, { cmdline: option }))).toBe(withIt));
});

test('arm-smmu-v3.disable_bypass=0 counts until 6.9', () => {
  const cmdline = 'arm-smmu-v3.disable_bypass=0';
  const outcome = (kernelVersion: readonly [number, number]) =>
    blocked(reportAt(tree, '/other@4000', { cmdline, kernelVersion }));
  expect([outcome([6, 9]), outcome([6, 10])].map((text) => /is on and (blocks|passes)/.exec(text)?.[1])).toEqual([
    'passes',
    'blocks',
  ]);
});
