// SPDX-License-Identifier: MIT
// Decision table, rows 18 to 22: the default domain of a group, and what becomes of the device's DMA operations.
import { describe, expect, test } from 'vitest';
import { configured, reportAt } from '#test/support/reports.ts';

function dev(iommu: string, over: Parameters<typeof reportAt>[2] = {}, own = 'compatible = "ex,dev";', bus = '') {
  const source = `/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
    gic: gic { #interrupt-cells = <3>; interrupt-controller; };
    iommu: iommu@1000000 { reg = <0x1000000 0x20000>; interrupts = <0 1 4>, <0 2 4>; ${iommu} };
    soc { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; ${bus}
      dev@2000000 { reg = <0x2000000 0x1000>; iommus = <&iommu 7>; ${own} };
    };
  };`;
  return reportAt(source, '/soc/dev@2000000', over);
}

const SMMU3 = 'compatible = "arm,smmu-v3"; #iommu-cells = <1>;';
const SMMU2 = 'compatible = "arm,mmu-500", "arm,smmu-v2"; #iommu-cells = <1>; #global-interrupts = <1>;';
const QCOM =
  'compatible = "qcom,sm8550-smmu-500", "qcom,smmu-500", "arm,mmu-500"; #iommu-cells = <1>; #global-interrupts = <1>;';
const IPMMU = 'compatible = "renesas,ipmmu-vmsa"; #iommu-cells = <1>;';
const DART = 'compatible = "apple,t8103-dart"; #iommu-cells = <1>;';

describe('the kernel’s default', () => {
  test.each([
    ['strict', '', 'iommu-dma'],
    ['lazy by the command line', 'iommu.strict=0', 'iommu-dma-fq'],
    ['passthrough', 'iommu.passthrough=1', 'iommu-identity'],
    ['passthrough wins over lazy', 'iommu.strict=0 iommu.passthrough=1', 'iommu-identity'],
  ])('%s', (_, cmdline, verdict) => {
    expect(dev(SMMU3, { cmdline })).toMatchObject({ verdict, group: '/iommu@1000000#0x7' });
  });

  test('by the configuration', () => {
    const base = ['ARM_SMMU_V3=y', 'IOMMU_DMA=y', 'MODULES=y'];
    expect(dev(SMMU3, configured(...base, 'IOMMU_DEFAULT_DMA_LAZY=y')).verdict).toBe('iommu-dma-fq');
    expect(dev(SMMU3, configured(...base, 'IOMMU_DEFAULT_PASSTHROUGH=y')).verdict).toBe('iommu-identity');
    expect(dev(SMMU3, configured(...base, 'IOMMU_DEFAULT_DMA_STRICT=y')).verdict).toBe('iommu-dma');
    const overridden = { ...configured(...base, 'IOMMU_DEFAULT_PASSTHROUGH=y'), cmdline: 'iommu.passthrough=0' };
    expect(dev(SMMU3, overridden).verdict).toBe('iommu-dma');
  });

  test('row 20: lazy only where the driver can', () => {
    expect(dev(IPMMU, { cmdline: 'iommu.strict=0' }).verdict).toBe('iommu-dma');
    expect(dev(SMMU2, { cmdline: 'iommu.strict=0' }).verdict).toBe('iommu-dma-fq');
  });

  test('row 19: no translating default without IOMMU_DMA', () => {
    expect(dev(SMMU2, { arch: 'arm', ...configured('ARM_SMMU=y') }).verdict).toBe('iommu-identity');
    expect(dev(SMMU2, { arch: 'arm', ...configured('ARM_SMMU=y', 'ARM_DMA_USE_IOMMU=y') }).verdict).toBe('iommu-dma');
    expect(dev(SMMU2, { arch: 'arm' }).certainty).toBe('depends');
  });
});

describe('row 18: the driver forces a type', () => {
  test('clients of Qualcomm’s firmware, only behind Qualcomm’s SMMU', () => {
    const mdss = 'compatible = "ex,mdss", "qcom,mdss";';
    expect(dev(QCOM, {}, mdss).verdict).toBe('iommu-identity');
    expect(dev(SMMU2, {}, mdss).verdict).toBe('iommu-dma');
  });

  test('a DART with larger pages than the kernel', () => {
    expect(dev(DART)).toMatchObject({
      verdict: 'iommu-dma',
      certainty: 'depends',
      alternative: { verdict: 'iommu-identity' },
    });
  });
});

