// SPDX-License-Identifier: MIT
// 32-bit Arm behind an IOMMU, where QEMU's machine and Debian's kernel have no such driver; test/kernel/arm has the rest.
import { expect, test } from 'vitest';
import type { Platform } from '#model/platform/types.ts';
import { configured, reportAt } from '#test/support/reports.ts';

const ARM: Partial<Platform> = { arch: 'arm' };

const tegra = `/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
  gic: gic { #interrupt-cells = <3>; interrupt-controller; };
  mc: memory-controller@7000f000 { compatible = "nvidia,tegra30-mc"; reg = <0x7000f000 0x400>; interrupts = <0 77 4>;
    clocks = <&clk>; clock-names = "mc"; #iommu-cells = <1>; };
  clk: clk { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <1>; };
  dc@54200000 { compatible = "nvidia,tegra30-dc"; reg = <0x54200000 0x40000>; iommus = <&mc 1>; };
  dc@54240000 { compatible = "nvidia,tegra30-dc"; reg = <0x54240000 0x40000>; iommus = <&mc 2>; };
  vde@6001a000 { compatible = "nvidia,tegra30-vde"; reg = <0x6001a000 0x1000>; iommus = <&mc 17>; };
};`;

test('an identity default domain of the driver does not keep the architecture from mapping', () => {
  const on = configured('TEGRA_IOMMU_SMMU=y', 'ARM_DMA_USE_IOMMU=y', 'MODULES=y');
  expect(reportAt(tegra, '/vde@6001a000', { ...ARM, ...on })).toMatchObject({
    verdict: 'iommu-dma',
    certainty: 'certain',
  });
  const off = configured('TEGRA_IOMMU_SMMU=y', 'MODULES=y');
  expect(reportAt(tegra, '/vde@6001a000', { ...ARM, ...off })).toMatchObject({ verdict: 'iommu-identity' });
  // Of all drivers only this one, OMAP's and the first of Qualcomm do not select the option.
  expect(reportAt(tegra, '/vde@6001a000', ARM)).toMatchObject({
    verdict: 'iommu-dma',
    dependsOn: 'CONFIG_ARM_DMA_USE_IOMMU',
    alternative: { verdict: 'iommu-identity' },
  });
});

test('the second device of a group gets no mapping, and no driver', () => {
  const on = { ...ARM, ...configured('TEGRA_IOMMU_SMMU=y', 'ARM_DMA_USE_IOMMU=y', 'MODULES=y') };
  const [first, second] = ['/dc@54200000', '/dc@54240000'].map((path) => reportAt(tegra, path, on));
  expect(first).toMatchObject({ verdict: 'iommu-dma', alternative: { verdict: 'direct' } });
  expect(second).toMatchObject({
    verdict: 'direct',
    group: first?.group,
    log: ['54240000.dc: Adding to iommu group N', 'Failed to attached device 54240000.dc to IOMMU_mapping'],
  });
});

test('drivers with one mapping for all masters', () => {
  const ipmmu = `/ { #address-cells = <1>; #size-cells = <1>;
    mmu: mmu@e6740000 { compatible = "renesas,ipmmu-vmsa"; reg = <0xe6740000 0x1000>; interrupts = <1 2 3>; #iommu-cells = <1>; };
    a@1000 { compatible = "ex,a"; reg = <0x1000 0x100>; iommus = <&mmu 1>; };
    b@2000 { compatible = "ex,b"; reg = <0x2000 0x100>; iommus = <&mmu 2>; }; };`;
  const groups = (over: Partial<Platform>) => ['/a@1000', '/b@2000'].map((path) => reportAt(ipmmu, path, over).group);
  expect(groups(ARM)).toEqual(['/mmu@e6740000#0x1', '/mmu@e6740000#0x2']);
  expect(groups({})).toEqual(['/mmu@e6740000', '/mmu@e6740000']);
  const report = reportAt(ipmmu, '/b@2000', ARM);
  expect(report.verdict).toBe('iommu-dma');
  expect(report.steps.map(({ text }) => text).join('\n')).toContain('of the addresses 0x40000000 to 0xbfffffff');
});

test('a mapping is never larger than 4 GiB', () => {
  const wide = (size: string) => `/ { #address-cells = <2>; #size-cells = <2>;
    soc { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges; dma-ranges = <0 0 0 0 ${size}>;
      mmu: iommu@1000 { compatible = "rockchip,iommu"; reg = <0 0x1000 0 0x100>; interrupts = <1>; #iommu-cells = <0>; };
      vop@2000 { compatible = "ex,vop"; reg = <0 0x2000 0 0x100>; iommus = <&mmu>; }; }; };`;
  expect(reportAt(wide('1 0'), '/soc/vop@2000', ARM).verdict).toBe('iommu-dma');
  expect(reportAt(wide('2 0'), '/soc/vop@2000', ARM)).toMatchObject({
    verdict: 'direct',
    log: ['2000.vop: Adding to iommu group N', 'Failed to create 8589934591-byte IOMMU mapping for device 2000.vop'],
  });
});
