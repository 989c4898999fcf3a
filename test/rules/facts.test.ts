// SPDX-License-Identifier: MIT
// Rules and model say one thing: trees on which they once contradicted each other, and what the kernel's source says.
import { describe, expect, it } from 'vitest';
import type { Platform } from '#model/platform/types.ts';
import { LINUX } from '#test/support/analyse.ts';
import { diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { reportAt } from '#test/support/reports.ts';

const NEWEST: Platform = { ...LINUX, kernelVersion: [7, 3] };

function problems(tree: string, over: Partial<Platform> = {}): string[] {
  return diagnose(parseFixture(`/dts-v1/;\n${tree}`), { platform: { ...NEWEST, ...over } }).problems.map(
    ({ rule, severity, message }) => `${severity} ${rule}: ${message}`,
  );
}

const CELLS = '#address-cells = <1>; #size-cells = <1>;';
const GIC =
  'gic: interrupt-controller@2f000000 { compatible = "arm,gic-v3"; reg = <0x2f000000 0x10000>; interrupt-controller; #interrupt-cells = <3>; };';
const HOST = (map: string): string =>
  `pcie@40000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>; #address-cells = <3>; #size-cells = <2>; ranges = <0x02000000 0 0x50000000 0x50000000 0 0x1000000>; bus-range = <0 0>; ${map} };`;
const SMMU2 = (more: string): string =>
  `smmu: iommu@1000000 { compatible = ${more} reg = <0x1000000 0x10000>; #iommu-cells = <2>; #global-interrupts = <1>; interrupts = <0 1 4>, <0 2 4>; };`;

describe('stream-match-mask', () => {
  const tree = (user: string): string =>
    `/ { ${CELLS} interrupt-parent = <&gic>; ${GIC} ${SMMU2('"arm,mmu-500"; stream-match-mask = <0x7f80>;')} ${user} };`;

  it('counts for the one cell that iommu-map gives (of_pci_iommu_init)', () => {
    const all = problems(tree(HOST('iommu-map = <0x0 &smmu 0x100 0x1>;')));
    expect(all.filter((each) => each.includes('stream-match-mask'))).toEqual([]);
  });

  it('does not count beside specifiers of two cells', () => {
    const all = problems(tree('dma@300 { compatible = "vendor,dma"; reg = <0x300 0x10>; iommus = <&smmu 0x400 0>; };'));
    expect(all.filter((each) => each.includes('stream-match-mask'))).toHaveLength(1);
  });
});

describe('an IOMMU below a disabled bus', () => {
  const tree = `/ { ${CELLS} bus { compatible = "simple-bus"; status = "disabled"; ${CELLS} ranges;
    smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; }; };
    ${HOST('iommu-map = <0 &smmu 0 0x10000>;')} };`;

  it('is waited for: of_iommu_xlate looks at its own status alone', () => {
    expect(problems(tree)).toContainEqual(
      'warning iommu-map-target-disabled: iommu-map points to /bus/iommu@1000000, which is below a disabled node and never registers; the functions that it covers wait 10 s for it, then get direct DMA.',
    );
    expect(reportAt(tree, '/pcie@40000000', { kernelVersion: [7, 3], rid: 8 }).verdict).toBe('defer->direct');
  });
});

describe('an M4U port beyond the last larb', () => {
  const tree = `/ { ${CELLS} interrupt-parent = <&gic>; ${GIC}
    smi: smi@100 { compatible = "mediatek,mt8183-smi-common"; reg = <0x100 0x10>; };
    larb0: larb@200 { compatible = "mediatek,mt8183-smi-larb"; reg = <0x200 0x10>; mediatek,smi = <&smi>; };
    m4u: iommu@10205000 { compatible = "mediatek,mt8183-m4u"; reg = <0x10205000 0x1000>; #iommu-cells = <1>; mediatek,larbs = <&larb0>; interrupts = <0 1 4>; };
    dma@300 { compatible = "vendor,dma"; reg = <0x300 0x10>; iommus = <&m4u 0x400>; }; };`;

  it('is another port: MTK_M4U_TO_LARB masks the number', () => {
    expect(problems(tree).filter((each) => each.includes('mtk-id-range'))).toEqual([
      'warning mtk-id-range: The m4u port `0x400` is outside 0x0 to 0x3ff of `/iommu@10205000`: only the lowest ten bits count, so another port is switched on (MTK_M4U_TO_LARB).',
    ]);
    expect(reportAt(tree, '/dma@300', { kernelVersion: [7, 3] }).verdict).toBe('iommu-dma');
  });
});

describe('a /reserved-memory without cells', () => {
  const tree = `/ { #address-cells = <2>; #size-cells = <2>;
    reserved-memory { pool: pool { compatible = "restricted-dma-pool"; size = <0 0x400000>; }; };
    dma { compatible = "vendor,dma"; memory-region = <&pool>; }; };`;

  it('loses its dynamic regions, too (fdt_scan_reserved_mem)', () => {
    expect(problems(tree).filter((each) => each.includes('reserved-memory-cells'))).toHaveLength(1);
    expect(reportAt(tree, '/dma', { kernelVersion: [7, 3] }).verdict).toBe('direct');
  });
});

describe('the list of identity clients of Qualcomm', () => {
  const tree = `/ { ${CELLS} interrupt-parent = <&gic>; ${GIC} ${SMMU2('"qcom,sdm845-smmu-500", "arm,mmu-500";')}
    mdss@100 { compatible = "qcom,sdm845-mdss"; reg = <0x100 0x10>; iommus = <&smmu 0x880 8>; }; };`;
  const kernel = (qcom: string) =>
    new Map([
      ['MODULES', 'y'],
      ['ARM_SMMU', 'y'],
      ['ARM_SMMU_QCOM', qcom],
      ['IOMMU_DMA', 'y'],
      ['IOMMU_DEFAULT_DMA_STRICT', 'y'],
    ]);

  it('is part of CONFIG_ARM_SMMU_QCOM', () => {
    const verdict = (qcom: string) =>
      reportAt(tree, '/mdss@100', { kernelVersion: [7, 3], kernelConfig: kernel(qcom) }).verdict;
    expect([verdict('y'), verdict('n')]).toEqual(['iommu-identity', 'iommu-dma']);
  });
});

it('a PCI function that is disabled exists and gets no driver', () => {
  const tree = `/ { ${CELLS} ${HOST('').replace(' };', ' wifi@0 { reg = <0x800 0 0 0 0>; status = "disabled"; }; };')} };`;
  const { verdict, steps } = reportAt(tree, '/pcie@40000000/wifi@0', { kernelVersion: [7, 3] });
  expect(verdict).toBe('not-configured');
  expect(steps[0]?.text).toContain('no driver binds it');
});
