// SPDX-License-Identifier: MIT
// Drivers that do not probe without an IOMMU: NVIDIA's, and on 7.3 Qualcomm's display.
import { describe, it } from 'vitest';
import { LINUX } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone } from '#test/support/check.ts';

const root = (...lines: readonly string[]) => `/ {
	#address-cells = <2>;
	#size-cells = <2>;
${lines.join('\n')}
};
`;

describe('a driver that needs a stream ID', () => {
  const dma = (more: string) =>
    `	dma@2600000 { compatible = "nvidia,tegra234-gpcdma", "nvidia,tegra186-gpcdma"; reg = <0x0 0x2600000 0x0 0x210000>;${more} };`;
  const smmu = `	smmu: iommu@12000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x12000000 0x0 0x20000>; #iommu-cells = <1>; };`;

  it('does not probe without one', () =>
    checkDiagnostics(
      root(`${dma('')}
//      ^^^^^^^^^^^ error[iommus-needed-by-driver]: The driver of this device needs a stream ID, and it has no iommus; its probe ends with -EINVAL.`),
    ));

  it('has one', () => checkNone(root(smmu, dma(' iommus = <&smmu 1>;'))));

  it('takes none of two', () =>
    checkDiagnostics(
      root(
        smmu,
        `	crypto@15820000 { compatible = "nvidia,tegra234-se-aes"; reg = <0x0 0x15820000 0x0 0x10000>; iommus = <&smmu 1>, <&smmu 2>; };
//      ^^^^^^^^^^^^^^^ error[iommus-needed-by-driver]: The driver of this device needs a stream ID, and iommus gives it 2, of which it takes none; its probe ends with -ENODEV.`,
      ),
    ));
});

describe('the display driver of Qualcomm', () => {
  const smmu = `	smmu: iommu@12000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x12000000 0x0 0x20000>; #iommu-cells = <1>; };`;
  const mdss = (above: string, own: string) =>
    `	mdss@ae00000 { compatible = "qcom,sm8550-mdss"; reg = <0x0 0xae00000 0x0 0x1000>; #address-cells = <2>; #size-cells = <2>; ranges;${above}
		display-controller@ae01000 { compatible = "qcom,sm8550-dpu"; reg = <0x0 0xae01000 0x0 0x8f000>;${own} };
`;

  it('fails without an IOMMU since 7.3', () =>
    checkDiagnostics(
      root(`${mdss('', '')}//              ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[iommus-needed-by-driver]: The driver of this device needs an IOMMU, and it has no iommus; its probe ends with -ENODEV.
	};`),
      { platform: { ...LINUX, kernelVersion: [7, 3] } },
    ));

  it('so does that of the MDP4', () =>
    checkDiagnostics(
      root(`	mdp@5100000 { compatible = "qcom,mdp4"; reg = <0x0 0x5100000 0x0 0xf0000>; };
//      ^^^^^^^^^^^ error[iommus-needed-by-driver]: The driver of this device needs an IOMMU, and it has no iommus; its probe ends with -ENODEV.`),
      { platform: { ...LINUX, kernelVersion: [7, 3] } },
    ));

  it.each([
    ['goes on with contiguous buffers on 6.12', mdss('', ''), [6, 12]],
    ['takes its own', mdss('', ' iommus = <&smmu 1>;'), [7, 3]],
    ['or that of the node above', mdss(' iommus = <&smmu 1>;', ''), [7, 3]],
  ] as const)('%s', (_name, node, kernelVersion) =>
    checkNone(root(smmu, `${node}	};`), { platform: { ...LINUX, kernelVersion } }),
  );
});
