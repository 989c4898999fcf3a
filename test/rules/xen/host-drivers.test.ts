// SPDX-License-Identifier: MIT
// Rules about what Xen's SMMU and IPMMU drivers refuse or misread where those of Linux do not.
import { describe, it } from 'vitest';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent } from '#test/support/check.ts';
import { HOST, instead, RCAR } from '#test/support/xen-boards.ts';

describe('xen-smmu-stream-id-limit', () => {
  it('seventeen entries', () =>
    checkDiagnostics(
      instead(HOST, {
        'iommus = <&smmu 0x870>;': `iommus = <&smmu 0x880>, <&smmu 0x881>, <&smmu 0x882>, <&smmu 0x883>, <&smmu 0x884>, <&smmu 0x885>, <&smmu 0x886>, <&smmu 0x887>, <&smmu 0x888>, <&smmu 0x889>, <&smmu 0x88a>, <&smmu 0x88b>, <&smmu 0x88c>, <&smmu 0x88d>, <&smmu 0x88e>, <&smmu 0x88f>,
				 <&smmu 0x890>;
//                                ^^^^^ error[xen-smmu-stream-id-limit]`,
      }),
    ));

  it('sixteen entries', () =>
    checkNone(
      instead(HOST, {
        'iommus = <&smmu 0x870>;':
          'iommus = <&smmu 0x880>, <&smmu 0x881>, <&smmu 0x882>, <&smmu 0x883>, <&smmu 0x884>, <&smmu 0x885>, <&smmu 0x886>, <&smmu 0x887>, <&smmu 0x888>, <&smmu 0x889>, <&smmu 0x88a>, <&smmu 0x88b>, <&smmu 0x88c>, <&smmu 0x88d>, <&smmu 0x88e>, <&smmu 0x88f>;',
      }),
    ));
});

describe('xen-smmu-stream-id-range', () => {
  it('16 bits of a stream, of which Xen keeps 15', () =>
    checkDiagnostics(
      instead(HOST, {
        'iommus = <&smmu 0x870>;': `iommus = <&smmu 0x8870>;
//                                      ^^^^^^ warning[xen-smmu-stream-id-range]`,
      }),
    ));

  it('the largest of 15 bits', () =>
    checkNone(instead(HOST, { 'iommus = <&smmu 0x870>;': 'iommus = <&smmu 0x7fff>;' })));
});

describe('xen-smmu-duplicate-master', () => {
  it('a device in two entries', () =>
    checkDiagnostics(
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
			#stream-id-cells = <1>;
		};

		iommu@fd900000 {
			compatible = "arm,mmu-400";
			reg = <0x0 0xfd900000 0x0 0x20000>;
			#global-interrupts = <1>;
			interrupts = <0 160 4>, <0 161 4>;
			mmu-masters = <&uart 1>,
				      <&uart 2>;
//                                     ^^^^^ error[xen-smmu-duplicate-master]`,
        'serial@ff000000 {': 'uart: serial@ff000000 {',
      }),
      only('xen-smmu-duplicate-master'),
    ));

  it('a device with two streams in one entry', () =>
    checkSilent(
      'xen-smmu-duplicate-master',
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
			#stream-id-cells = <2>;
		};

		iommu@fd900000 {
			compatible = "arm,mmu-400";
			reg = <0x0 0xfd900000 0x0 0x20000>;
			#global-interrupts = <1>;
			interrupts = <0 160 4>, <0 161 4>;
			mmu-masters = <&uart 1 2>;`,
        'serial@ff000000 {': 'uart: serial@ff000000 {',
      }),
    ));
});

describe('xen-smmuv3-interrupt-names', () => {
  it('interrupts that Xen does not find by name', () =>
    checkDiagnostics(
      instead(HOST, {
        'compatible = "arm,mmu-500";': 'compatible = "arm,smmu-v3";',
        'smmu: iommu@fd800000 {': `smmu: iommu@fd800000 {
//                    ^^^^^^^^^^^^^^ warning[xen-smmuv3-interrupt-names]`,
      }),
      only('xen-smmuv3-interrupt-names'),
    ));

  it('the event queue alone', () =>
    checkSilent(
      'xen-smmuv3-interrupt-names',
      instead(HOST, {
        'compatible = "arm,mmu-500";': `compatible = "arm,smmu-v3";
			interrupt-names = "eventq", "cmdq-sync", "gerror";`,
      }),
    ));
});

