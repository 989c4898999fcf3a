// SPDX-License-Identifier: MIT
// Drivers that the command line keeps from starting (init/main.c:initcall_blacklisted, kernel/module/main.c:blacklisted);
// the first was booted on 7.3 (test/kernel/combinations: cmdline-blacklist-initcall).
import { expect, test } from 'vitest';
import { configured, reportAt } from '#test/support/reports.ts';

const TREE = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	dma { compatible = "arasan,sdhci-8.9a"; iommus = <&smmu 1>; };
};
`;
const verdict = (cmdline: string, ...symbols: readonly string[]) =>
  reportAt(TREE, '/dma', { cmdline, ...(symbols.length > 0 && configured(...symbols)) }).verdict;

test('an init function that is left out', () => {
  expect(verdict('')).toBe('iommu-dma');
  expect(verdict('initcall_blacklist=arm_smmu_driver_init')).toBe('defer->direct');
  // Each one adds to the list, which is split at commas.
  expect(verdict('initcall_blacklist=a,arm_smmu_driver_init initcall_blacklist=b')).toBe('defer->direct');
  expect(verdict('initcall_blacklist=arm_smmu_driver')).toBe('iommu-dma');
});

test('a module that is left out, by its own name', () => {
  const module = ['ARM_SMMU_V3=m', 'IOMMU_DMA=y', 'MODULES=y'] as const;
  expect(verdict('module_blacklist=x,arm_smmu_v3', ...module)).toBe('defer->direct');
  expect(verdict('module_blacklist=arm-smmu-v3', ...module)).toBe('iommu-dma');
  // What is built in is no module, and the last list counts.
  expect(verdict('module_blacklist=arm_smmu_v3')).toBe('iommu-dma');
  expect(verdict('module_blacklist=arm_smmu_v3 module_blacklist=x', ...module)).toBe('iommu-dma');
});

test('the reason names the option', () => {
  const { steps } = reportAt(TREE, '/dma', { cmdline: 'initcall_blacklist=arm_smmu_driver_init' });
  expect(steps.some(({ text }) => text.includes('initcall_blacklist=arm_smmu_driver_init'))).toBe(true);
});
