// SPDX-License-Identifier: MIT
// `dt-iommu explain`: what a probe waits for, the boot order, and two platforms side by side, as text and as JSON.
import { afterAll, expect, test } from 'vitest';
import { folderOf } from '#test/support/cli.ts';

const folder = folderOf(`//- /board.dts
/dts-v1/;

/ {
	#address-cells = <1>;
	#size-cells = <1>;

	net: ethernet@3000 {
		compatible = "example,ethernet";
		reg = <0x3000 0x1000>;
		clocks = <&gcc 1>;
		iommus = <&smmu 4>;
	};

	smmu: iommu@20000 {
		compatible = "arm,smmu-v3";
		reg = <0x20000 0x20000>;
		#iommu-cells = <1>;
	};

	gcc: clock-controller@1000 {
		compatible = "qcom,sm8550-gcc";
		reg = <0x1000 0x1000>;
		#clock-cells = <1>;
	};
};
//- /other.dts
#include "board.dts"
&net { /delete-property/ iommus; };
/ {
	dma@5000 {
		compatible = "fsl,imx7d-usdhc";
		reg = <0x5000 0x1000>;
	};
};
//- /kernel.config
CONFIG_ARM64=y
CONFIG_MODULES=y
CONFIG_IOMMU_DMA=y
CONFIG_ARM_SMMU_V3=y
CONFIG_SM_GCC_8550=m
`);
afterAll(() => folder.remove());

const kernel = ['--kernel-config', 'kernel.config', '--kernel-version', '6.12'];

test('a node: what its probe waits for, in Linux’s order, and what it would get elsewhere', async () => {
  const { out } = await folder.run('explain', 'board.dts', '&net', ...kernel);
  expect(out).toContain('otherwise  with `iommu.passthrough=1`: behind the IOMMU, passed through untranslated');
  expect(out.slice(out.indexOf('  waits for'), out.indexOf('  why'))).toMatchInlineSnapshot(`
    "  waits for
       1. clocks /clock-controller@1000 (CONFIG_SM_GCC_8550, a module): the probe waits until the module of its driver is loaded, or Linux gives up after 10 s
       2. iommus /iommu@20000 (CONFIG_ARM_SMMU_V3, built in): DMA setup waits until the IOMMU is registered
    "
  `);
});

test('the same as JSON, beside the fields of the contract', async () => {
  const { out } = await folder.run('explain', 'board.dts', '&net', ...kernel, '--format', 'json');
  const [device] = JSON.parse(out).devices;
  expect(device).toMatchObject({ path: '/ethernet@3000', verdict: 'iommu-dma', certainty: 'certain' });
  expect(device.otherwise[0]).toEqual({ when: 'with `iommu.passthrough=1`', verdict: 'iommu-identity' });
  expect(device.waits[0]).toEqual({
    on: '/clock-controller@1000',
    property: 'clocks',
    by: 'fw_devlink',
    released: null,
    end: 'module',
    seconds: 10,
    why: null,
    device: null,
    driver: { symbol: 'SM_GCC_8550', compatible: 'qcom,sm8550-gcc', state: 'module', early: false },
    cycle: null,
    circle: null,
  });
});

test('--boot-order: the board, level by level', async () => {
  const { out } = await folder.run('explain', 'board.dts', '--boot-order', '--quiet', ...kernel);
  expect(out).toMatchInlineSnapshot(`
    "boot order by the suppliers of each device (the default fw_devlink=rpm)

    1. wait for no other device
       /iommu@20000  CONFIG_ARM_SMMU_V3, built in
       /clock-controller@1000  CONFIG_SM_GCC_8550, a module

    2. after level 1
       /ethernet@3000
          after /iommu@20000 (iommus)
          clocks /clock-controller@1000 (CONFIG_SM_GCC_8550, a module): the probe waits until the module of its driver is loaded, or Linux gives up after 10 s
    "
  `);
});

test('--boot-order of a node has only what the node needs', async () => {
  const { out } = await folder.run('explain', 'board.dts', '/iommu@20000', '--boot-order', '--format', 'json');
  const { order, fwDevlink, cycles, platform } = JSON.parse(out);
  expect(order.map(({ path, level }: { path: string; level: number }) => [level, path])).toEqual([[1, '/iommu@20000']]);
  expect([fwDevlink.mode, cycles, platform.kernelVersion]).toEqual(['rpm', [], '7.3']);
});

test('--compare as JSON: both reports, and what differs', async () => {
  const { out, code } = await folder.run(
    'explain',
    'board.dts',
    '--compare',
    'cmdline=iommu.strict=0',
    '--format',
    'json',
  );
  const { platforms, devices } = JSON.parse(out);
  expect(code).toBe(0);
  expect([platforms.a.cmdline, platforms.b.cmdline]).toEqual(['', 'iommu.strict=0']);
  const net = devices.find(({ path }: { path: string }) => path === '/ethernet@3000');
  expect([net.differs, net.a.verdict, net.b.verdict]).toEqual([['verdict'], 'iommu-dma', 'iommu-dma-fq']);
  expect(devices.find(({ path }: { path: string }) => path === '/clock-controller@1000').differs).toEqual([]);
});

test('--compare with an option of the .config turned over', async () => {
  const { out } = await folder.run('explain', 'board.dts', '--compare', 'CONFIG_ARM_SMMU_V3', ...kernel);
  expect(out).toContain('1 device  A  translated by the IOMMU');
  expect(out).toMatch(/B {2}waits, then direct DMA without the IOMMU/);
  const same = await folder.run('explain', 'board.dts', '--compare', 'CONFIG_ARM_SMMU_V3=y', ...kernel);
  expect(same.out).toContain('1 of 1 devices are the same on both');
  const without = await folder.run('explain', 'board.dts', '--compare', 'CONFIG_ARM_SMMU_V3');
  expect([without.code, without.error]).toEqual([
    2,
    'dt-iommu: --compare CONFIG_ARM_SMMU_V3: name a .config with --kernel-config\n',
  ]);
});

test('--compare with another tree', async () => {
  const { out } = await folder.run('explain', 'board.dts', '--compare', 'other.dts');
  expect(out).toMatch(/^A {2}board\.dts, Linux .*\nB {2}other\.dts, Linux /);
  expect(out).toContain(
    '1 device  A  translated by the IOMMU, strict invalidation\n          B  direct DMA, no IOMMU\n  net\n',
  );
  expect(out).toContain('only in B\n  /dma@5000: direct DMA, no IOMMU\n');
  await folder.run('compile', 'board.dts', '-o', 'board.dtb');
  const same = await folder.run('explain', 'board.dts', '--compare', 'board.dtb');
  expect(same.out).toContain('1 of 1 devices are the same on both');
  const two = await folder.run('explain', 'board.dts', '--compare', 'other.dts', '--compare', 'board.dtb');
  expect([two.code, two.error]).toEqual([2, 'dt-iommu: --compare takes one file, not other.dts and board.dtb\n']);
});