describe('xen-ipmmu-no-root', () => {
  it('the root is disabled', () =>
    checkDiagnostics(
      instead(RCAR, {
        'interrupts = <0 196 4>, <0 197 4>;': `interrupts = <0 196 4>, <0 197 4>;
			status = "disabled";`,
        'ipmmu_ds1: iommu@e7740000 {': `ipmmu_ds1: iommu@e7740000 {
//                         ^^^^^^^^^^^^^^ error[xen-ipmmu-no-root]`,
      }),
      only('xen-ipmmu-no-root'),
    ));

  it('a disabled cache', () =>
    checkSilent(
      'xen-ipmmu-no-root',
      instead(RCAR, {
        'renesas,ipmmu-main = <&ipmmu_mm 1>;': `renesas,ipmmu-main = <&ipmmu_mm 1>;
			status = "disabled";`,
      }),
    ));
});

describe('xen-ipmmu-no-prr', () => {
  it('a product register with a name that Xen does not look for', () =>
    checkDiagnostics(
      instead(RCAR, {
        'compatible = "renesas,prr";': 'compatible = "renesas,chipid";',
        'ipmmu_mm: iommu@e67b0000 {': `ipmmu_mm: iommu@e67b0000 {
//                        ^^^^^^^^^^^^^^ error[xen-ipmmu-no-prr]`,
      }),
    ));

  it('an SMMU needs none', () => checkSilent('xen-ipmmu-no-prr', HOST));
});

describe('xen-ipmmu-root-irq', () => {
  it('a root without its interrupts', () =>
    checkDiagnostics(
      instead(RCAR, {
        'interrupts = <0 196 4>, <0 197 4>;': '/* No interrupts. */',
        'ipmmu_mm: iommu@e67b0000 {': `ipmmu_mm: iommu@e67b0000 {
//                        ^^^^^^^^^^^^^^ error[xen-ipmmu-root-irq]`,
      }),
      only('xen-ipmmu-root-irq'),
    ));

  it('a cache has none', () => checkSilent('xen-ipmmu-root-irq', RCAR));
});

describe('xen-ipmmu-stage1-only', () => {
  it('an R-Car E3, once for all its IPMMUs', () =>
    checkDiagnostics(
      instead(RCAR, {
        [`compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe67b0000`]: `compatible = "renesas,ipmmu-r8a77990";
			reg = <0x0 0xe67b0000`,
        [`compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe7740000`]: `compatible = "renesas,ipmmu-r8a77990";
			reg = <0x0 0xe7740000`,
        'ipmmu_mm: iommu@e67b0000 {': `ipmmu_mm: iommu@e67b0000 {
//                        ^^^^^^^^^^^^^^ warning[xen-ipmmu-stage1-only]`,
      }),
      only('xen-ipmmu-stage1-only'),
    ));

  it('an R-Car Gen4 that Xen knows', () =>
    checkSilent(
      'xen-ipmmu-stage1-only',
      instead(RCAR, {
        [`compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe67b0000`]: `compatible = "renesas,ipmmu-r8a779g0", "renesas,rcar-gen4-ipmmu-vmsa";
			reg = <0x0 0xe67b0000`,
      }),
    ));
});

describe('ipmmu-not-allowlisted', () => {
  it('nothing of an IPMMU that Linux in dom0 does not see', () =>
    checkSilent(
      'ipmmu-not-allowlisted',
      instead(RCAR, {
        'mmc@ee100000 {': 'dma-controller@e7300000 {',
        'reg = <0x0 0xee100000 0x0 0x2000>;': 'reg = <0x0 0xe7300000 0x0 0x10000>;',
      }),
    ));
});

describe('ipmmu-root-referenced', () => {
  it('nothing of a master of the root, which dom0 does not see', () =>
    checkSilent('ipmmu-root-referenced', instead(RCAR, { 'iommus = <&ipmmu_ds1 32>;': 'iommus = <&ipmmu_mm 32>;' })));
});

describe('xen-ipmmu-p2m-share', () => {
  it('an R-Car H3, whose first cuts only do stage 1', () =>
    checkDiagnostics(
      instead(RCAR, {
        [`compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe67b0000`]: `compatible = "renesas,ipmmu-r8a7795";
			reg = <0x0 0xe67b0000`,
        'ipmmu_mm: iommu@e67b0000 {': `ipmmu_mm: iommu@e67b0000 {
//                        ^^^^^^^^^^^^^^ info[xen-ipmmu-p2m-share]`,
      }),
      only('xen-ipmmu-p2m-share'),
    ));

  it('an R-Car M3-N, all of whose cuts do', () => checkSilent('xen-ipmmu-p2m-share', RCAR));
});
