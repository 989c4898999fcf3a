// SPDX-License-Identifier: MIT
// What a device would get elsewhere; each alternative is what the facts' worked examples and tables say of that platform.
import { describe, expect, test } from 'vitest';
import { otherwise } from '#model/what-if.ts';
import { board, configured, plainReportAt, platform } from '#test/support/reports.ts';
import { treeOf } from '#test/support/tree.ts';
import type { DeviceTree } from '#tree/types.ts';
import { elsewhereText } from '#wording/statements/what-if.ts';

function alternatives(tree: DeviceTree, path: string, over: Parameters<typeof platform>[0] = {}): string[] {
  return otherwise(tree, platform(over), plainReportAt(tree, path, over)).map(
    ({ when, verdict }) => `${elsewhereText(when)}: ${verdict}`,
  );
}

const SMMU = `smmu: iommu@2b400000 { compatible = "arm,smmu-v3"; reg = <0x2b400000 0x20000>; #iommu-cells = <1>; };
  dma@1000 { compatible = "ex,dma"; reg = <0x1000 0x100>; iommus = <&smmu 1>; };`;
const smmu = treeOf(`/ { #address-cells = <1>; #size-cells = <1>; ${SMMU} };`);

describe('options', () => {
  test.each([
    ['', 'with `iommu.passthrough=1`: iommu-identity'],
    ['iommu.strict=0', 'with `iommu.strict=1`: iommu-dma'],
    ['iommu.passthrough=1', 'with `iommu.passthrough=0`: iommu-dma'],
  ])('%s', (cmdline, expected) => expect(alternatives(smmu, '/dma@1000', { cmdline })[0]).toBe(expected));

  test('a driver that this kernel lacks', () => {
    const kernel = configured('ARM64=y', 'MODULES=y', 'IOMMU_DMA=y');
    expect(alternatives(smmu, '/dma@1000', kernel)[0]).toBe('with CONFIG_ARM_SMMU_V3=y: iommu-dma');
  });

  test('nothing to say where everything does the same', () => {
    expect(alternatives(board('probe-deferral/case-1-no-iommu.dts'), '/display@30000000')).toEqual([]);
  });
});

describe('releases', () => {
  test('the binding of Xen grants came with 5.19 (facts A.10)', () => {
    const over = { kind: 'xen-domu' as const };
    expect(alternatives(board('grant-dma/guest-mmio.dts'), '/virtio@2000000', over)).toContain(
      'before Linux 5.19: defer->direct',
    );
  });

  test('omap has an of_xlate since 6.13; before 6.8 its masters had a group, but no mapping', () => {
    const omap = treeOf(`/ { #address-cells = <1>; #size-cells = <1>;
      mmu: mmu@1000 { compatible = "ti,omap4-iommu"; reg = <0x1000 0x100>; interrupts = <1>; #iommu-cells = <0>; };
      ipu@2000 { compatible = "ex,ipu"; reg = <0x2000 0x100>; iommus = <&mmu>; };
    };`);
    const found = alternatives(omap, '/ipu@2000', { arch: 'arm' });
    expect(found.map((line) => line.replace(/: .*/, ''))).toEqual(['from Linux 6.13 on']);
  });
});

test('a function behind a host bridge is asked about as one', () => {
  const tree = treeOf(`/ { #address-cells = <1>; #size-cells = <1>; ${SMMU}
    pcie@40000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x100000>;
      #address-cells = <3>; #size-cells = <2>; iommu-map = <8 &smmu 8 8>; };
  };`);
  const report = plainReportAt(tree, '/pcie@40000000', { rid: 8 });
  expect(otherwise(tree, platform(), report)).toContainEqual({
    when: { kind: 'with-option', option: 'iommu.passthrough=1' },
    verdict: 'iommu-identity',
  });
});

test('what the answer hangs on comes first', () => {
  const kernel = configured('ARM64=y', 'MODULES=y', 'IOMMU_DMA=y', 'ARM_SMMU_V3=m');
  expect(alternatives(smmu, '/dma@1000', kernel).slice(0, 2)).toEqual([
    'if the module is not loaded in time: defer->direct',
    'with `iommu.passthrough=1`: iommu-identity',
  ]);
});
