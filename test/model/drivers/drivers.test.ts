// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import { DRIVERS, driverFor, driverNamed, knownString, knownStrings } from '#model/drivers/index.ts';
import { compareVersions } from '#model/platform/releases.ts';
import type { KernelVersion } from '#model/platform/types.ts';
import { nodeAt, treeOf } from '#test/support/tree.ts';

const V6_12: KernelVersion = [6, 12];

function iommu(properties: string, version = V6_12) {
  return driverFor(nodeAt(treeOf(`/ { iommu { ${properties} }; };`), '/iommu'), version);
}

describe('the table', () => {
  const rows = DRIVERS.flatMap((driver) => driver.compatibles.map((row) => ({ driver, row })));

  // 145 strings of IOMMUs and their companions, as counted in the bindings and drivers of 6.12, and MediaTek's four of 7.3; then the
  // strings that are in the table because they look like one, and one companion that is newer.
  test('has 20 drivers and every string', () => {
    const extra = rows.filter(({ row }) => row.role === 'not-iommu' || row.name === 'nvidia,tegra264-cmdqv');
    expect(DRIVERS).toHaveLength(20);
    expect(rows.length - extra.length).toBe(149);
    expect(extra.map(({ row }) => row.name)).toMatchInlineSnapshot(`
      [
        "nvidia,tegra264-cmdqv",
        "nvidia,tegra20-mc",
        "nvidia,tegra20-mc-gart",
        "nvidia,tegra186-mc",
        "nvidia,tegra194-mc",
        "nvidia,tegra234-mc",
        "nvidia,tegra264-mc",
        "nvidia,tegra238-mc",
      ]
    `);
  });

  test('names each string and each driver once', () => {
    expect(new Set(rows.map(({ row }) => row.name)).size).toBe(rows.length);
    expect(new Set(DRIVERS.map((driver) => driver.name)).size).toBe(DRIVERS.length);
  });

  test.each(DRIVERS.map((driver) => [driver.name, driver] as const))('%s is consistent', (_, driver) => {
    for (const source of [driver, ...driver.compatibles.map((row) => row.traits ?? {})]) {
      for (const cell of source.cells ?? []) {
        expect(cell.min).toBeLessThanOrEqual(cell.max);
        expect(cell.max).toBeLessThanOrEqual(2 ** cell.bits - 1);
      }
      for (const size of source.pageSizes ?? []) expect(Math.log2(size) % 1).toBe(0);
      expect(source.iovaBits ?? 32).toBeGreaterThanOrEqual(28);
      expect(source.iovaBits ?? 32).toBeLessThanOrEqual(64);
    }
    // What a specifier can have at most is what its cells explain.
    expect(Math.max(0, ...driver.cellCounts)).toBe(driver.cells.length);
    for (const range of [driver, ...driver.compatibles, ...driver.domainRules]) {
      if (range.since && range.until) expect(compareVersions(range.since.since, range.until.since)).toBeLessThan(0);
    }
  });

  test('conditions refer to implementations that a string selects', () => {
    for (const driver of DRIVERS) {
      const selectable = new Set(driver.compatibles.map((row) => row.traits?.implementation));
      for (const rule of driver.domainRules) {
        if (rule.implementation !== undefined) expect(selectable).toContain(rule.implementation);
      }
      for (const name of [
        ...(driver.clientFilter?.implementations ?? []),
        ...(driver.unregistered?.implementations ?? []),
      ]) {
        expect(selectable).toContain(name);
      }
    }
  });
});

describe('who binds', () => {
  test('the earliest string that is in a match table', () => {
    const match = iommu('compatible = "qcom,sm8550-smmu-500", "qcom,smmu-500", "arm,mmu-500"; #iommu-cells = <2>;');
    expect(match?.driver.name).toBe('arm-smmu');
    expect(match?.compatible.name).toBe('arm,mmu-500');
  });

  test('a variant alone does not bind', () => {
    expect(iommu('compatible = "qcom,smmu-500";')).toBeUndefined();
    expect(iommu('compatible = "nvidia,tegra30-smmu";')).toBeUndefined();
    expect(iommu('compatible = "nvidia,tegra20-mc"; #iommu-cells = <0>;')).toBeUndefined();
  });

  test('a virtio transport only with #iommu-cells', () => {
    expect(iommu('compatible = "virtio,mmio";')).toBeUndefined();
    expect(iommu('compatible = "virtio,mmio"; #iommu-cells = <1>;')?.driver.name).toBe('virtio-iommu');
    expect(iommu('compatible = "pci1af4,1057"; #iommu-cells = <1>;')?.compatible.role).toBe('pci-node');
  });

  test.each<[string, KernelVersion, string | undefined]>([
    ['xen,grant-dma', [5, 18], undefined],
    ['xen,grant-dma', [5, 19], 'xen-grant-dma'],
    ['riscv,iommu', [6, 12], undefined],
    ['riscv,iommu', [6, 13], 'riscv-iommu'],
    ['apple,t8110-dart', [6, 1], undefined],
    ['apple,t8110-dart', [6, 12], 'apple-dart'],
    ['verisilicon,iommu-1.2', [6, 12], undefined],
    ['rockchip,rk3568-iommu', [5, 10], undefined],
  ])('%s in Linux %j: %s', (compatible, version, driver) => {
    expect(iommu(`compatible = "${compatible}";`, version)?.driver.name).toBe(driver);
  });

  test('what does not bind is still known', () => {
    const node = nodeAt(treeOf('/ { a { compatible = "qcom,smmu-500", "unheard,of"; }; };'), '/a');
    expect(knownStrings(node).map(({ driver, compatible }) => `${driver.name} ${compatible.role}`)).toEqual([
      'arm-smmu variant',
    ]);
    expect(knownString('nvidia,tegra30-smmu')?.compatible.role).toBe('legacy');
    expect(driverNamed('arm-smmu-v3')?.config).toBe('ARM_SMMU_V3');
  });
});

