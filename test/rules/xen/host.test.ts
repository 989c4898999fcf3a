// SPDX-License-Identifier: MIT
// Rules about the tree that Xen itself reads: its IOMMUs, its command line, and devices for other domains.
import { describe, expect, it } from 'vitest';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent, diagnose, dts } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { HOST, instead, RCAR } from '#test/support/xen-boards.ts';

describe('xen-iommu-no-driver', () => {
  it('a master of an IOMMU that Xen does not drive, next to the SMMU that it does', () =>
    checkDiagnostics(
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
			iommus = <&display>;
//                                ^^^^^^^^ error[xen-iommu-no-driver]
		};

		display: iommu@fd900000 {
			compatible = "sprd,iommu-v1";
			reg = <0x0 0xfd900000 0x0 0x80>;
			#iommu-cells = <0>;`,
      }),
    ));

  it('an SMMU-500 with the name of its vendor first: Xen goes by any of the names', () =>
    checkNone(instead(HOST, { 'compatible = "arm,mmu-500";': 'compatible = "xlnx,zynqmp-smmu", "arm,mmu-500";' })));
});

describe('iommus-target-disabled', () => {
  it('an IOMMU that Xen cannot drive is disabled on purpose', () =>
    checkDiagnostics(
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
			iommus = <&display>;
//                      ^^^^^^ info[iommus-target-disabled]
		};

		display: iommu@fd900000 {
			compatible = "sprd,iommu-v1";
			reg = <0x0 0xfd900000 0x0 0x80>;
			#iommu-cells = <0>;
			status = "disabled";`,
      }),
    ));

  it('one that it could drive may be enabled', () =>
    checkDiagnostics(
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
			iommus = <&other 0x10>;
//                      ^^^^^^ 💡 info[iommus-target-disabled]
		};

		other: iommu@fd900000 {
			compatible = "arm,mmu-500";
			reg = <0x0 0xfd900000 0x0 0x20000>;
			#iommu-cells = <1>;
			#global-interrupts = <1>;
			interrupts = <0 160 4>, <0 161 4>;
			status = "disabled";`,
      }),
    ));
});

describe('xen-dom0-iommu-visible', () => {
  it('dom0 keeps an SMMU that only the driver of Linux knows', () =>
    checkDiagnostics(
      instead(HOST, {
        'compatible = "arm,mmu-500";': 'compatible = "nvidia,tegra194-smmu", "nvidia,smmu-500";',
        'iommus = <&smmu 0x870>;': `iommus = <&smmu 0x870>;
//                                ^^^^^ warning[xen-dom0-iommu-visible]`,
      }),
      only('xen-dom0-iommu-visible'),
    ));

  it('an IPMMU whose driver lets the device out: Linux sets nothing up', () =>
    checkSilent(
      'xen-dom0-iommu-visible',
      instead(RCAR, {
        [`"renesas,ipmmu-r8a77965";
			reg = <0x0 0xe7740000`]: `"renesas,ipmmu-r8a77990";
			reg = <0x0 0xe7740000`,
        'mmc@ee100000 {': 'dma-controller@e7300000 {',
        'reg = <0x0 0xee100000 0x0 0x2000>;': 'reg = <0x0 0xe7300000 0x0 0x10000>;',
      }),
    ));
});

describe('xen-dom0-iommus-stripped', () => {
  it('what Xen uses itself is not there for dom0', () =>
    checkDiagnostics(
      instead(HOST, {
        'iommus = <&smmu 0x877>;': `iommus = <&smmu 0x877>;
//                      ^^^^^^ hint[xen-dom0-iommus-stripped]`,
        'iommus = <&smmu 0x870>;': `iommus = <&smmu 0x870>;
//                      ^^^^^^ hint[xen-dom0-iommus-stripped]`,
        'iommu-map = <0x0 &smmu 0x4d0 0x1>;': `iommu-map = <0x0 &smmu 0x4d0 0x1>;
//                      ^^^^^^^^^ hint[xen-dom0-iommus-stripped]`,
      }),
      only('xen-dom0-iommus-stripped'),
    ));

  it('an IOMMU without a driver of Xen stays', () =>
    checkSilent(
      'xen-dom0-iommus-stripped',
      instead(HOST, { 'compatible = "arm,mmu-500";': 'compatible = "nvidia,tegra194-smmu", "nvidia,smmu-500";' }),
    ));
});

