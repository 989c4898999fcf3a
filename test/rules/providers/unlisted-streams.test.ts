// SPDX-License-Identifier: MIT
// SMMUs that block what no entry lists: arm_smmu_device_reset (SMMUv2) and arm_smmu_init_initial_stes (SMMUv3) of 6.12.
import { describe, it } from 'vitest';
import { LINUX } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent } from '#test/support/check.ts';

const board = (...lines: readonly string[]) => `/ {
	#address-cells = <1>;
	#size-cells = <1>;
${lines.join('\n')}
};
`;

const SMMU = '	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };';
const mmc = (name: string, more = '') => `	${name} { compatible = "arasan,sdhci-8.9a"; ${more}};`;

describe('smmu-streams-unlisted', () => {
  it('nobody is listed, and a device beside the SMMU does DMA', () =>
    checkDiagnostics(
      board(
        `${SMMU}
//	      ^^^^^^^^^^^^^ info[smmu-streams-unlisted]: /mmc does DMA, and no node lists a stream of this SMMU, which blocks what it does not know: where it lies in their path, nothing gets through.`,
        mmc('mmc'),
      ),
    ));

  it('one of three is listed', () =>
    checkDiagnostics(
      board(
        `${SMMU}
//	      ^^^^^^^^^^^^^ info[smmu-streams-unlisted]: 2 devices of its bus do DMA, and this SMMU, of which they list no stream, blocks what it does not know: where it lies in their path, nothing gets through.`,
        mmc('mmc0', 'iommus = <&smmu 1>; '),
        mmc('mmc1'),
        mmc('mmc2'),
      ),
    ));

  it.each([
    ['all are listed', board(SMMU, mmc('mmc', 'iommus = <&smmu 1>; '))],
    [
      'most are listed',
      board(SMMU, mmc('mmc0', 'iommus = <&smmu 1>; '), mmc('mmc1', 'iommus = <&smmu 2>; '), mmc('mmc2')),
    ],
    [
      'a host bridge is behind it',
      board(
        SMMU,
        mmc('mmc'),
        '	pcie { compatible = "pci-host-ecam-generic"; device_type = "pci"; iommu-map = <0 &smmu 0 0x10000>; };',
      ),
    ],
    ['it is off', board(SMMU.replace('};', 'status = "disabled"; };'), mmc('mmc'))],
  ])('silent: %s', (_name, text) => checkSilent('smmu-streams-unlisted', text));

  const v2 =
    '	smmu: iommu@1000000 { compatible = "arm,mmu-500"; reg = <0x1000000 0x10000>; #iommu-cells = <1>; #global-interrupts = <1>; interrupts = <0 1 4>, <0 2 4>; };';
  const bypass = (kind: string) => ({ platform: { ...LINUX, cmdline: `${kind}.disable_bypass=0` } });

  it('an SMMUv2 lets it pass where the command line says so', () =>
    checkNone(
      board('	interrupt-parent = <&gic>; gic: gic { #interrupt-cells = <3>; interrupt-controller; };', v2, mmc('mmc')),
      bypass('arm-smmu'),
    ));

  it('an SMMUv3 has had no such option since 6.10', () =>
    checkDiagnostics(
      board(
        `${SMMU}
//	      ^^^^^^^^^^^^^ info[smmu-streams-unlisted]: /mmc does DMA…`,
        mmc('mmc'),
      ),
      bypass('arm-smmu-v3'),
    ));
});