describe('traits', () => {
  test('the first string of the node decides', () => {
    const match = iommu('compatible = "nvidia,tegra234-smmu", "nvidia,smmu-500";');
    expect(match?.traits.implementation).toBe('nvidia');
    expect(match?.traits.pageSizes).toEqual([4096, 16384, 65536]);
    expect(match?.traits.needs.map((need) => need.name)).toContain('nvidia,memory-controller');
  });

  test('a string of a later release changes nothing before it', () => {
    const strings = 'compatible = "qcom,sm6115-smmu-500", "qcom,smmu-500", "arm,mmu-500";';
    expect(iommu(strings, [6, 1])?.traits.implementation).toBeNull();
    expect(iommu(strings, [6, 12])?.traits.implementation).toBe('qcom');
  });

  test('only the GPU of MSM8996 gets the vendor code', () => {
    const display = iommu('compatible = "qcom,msm8996-smmu-v2", "qcom,smmu-v2";');
    const gpu = iommu('compatible = "qcom,msm8996-smmu-v2", "qcom,adreno-smmu", "qcom,smmu-v2";');
    expect([display, gpu].map((match) => match?.traits.implementation)).toEqual([null, 'qcom']);
  });

  test.each([
    ['renesas,ipmmu-vmsa', 31],
    ['renesas,ipmmu-r8a7795', 47],
    ['renesas,rcar-gen4-ipmmu-vmsa', 63],
    ['nvidia,tegra30-mc', 18],
    ['apple,t8103-dart', 15],
    ['apple,t8103-usb4-dart', 63],
  ])('the largest ID of %s is %i', (compatible, max) => {
    expect(iommu(`compatible = "${compatible}";`)?.traits.cells[0]?.max).toBe(max);
  });
});

describe('IOVA regions', () => {
  /** The region of a master as mtk_iommu_get_iova_region_id finds it. */
  function regionOf(compatible: string, larb: number, ...ports: number[]): number | undefined {
    const wanted = ports.reduce((mask, port) => (mask | (1 << port)) >>> 0, 0);
    const at = iommu(`compatible = "${compatible}";`)?.traits.iovaRegions?.regions.findIndex(
      ({ ports }) => ports === undefined || (((ports[larb] ?? 0) & wanted) >>> 0 === wanted && wanted !== 0),
    );
    return at === -1 ? undefined : at;
  }

  // Values of the *_larb_region_msk tables in drivers/iommu/mtk_iommu.c, Linux 6.12.
  test.each<[string, number, number[], number | undefined]>([
    ['mediatek,mt8173-m4u', 4, [2], 0],
    ['mediatek,mt8192-m4u', 1, [0, 5], 0],
    ['mediatek,mt8192-m4u', 5, [0], 1],
    ['mediatek,mt8192-m4u', 13, [0], 2],
    ['mediatek,mt8192-m4u', 13, [9, 10], 4],
    ['mediatek,mt8192-m4u', 13, [8, 9], undefined],
    ['mediatek,mt8192-m4u', 14, [4], 5],
    ['mediatek,mt8192-m4u', 3, [0], undefined],
    ['mediatek,mt8186-iommu-mm', 14, [0], 5],
    ['mediatek,mt8188-iommu-vdo', 24, [2, 3], 5],
    ['mediatek,mt8188-iommu-vpp', 19, [0], 2],
    ['mediatek,mt8195-iommu-vdo', 19, [31], 1],
    ['mediatek,mt8195-iommu-vpp', 18, [0, 1], 4],
  ])('%s larb %i ports %j: region %s', (compatible, larb, ports, region) => {
    expect(regionOf(compatible, larb, ...ports)).toBe(region);
  });

  test('the camera windows lie inside the third region', () => {
    const regions = iommu('compatible = "mediatek,mt8192-m4u";')?.traits.iovaRegions?.regions ?? [];
    const [third, camera] = [regions[2]!, regions[4]!];
    expect(camera.start > third.start && camera.start + camera.size < third.start + third.size).toBe(true);
  });
});