describe('xen-iommus-two-iommus', () => {
  it('entries of two SMMUs', () =>
    checkDiagnostics(
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
		};

		other: iommu@fd900000 {
			compatible = "arm,mmu-500";
			reg = <0x0 0xfd900000 0x0 0x20000>;
			#iommu-cells = <1>;
			#global-interrupts = <1>;
			interrupts = <0 160 4>, <0 161 4>;`,
        'iommus = <&smmu 0x870>;': `iommus = <&smmu 0x870>, <&other 0x870>;
//                                               ^^^^^^ error[xen-iommus-two-iommus]`,
      }),
    ));

  it('two entries of one SMMU, another SMMU for others', () =>
    checkNone(
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
			iommus = <&other 0x10>;
		};

		other: iommu@fd900000 {
			compatible = "arm,mmu-500";
			reg = <0x0 0xfd900000 0x0 0x20000>;
			#iommu-cells = <1>;
			#global-interrupts = <1>;
			interrupts = <0 160 4>, <0 161 4>;`,
        'iommus = <&smmu 0x870>;': 'iommus = <&smmu 0x870>, <&smmu 0x880>;',
      }),
    ));
});

describe('xen-mixed-iommu-types', () => {
  it('an SMMUv3 beside the SMMUv2', () =>
    checkDiagnostics(
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
		};

		iommu@fd900000 {
//              ^^^^^^^^^^^^^^ warning[xen-mixed-iommu-types]
			compatible = "arm,smmu-v3";
			reg = <0x0 0xfd900000 0x0 0x20000>;
			interrupts = <0 74 1>;
			interrupt-names = "combined";
			#iommu-cells = <1>;`,
      }),
    ));

  it('a disabled SMMUv3 beside the SMMUv2', () =>
    checkNone(
      instead(HOST, {
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
		};

		iommu@fd900000 {
			compatible = "arm,smmu-v3";
			reg = <0x0 0xfd900000 0x0 0x20000>;
			interrupts = <0 74 1>;
			interrupt-names = "combined";
			#iommu-cells = <1>;
			status = "disabled";`,
      }),
    ));
});

describe('xen-iommu-driver-not-default', () => {
  it('the IPMMUs, whose driver comes with the R-Car platforms', () =>
    checkDiagnostics(
      instead(RCAR, {
        'ipmmu_mm: iommu@e67b0000 {': `ipmmu_mm: iommu@e67b0000 {
//                        ^^^^^^^^^^^^^^ hint[xen-iommu-driver-not-default]`,
        'ipmmu_ds1: iommu@e7740000 {': `ipmmu_ds1: iommu@e7740000 {
//                         ^^^^^^^^^^^^^^ hint[xen-iommu-driver-not-default]`,
      }),
      only('xen-iommu-driver-not-default'),
    ));

  it('the SMMUv2, whose driver is always there', () => checkSilent('xen-iommu-driver-not-default', HOST));
});

describe('xen-iommu-marked-passthrough', () => {
  it('the mark on the SMMU itself', () =>
    checkDiagnostics(
      instead(HOST, {
        '#global-interrupts = <1>;': `#global-interrupts = <1>;
			xen,passthrough;
//                      ^^^^^^^^^^^^^^^ 💡 error[xen-iommu-marked-passthrough]`,
      }),
      only('xen-iommu-marked-passthrough'),
    ));

  it('the mark on its master', () => checkSilent('xen-iommu-marked-passthrough', HOST));
});

describe('xen-iommu-force-absent', () => {
  it('`iommu=force` and the only SMMU disabled', () =>
    checkDiagnostics(
      instead(HOST, {
        'xen,xen-bootargs = "console=dtuart dtuart=serial0 dom0_mem=1G";': `xen,xen-bootargs = "console=dtuart iommu=force";
//              ^^^^^^^^^^^^^^^^ error[xen-iommu-force-absent]`,
        '#global-interrupts = <1>;': `#global-interrupts = <1>;
			status = "disabled";`,
      }),
      only('xen-iommu-force-absent'),
    ));

  it('`iommu=force` with the SMMU, and `iommu=verbose` without', () =>
    checkNone(
      instead(HOST, {
        'xen,xen-bootargs = "console=dtuart dtuart=serial0 dom0_mem=1G";':
          'xen,xen-bootargs = "console=dtuart iommu=force,verbose";',
      }),
    ));
});

describe('xen-bootargs-iommu-arm', () => {
  it('options of x86', () =>
    checkDiagnostics(
      instead(HOST, {
        'xen,xen-bootargs = "console=dtuart dtuart=serial0 dom0_mem=1G";': `xen,xen-bootargs = "dom0-iommu=map-reserved iommu=verbose";
//              ^^^^^^^^^^^^^^^^ info[xen-bootargs-iommu-arm]`,
      }),
    ));

  it('options that Arm has', () =>
    checkNone(
      instead(HOST, {
        'xen,xen-bootargs = "console=dtuart dtuart=serial0 dom0_mem=1G";':
          'xen,xen-bootargs = "iommu=debug,verbose dom0-iommu=none";',
      }),
    ));
});

