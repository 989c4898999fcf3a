// SPDX-License-Identifier: MIT
// The five cases of the 2015 discussion on five boards. Verdicts, groups and log lines are those of the facts' worked
// examples G01 to G05; what a wait ends with is what booted trees showed (docs/kernel-lab.md: waits-*, supplier-of-smmu,
// smmuv3-region-too-small, iommu-no-driver*).
import { expect, test } from 'vitest';
import { bootWaits } from '#model/probe/boot-order.ts';
import { board, configured, platform, reportAt, verdicts } from '#test/support/reports.ts';
import { nodeAt, treeOf } from '#test/support/tree.ts';
import type { DeviceTree } from '#tree/types.ts';

/** `clocks /soc/ccu: module`, a line per wait of Linux itself. */
function waits(tree: DeviceTree, path: string, over: Parameters<typeof platform>[0] = {}): string[] {
  return bootWaits(tree, platform(over), nodeAt(tree, path))
    .filter(({ by }) => by !== 'driver')
    .map(({ by, on, end, seconds }) => `${by} ${on}: ${end}${seconds === null ? '' : ` ${seconds} s`}`);
}

test('1: nothing names an IOMMU, nothing is waited for', () => {
  const tree = board('probe-deferral/case-1-no-iommu.dts');
  expect(verdicts(tree)).toMatchInlineSnapshot(`
    "/soc  direct
    /soc/ethernet@400000  direct+swiotlb  coherent  limit 0x7fffffff
    /display@30000000  direct"
  `);
  expect(waits(tree, '/soc/ethernet@400000')).toEqual([]);
});

test('2: the IOMMU is there; of two masters of one stream the second goes without', () => {
  const tree = board('probe-deferral/case-2-registered.dts');
  expect(verdicts(tree)).toMatchInlineSnapshot(`
    "/iommu@2b400000  direct  coherent
    /crypto@2c000000  iommu-dma  /iommu@2b400000#0x50  stream-id 0x50, stream-id 0x51  coherent  ?
    /mmc@2c100000  direct  ?"
  `);
  expect(reportAt(tree, '/mmc@2c100000').log).toEqual([
    '2c100000.mmc: stream 81 already in tree from dev 2c000000.crypto',
  ]);
  expect(waits(tree, '/crypto@2c000000')).toEqual(['dma /iommu@2b400000: bound']);
  expect(waits(tree, '/iommu@2b400000')).toEqual(['fw_devlink /interrupt-controller@2f000000: nothing']);
});

test('3a: no driver, and switched off', () => {
  const tree = board('probe-deferral/case-3a-no-driver.dts');
  expect(reportAt(tree, '/gpu@58000000')).toMatchObject({
    verdict: 'defer->direct',
    deferred: { on: '/iommu@50000000', reason: 'no-driver', seconds: 10 },
    log: ['58000000.gpu: deferred probe timeout, ignoring dependency'],
  });
  expect(reportAt(tree, '/gpu@58000000', configured('ARM64=y')).log).toEqual([
    '58000000.gpu: ignoring dependency for device, assuming no driver',
  ]);
  expect(reportAt(tree, '/camera@59000000')).toMatchObject({ verdict: 'direct', deferred: null, log: [] });
  expect([...waits(tree, '/gpu@58000000'), ...waits(tree, '/camera@59000000')]).toEqual([
    'dma /iommu@50000000: timeout 10 s',
  ]);
});

test('3b: the driver is there and waits itself', () => {
  const tree = board('probe-deferral/case-3b-late.dts');
  const kernel = configured(
    'ARM64=y',
    'MODULES=y',
    'ARM_GIC=y',
    'COMMON_CLK=y',
    'IOMMU_DMA=y',
    'SUN50I_IOMMU=y',
    'SUN50I_H6_CCU=m',
  );
  const both = ['/soc/mixer@1100000', '/soc/video-codec@1c0e000'].map((path) => reportAt(tree, path, kernel));
  expect(both.map(({ verdict, group }) => `${verdict} ${group}`)).toEqual([
    'iommu-dma /soc/iommu@30f0000',
    'iommu-dma /soc/iommu@30f0000',
  ]);
  expect(waits(tree, '/soc/iommu@30f0000', kernel)).toEqual([
    'fw_devlink /soc/interrupt-controller@3021000: nothing',
    'fw_devlink /soc/clock@3001000: module 10 s',
  ]);
  expect(waits(tree, '/soc/mixer@1100000', kernel)).toEqual([
    'fw_devlink /soc/clock@3001000: module 10 s',
    'dma /soc/iommu@30f0000: bound',
  ]);
});

test('3b without end in sight: the kernel lacks the driver of the clock that the IOMMU waits for', () => {
  const tree = board('probe-deferral/case-3b-late.dts');
  const kernel = configured('ARM64=y', 'MODULES=y', 'ARM_GIC=y', 'COMMON_CLK=y', 'IOMMU_DMA=y', 'SUN50I_IOMMU=y');
  const report = reportAt(tree, '/soc/video-codec@1c0e000', kernel);
  expect(waits(tree, '/soc/iommu@30f0000', kernel).at(-1)).toBe('fw_devlink /soc/clock@3001000: timeout 10 s');
  expect(report).toMatchObject({
    verdict: 'defer->direct',
    deferred: { on: '/soc/iommu@30f0000', reason: 'supplier', seconds: 10 },
  });
});

test('an SMMUv3, whose driver asks for no clock, comes up after the timeout; who waits for it may be tried before it', () => {
  // Booted as supplier-of-smmu: 1 of 9 boots went without.
  const tree = treeOf(`/ { #address-cells = <1>; #size-cells = <1>;
    smmu: iommu@2b400000 { compatible = "arm,smmu-v3"; reg = <0x2b400000 0x20000>; #iommu-cells = <1>; clocks = <&gcc 1>; };
    gcc: clock@1000 { compatible = "qcom,sm8550-gcc"; reg = <0x1000 0x100>; #clock-cells = <1>; };
    dma@2000 { compatible = "ex,dma"; reg = <0x2000 0x100>; iommus = <&smmu 1>; };
  };`);
  const kernel = configured('ARM64=y', 'MODULES=y', 'IOMMU_DMA=y', 'ARM_SMMU_V3=y');
  expect(reportAt(tree, '/dma@2000', kernel)).toMatchObject({
    verdict: 'iommu-dma',
    dependsOn: 'whether `/iommu@2b400000` registers before the device is tried again after the timeout',
    alternative: { verdict: 'defer->direct' },
  });
});

test('3c: the driver refuses its IOMMU; with strict links that is a wait without end', () => {
  const tree = board('probe-deferral/case-3c-fails.dts');
  expect(reportAt(tree, '/iommu@15000000').log).toContain(
    'arm-smmu 15000000.iommu: error -ENODEV: missing #global-interrupts property',
  );
  expect(reportAt(tree, '/usb@a600000')).toMatchObject({
    verdict: 'defer->direct',
    deferred: { reason: 'probe-fails', seconds: 10 },
  });
  const strict = { cmdline: 'fw_devlink.strict=1' };
  expect(reportAt(tree, '/usb@a600000', strict)).toMatchObject({
    verdict: 'defer',
    deferred: { on: '/iommu@15000000', reason: 'supplier', seconds: null },
    log: ['a600000.usb: deferred probe pending: platform: supplier 15000000.iommu not ready'],
  });
});
