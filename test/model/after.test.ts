// SPDX-License-Identifier: MIT
// Decision table, block 4: restricted pools, Xen, and what no tree of Linux can say.
import { describe, expect, test } from 'vitest';
import { evaluateText } from '#test/support/evaluate.ts';
import { configured, reportAt } from '#test/support/reports.ts';

function pooled(
  pool: string,
  own = '',
  over: Parameters<typeof reportAt>[2] = configured('DMA_RESTRICTED_POOL=y', 'ARM_SMMU_V3=y', 'IOMMU_DMA=y'),
) {
  const source = `/ { #address-cells = <1>; #size-cells = <1>;
    smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
    reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
      other: other@60000000 { reg = <0x60000000 0x1000>; };
      pool: pool@50000000 { compatible = "restricted-dma-pool"; ${pool} };
    };
    wifi@2000000 { compatible = "ex,wifi"; reg = <0x2000000 0x1000>; memory-region = <&other>, <&pool>; ${own} };
  };`;
  return reportAt(source, '/wifi@2000000', over);
}

describe('rows 24 and 25: restricted pools', () => {
  test('without an IOMMU the first available pool is taken', () => {
    expect(pooled('reg = <0x50000000 0x400000>;')).toMatchObject({
      verdict: 'restricted-pool',
      certainty: 'certain',
      log: ['2000000.wifi: assigned reserved memory node pool@50000000'],
    });
  });

  test('a disabled pool is skipped, a misused one refused', () => {
    expect(pooled('reg = <0x50000000 0x400000>; status = "disabled";').verdict).toBe('direct');
    expect(pooled('reg = <0x50000000 0x400000>; no-map;')).toMatchObject({
      verdict: 'direct',
      log: ['2000000.wifi: failed to initialise "restricted-dma-pool" memory node'],
    });
  });

  test('behind an IOMMU it is not used, even where DMA passes untranslated', () => {
    expect(pooled('reg = <0x50000000 0x400000>;', 'iommus = <&smmu 1>;').verdict).toBe('iommu-dma');
  });

  test('the kernel must know such pools', () => {
    expect(pooled('reg = <0x50000000 0x400000>;', '', configured('IOMMU_DMA=y')).verdict).toBe('direct');
    expect(pooled('reg = <0x50000000 0x400000>;', '', {})).toMatchObject({
      verdict: 'restricted-pool',
      dependsOn: 'CONFIG_DMA_RESTRICTED_POOL',
      alternative: { verdict: 'direct' },
    });
  });
});

describe('row 26: dom0', () => {
  const source = `/ { #address-cells = <1>; #size-cells = <1>;
    smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
    plain@2000000 { compatible = "ex,plain"; reg = <0x2000000 0x1000>; };
    behind@3000000 { compatible = "ex,behind"; reg = <0x3000000 0x1000>; iommus = <&smmu 1>; };
  };`;

  test('every configured device has the operations of swiotlb-xen', () => {
    expect(reportAt(source, '/plain@2000000', { kind: 'xen-dom0' }).verdict).toBe('xen-swiotlb');
  });

  test('a visible IOMMU still makes a group, as Linux 6.12 under Xen 4.17 showed', () => {
    const report = reportAt(source, '/behind@3000000', { kind: 'xen-dom0' });
    expect(report).toMatchObject({ verdict: 'xen-swiotlb', group: '/iommu@1000000#0x1' });
    expect(report.steps.at(-1)?.text).toContain('setting a DMA mask fails with -EIO');
  });
});

test('Zephyr’s drivers decide themselves', () => {
  const report = reportAt('/ { dev { compatible = "virtio,mmio"; xen,backend-domid = <1>; }; };', '/dev', {
    kind: 'zephyr',
  });
  expect(report).toMatchObject({ certainty: 'depends', dependsOn: 'the Zephyr driver of the device' });
});

test('half-typed trees get reports', () => {
  const source = `/dts-v1/; / { #address-cells = <0xffffffff>; #size-cells = <0xffffffff>;
    a { compatible; reg = <1>; iommus = <&a>, <&a 1 2 3>; dma-ranges = <1 2 3>; #iommu-cells = <0xffffffff>; };
    b { compatible = "simple-bus"; ranges = [01 02]; dma-ranges = [01]; c { compatible = "x"; iommu-map = [00]; }; };
    pcie { device_type = "pci"; compatible = "p"; fn { reg = <1>; compatible = "q"; iommus; }; };
    d: d { compatible = "arm,smmu-v3"; #iommu-cells = [00]; iommus = <&d>; memory-region = <&d 1>; iommu-addresses = <&d>; };
  };`;
  for (const path of ['/a', '/b', '/b/c', '/pcie', '/pcie/fn', '/d']) {
    const report = reportAt(evaluateText(source).tree, path);
    expect(JSON.stringify(report)).not.toContain('undefined');
  }
});