test('row 21: dma-ranges outside the IOVA space leave plain DMA in front of a translating IOMMU', () => {
  const ranges = 'dma-ranges = <0x1 0x0 0x0 0x40000000>;';
  const source = `/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
    gic: gic { #interrupt-cells = <3>; interrupt-controller; };
    iommu: iommu@1000000 { reg = <0x1000000 0x1000>; interrupts = <0 1 4>; ${IPMMU} };
    soc { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <1>; ranges = <0 0 0 0x10000000>; ${ranges}
      dev@2000000 { compatible = "ex,dev"; reg = <0x0 0x2000000 0x1000>; iommus = <&iommu 7>; };
    };
  };`;
  const report = reportAt(source, '/soc/dev@2000000');
  expect(report).toMatchObject({ verdict: 'direct', group: '/iommu@1000000' });
  expect(report.log.slice(-2)).toEqual([
    'specified DMA range outside IOMMU capability',
    'Failed to set up IOMMU for device 2000000.dev; retaining platform DMA ops',
  ]);
});

test('row 21: an SMMUv3 says in a register whether it translates above 48 bits', () => {
  const above = (high: string) =>
    reportAt(
      `/ { #address-cells = <1>; #size-cells = <1>; iommu: iommu@1000000 { reg = <0x1000000 0x20000>; ${SMMU3} };
      soc { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <1>; ranges = <0 0 0 0x10000000>;
        dma-ranges = <${high} 0x0 0x0 0x40000000>;
        dev@2000000 { compatible = "ex,dev"; reg = <0x0 0x2000000 0x1000>; iommus = <&iommu 7>; };
      };
    };`,
      '/soc/dev@2000000',
    );
  expect(above('0x8000').dependsOn).toBeUndefined();
  expect(above('0x10000')).toMatchObject({
    verdict: 'iommu-dma',
    dependsOn: 'how many address bits the IOMMU translates',
    alternative: { verdict: 'direct' },
  });
});

test('dma-ranges limit the IOVA of a translated device, too', () => {
  expect(dev(SMMU3, {}, undefined, 'dma-ranges = <0x0 0x40000000 0x40000000>;')).toMatchObject({
    verdict: 'iommu-dma',
    dmaLimit: '0x3fffffff',
  });
});

test('groups: one per device, per instance, per stream, per set', () => {
  const pair = (iommu: string, cells: readonly [string, string]) => {
    const source = `/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
      gic: gic { #interrupt-cells = <3>; interrupt-controller; };
      iommu: iommu@1000000 { reg = <0x1000000 0x20000>; interrupts = <0 1 4>, <0 2 4>; ${iommu} };
      a { compatible = "ex,a"; iommus = <&iommu ${cells[0]}>; };
      b { compatible = "ex,b"; iommus = <&iommu ${cells[1]}>; };
    };`;
    return [reportAt(source, '/a').group, reportAt(source, '/b').group];
  };
  const tegra = 'compatible = "nvidia,tegra210-mc"; #iommu-cells = <1>;';
  const viommu = 'compatible = "virtio,mmio"; #iommu-cells = <1>;';
  expect(pair(SMMU3, ['1', '2'])).toEqual(['/iommu@1000000#0x1', '/iommu@1000000#0x2']);
  expect(pair(IPMMU, ['1', '2'])).toEqual(['/iommu@1000000', '/iommu@1000000']);
  expect(pair(DART, ['1', '1'])).toEqual(['/iommu@1000000#0x1', '/iommu@1000000#0x1']);
  // TEGRA_SWGROUP_DC and _DCB share the group "display", others have one each.
  expect(pair(tegra, ['1', '2'])).toEqual(['/iommu@1000000#display', '/iommu@1000000#display']);
  expect(pair(tegra, ['3', '4'])).toEqual(['/iommu@1000000#0x3', '/iommu@1000000#0x4']);
  // Two devices that name one endpoint of a virtio-iommu still have a group each.
  const [first, second] = pair(viommu, ['5', '5']);
  expect(first).not.toBe(second);
});
