// SPDX-License-Identifier: MIT
// Which devices do DMA: the generated table against drivers read by hand, and the order of what decides.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dmaRole, driverUse } from '#model/devices/dma-role.ts';
import { nodeAt, treeOf } from '#test/support/tree.ts';

const SAMPLE = readFileSync(new URL('dma-drivers.sample', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' ') as [string, string]);

/** Where the call graph is wrong: a framework hides the DMA, or leads to the DMA of another device. */
const KNOWN_WRONG = [
  'mayqueen,pixpaper',
  'mediatek,mt8183-disp-ovl-2l',
  'nvidia,tegra186-ccplex-cluster',
  'realtek,rt5514',
  'renesas,rcar-gen3-usbhs',
  'sharp,ls018b7dh02',
  'ti,omap2-dss',
  'ti,omap5-hdmi',
];

test('of 200 drivers judged by hand the table knows all but a few', () => {
  expect(SAMPLE).toHaveLength(200);
  const wrong = SAMPLE.filter(([use, string]) => (driverUse(string, [7, 3])?.use ?? 'none') !== use);
  expect(wrong.map(([, string]) => string).sort()).toEqual(KNOWN_WRONG);
});

const roleOf = (properties: string, made = true) => {
  const tree = treeOf(`
    / { #address-cells = <1>; #size-cells = <1>;
      dmac: dma-controller@1000 { reg = <0x1000 0x1000>; #dma-cells = <1>; };
      smmu: iommu@2000 { reg = <0x2000 0x1000>; #iommu-cells = <1>; };
      dev@3000 { reg = <0x3000 0x1000>; ${properties} };
    };`);
  const { role, why } = dmaRole(tree, nodeAt(tree, '/dev@3000'), [7, 3], made);
  return [role, why.kind];
};

test('functions on a PCI bus are masters, bridges are not', () => {
  const tree = treeOf(`
    / { pcie@1000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; #address-cells = <3>; #size-cells = <2>;
      pcie@0,0 { device_type = "pci"; reg = <0 0 0 0 0>; #address-cells = <3>; #size-cells = <2>;
        wifi@0 { compatible = "pci17cb,1107"; reg = <0x10000 0 0 0 0>; }; };
    }; };`);
  const role = (path: string) => dmaRole(tree, nodeAt(tree, path), [7, 3], true).why.kind;
  expect(role('/pcie@1000')).toBe('pci-host');
  expect(role('/pcie@1000/pcie@0,0')).toBe('no-device');
  expect(role('/pcie@1000/pcie@0,0/wifi@0')).toBe('pci-function');
});

describe('role', () => {
  test.each([
    ['iommus = <&smmu 1>;', 'master', 'property'],
    ['compatible = "pci-host-ecam-generic"; device_type = "pci";', 'master', 'pci-host'],
    ['compatible = "qcom,sm8550-ufshc", "qcom,ufshc";', 'master', 'driver'],
    // drivers/i2c/busses/i2c-imx.c maps for the channel's device only.
    ['compatible = "fsl,imx21-i2c"; dmas = <&dmac 1>;', 'through', 'channels'],
    ['compatible = "fsl,imx21-i2c";', 'none', 'no-driver'],
    ['compatible = "qcom,sm8550-tlmm";', 'none', 'no-driver'],
    ['compatible = "vendor,unknown"; dma-coherent;', 'master', 'property'],
    ['#iommu-cells = <1>; compatible = "arm,smmu-v3";', 'none', 'is-iommu'],
  ])('%s: %s', (properties, role, why) => expect(roleOf(properties)).toEqual([role, why]));

  test('without a device there is none', () => {
    expect(roleOf('iommus = <&smmu 1>;', false)).toEqual(['none', 'no-device']);
  });
});

test('a driver counts from the release on that has it', () => {
  expect(driverUse('rockchip,rk3588-rknn-core', [7, 3])).toEqual({ use: 'own', release: '7.3' });
  expect(driverUse('rockchip,rk3588-rknn-core', [6, 12])).toBeUndefined();
});