describe('xen-pci-no-iommu-map', () => {
  it('a bridge that Xen drives', () =>
    checkDiagnostics(
      instead(HOST, {
        [`
			iommu-map = <0x0 &smmu 0x4d0 0x1>;`]: '',
        'pcie@fd0e0000 {': `pcie@fd0e0000 {
//              ^^^^^^^^^^^^^ info[xen-pci-no-iommu-map]`,
      }),
    ));

  // xen/arch/arm/Kconfig:PCI_PASSTHROUGH selects HAS_PCI, without which no PCI code is in a Xen for Arm.
  it.each([
    ['4.22,ARM_SMMU=y,PCI_PASSTHROUGH=y', 'warning'],
    ['4.22,ARM_SMMU=y', undefined],
  ])('by configuration: %s', (xen, severity) => {
    const board = instead(HOST, {
      '//- /board.dts': `//- /board.dts xen:${xen}`,
      [`
			iommu-map = <0x0 &smmu 0x4d0 0x1>;`]: '',
    });
    const { problems } = diagnose(parseFixture(dts(board)), only('xen-pci-no-iommu-map'));
    expect(problems.map((problem) => problem.severity)).toEqual(severity === undefined ? [] : [severity]);
  });

  it('a bridge that Xen does not know', () =>
    checkNone(
      instead(HOST, {
        [`
			iommu-map = <0x0 &smmu 0x4d0 0x1>;`]: '',
        '"xlnx,nwl-pcie-2.11"': '"example,pcie"',
      }),
    ));
});

describe('xen-passthrough-unprotected', () => {
  it('a marked device whose SMMU is disabled, and one without `iommus`', () =>
    checkDiagnostics(
      instead(HOST, {
        '#global-interrupts = <1>;': `#global-interrupts = <1>;
			status = "disabled";`,
        'iommus = <&smmu 0x877>;': `iommus = <&smmu 0x877>;
//                      ^^^^^^ warning[xen-passthrough-unprotected]`,
        'interrupts = <0 21 4>;': `interrupts = <0 21 4>;
			xen,passthrough;
//                      ^^^^^^^^^^^^^^^ info[xen-passthrough-unprotected]`,
      }),
      only('xen-passthrough-unprotected'),
    ));

  it('several without `iommus` are one finding with a count', () =>
    checkDiagnostics(
      `//- /board.dts platform:xen-host
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	soc {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		serial@1000 { compatible = "vendor,uart"; reg = <0x1000 0x100>; xen,passthrough; };
//                                                                              ^^^^^^^^^^^^^^^ info[xen-passthrough-unprotected]: The device has no \`iommus\`, so Xen assigns it only with \`xen,force-assign-without-iommu\` in the partial tree (the same holds for 2 more).
		serial@2000 { compatible = "vendor,uart"; reg = <0x2000 0x100>; xen,passthrough; };
		serial@3000 { compatible = "vendor,uart"; reg = <0x3000 0x100>; xen,passthrough; };
	};
};
`,
      only('xen-passthrough-unprotected'),
    ));

  it('a marked clock, which has neither registers nor interrupts', () =>
    checkNone(
      instead(HOST, {
        'serial@ff000000 {': `clock-125m {
			compatible = "fixed-clock";
			#clock-cells = <0>;
			clock-frequency = <125000000>;
			xen,passthrough;
		};

		serial@ff000000 {`,
      }),
    ));
});

describe('xen-passthrough-child-unmarked', () => {
  it('the core below a marked USB wrapper', () =>
    checkDiagnostics(
      instead(HOST, {
        'serial@ff000000 {': `usb@ff9d0000 {
			compatible = "xlnx,zynqmp-dwc3";
			reg = <0x0 0xff9d0000 0x0 0x100>;
			#address-cells = <2>;
			#size-cells = <2>;
			ranges;
			iommus = <&smmu 0x860>;
			xen,passthrough;

			usb@fe200000 {
//                      ^^^^^^^^^^^^ 💡 warning[xen-passthrough-child-unmarked]
				reg = <0x0 0xfe200000 0x0 0x40000>;
			};
		};

		serial@ff000000 {`,
      }),
      only('xen-passthrough-child-unmarked'),
    ));

  it('the PHY below a marked Ethernet, which has no address of the machine', () =>
    checkNone(
      instead(HOST, {
        'xen,passthrough;': `xen,passthrough;
			#address-cells = <1>;
			#size-cells = <0>;

			ethernet-phy@c {
				reg = <0xc>;
			};`,
      }),
    ));
});

describe('xen-boolean-has-value', () => {
  it('0 switches it on, too', () =>
    checkDiagnostics(
      instead(HOST, {
        'xen,passthrough;': `xen,passthrough = <0>;
//                      ^^^^^^^^^^^^^^^ warning[xen-boolean-has-value]`,
      }),
    ));

  it('any value can go', () =>
    checkDiagnostics(
      instead(HOST, {
        'xen,passthrough;': `xen,passthrough = <1>;
//                      ^^^^^^^^^^^^^^^ 💡 warning[xen-boolean-has-value]`,
      }),
    ));

  it(`\`direct-map\` of a node that is not a domain is somebody else's`, () =>
    checkNone(
      instead(HOST, {
        'xen,passthrough;': `xen,passthrough;
			direct-map = <1>;`,
      }),
    ));
});
