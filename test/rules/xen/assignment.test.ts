// SPDX-License-Identifier: MIT
// Rules about devices that a partial tree assigns, in the light of the host's tree.
import { describe, it } from 'vitest';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkFix, checkNoFix, checkNone, checkSilent } from '#test/support/check.ts';
import { instead, RCAR_SYSTEM, SYSTEM } from '#test/support/xen-boards.ts';

describe('xen-path-not-found', () => {
  it('the name that the device has in another release', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        'xen,path = "/soc/mmc@ff160000";': `xen,path = "/soc/sdhci@ff160000";
//                      ^^^^^^^^ 💡 error[xen-path-not-found]`,
      }),
    ));

  it('a device that the host does not have at all', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        'xen,path = "/soc/mmc@ff160000";': `xen,path = "/soc/sata@fd0c0000";
//                      ^^^^^^^^ error[xen-path-not-found]`,
      }),
    ));

  it('capital letters, which Xen does not tell apart', () =>
    checkNone(instead(SYSTEM, { 'xen,path = "/soc/mmc@ff160000";': 'xen,path = "/SOC/mmc@FF160000";' })));
});

describe('xen-path-not-marked', () => {
  it('dom0 has the device already', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`iommus = <&smmu 0x870>;
			xen,passthrough;`]: 'iommus = <&smmu 0x870>;',
        'xen,path = "/soc/mmc@ff160000";': `xen,path = "/soc/mmc@ff160000";
//                      ^^^^^^^^ 💡 error[xen-path-not-marked]`,
      }),
    ));

  it('without interrupt and IOMMU both get the registers', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;`]: `		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;`,
        [`xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};`]: `xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;
			xen,path = "/soc/serial@ff000000";
//                      ^^^^^^^^ 💡 warning[xen-path-not-marked]
			xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0xff000000>;
			xen,force-assign-without-iommu;
		};`,
      }),
      only('xen-path-not-marked'),
    ));

  // map_device_irqs_to_domain skips interrupts whose controller is not the GIC.
  it("an interrupt at a GPIO controller is nobody's", () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;`]: `		gpio: gpio@ff0a0000 {
			compatible = "xlnx,zynqmp-gpio-1.0";
			reg = <0x0 0xff0a0000 0x0 0x1000>;
			interrupt-controller;
			#interrupt-cells = <2>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupt-parent = <&gpio>;
			interrupts = <21 4>;`,
        [`xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};`]: `xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			xen,path = "/soc/serial@ff000000";
//                      ^^^^^^^^ 💡 warning[xen-path-not-marked]
			xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0xff000000>;
			xen,force-assign-without-iommu;
		};`,
      }),
      only('xen-path-not-marked'),
    ));

  it('the tree of Linux itself, to which the boot loader adds everybody', () =>
    checkDiagnostics(
      instead(SYSTEM.replaceAll('"multiboot,kernel", "multiboot,module"', '"later"'), {
        [`		domU1 {
			compatible = "xen,domain";`]: `		domU1 {
			compatible = "later";`,
        [`		domU2 {
			compatible = "xen,domain";`]: `		domU2 {
			compatible = "later";`,
        [`iommus = <&smmu 0x870>;
			xen,passthrough;`]: 'iommus = <&smmu 0x870>;',
        'xen,path = "/soc/mmc@ff160000";': `xen,path = "/soc/mmc@ff160000";
//                      ^^^^^^^^ 💡 info[xen-path-not-marked]`,
      }),
      only('xen-path-not-marked'),
    ));

  it('nobody takes the device where there is no dom0', () =>
    checkNone(
      instead(SYSTEM, {
        [`iommus = <&smmu 0x870>;
			xen,passthrough;`]: 'iommus = <&smmu 0x870>;',
        'compatible = "multiboot,kernel", "multiboot,module";': 'compatible = "xen,xsm-policy", "multiboot,module";',
      }),
    ));
});

describe('xen-path-shared', () => {
  it('one device for two domains', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        'xen,path = "/soc/mmc@ff160000";': `xen,path = "/soc/ethernet@ff0e0000";
//                      ^^^^^^^^ error[xen-path-shared]`,
      }),
      only('xen-path-shared'),
    ));

  it('a block of registers without interrupts for two domains', () =>
    checkSilent(
      'xen-path-shared',
      instead(SYSTEM, {
        [`			interrupts = <0 63 4>;
			iommus = <&smmu 0x877>;
			xen,passthrough;`]: '			xen,passthrough;',
        'xen,path = "/soc/mmc@ff160000";': 'xen,path = "/soc/ethernet@ff0e0000";',
      }),
    ));
});

describe('xen-assign-no-iommu', () => {
  it('a device without `iommus`', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`interrupts = <0 21 4>;
		};
	};
};`]: `interrupts = <0 21 4>;
			xen,passthrough;
		};
	};
};`,
        [`xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};`]: `xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;
			xen,path = "/soc/serial@ff000000";
//                      ^^^^^^^^ error[xen-assign-no-iommu]
			xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0xff000000>;
		};`,
      }),
    ));

  it('the SMMU is switched off on the command line, for both domains', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        '		module@48000000 {': `		xen,xen-bootargs = "iommu=no";

		module@48000000 {`,
        'xen,path = "/soc/ethernet@ff0e0000";': `xen,path = "/soc/ethernet@ff0e0000";
//                      ^^^^^^^^ error[xen-assign-no-iommu]`,
        'xen,path = "/soc/mmc@ff160000";': `xen,path = "/soc/mmc@ff160000";
//                      ^^^^^^^^ error[xen-assign-no-iommu]`,
      }),
      only('xen-assign-no-iommu'),
    ));

  it('force does not help against an IOMMU that Xen cannot use', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`iommus = <&smmu 0x870>;
			xen,passthrough;`]: `iommus = <&display>;
			xen,passthrough;
		};

		display: iommu@fd900000 {
			compatible = "sprd,iommu-v1";
			reg = <0x0 0xfd900000 0x0 0x80>;
			#iommu-cells = <0>;`,
        'xen,path = "/soc/mmc@ff160000";': `xen,path = "/soc/mmc@ff160000";
//                      ^^^^^^^^ error[xen-assign-no-iommu]
			xen,force-assign-without-iommu;`,
      }),
    ));

  it('a device without DMA, by force', () =>
    checkSilent(
      'xen-assign-no-iommu',
      instead(SYSTEM, {
        [`interrupts = <0 21 4>;
		};
	};
};`]: `interrupts = <0 21 4>;
			xen,passthrough;
		};
	};
};`,
        [`xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};`]: `xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;
			xen,path = "/soc/serial@ff000000";
			xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0xff000000>;
			xen,force-assign-without-iommu;
		};`,
      }),
    ));
});

describe('xen-force-redundant', () => {
  it('the SMMU protects the card', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        'xen,path = "/soc/mmc@ff160000";': `xen,path = "/soc/mmc@ff160000";
			xen,force-assign-without-iommu;
//                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 💡 info[xen-force-redundant]`,
      }),
    ));

  it('an IPMMU may turn out to be none, by the cut of the chip', () =>
    checkSilent(
      'xen-force-redundant',
      instead(RCAR_SYSTEM, {
        'xen,path = "/soc/mmc@ee100000";': `xen,path = "/soc/mmc@ee100000";
			xen,force-assign-without-iommu;`,
      }),
    ));
});

describe('xen-force-assign-no-directmap', () => {
  it('Ethernet without an IOMMU, in a domain with addresses of its own', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`iommus = <&smmu 0x877>;
			xen,passthrough;`]: 'xen,passthrough;',
        'xen,path = "/soc/ethernet@ff0e0000";': `xen,path = "/soc/ethernet@ff0e0000";
			xen,force-assign-without-iommu;
//                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[xen-force-assign-no-directmap]`,
      }),
    ));

  it('a UART: it depends', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`interrupts = <0 21 4>;
		};
	};
};`]: `interrupts = <0 21 4>;
			xen,passthrough;
		};
	};
};`,
        [`xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};`]: `xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;
			xen,path = "/soc/serial@ff000000";
			xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0xff000000>;
			xen,force-assign-without-iommu;
//                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info[xen-force-assign-no-directmap]
		};`,
      }),
    ));

  it('the same UART in a domain that is mapped one to one', () =>
    checkSilent(
      'xen-force-assign-no-directmap',
      instead(SYSTEM, {
        [`interrupts = <0 21 4>;
		};
	};
};`]: `interrupts = <0 21 4>;
			xen,passthrough;
		};
	};
};`,
        [`xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};`]: `xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;
			xen,path = "/soc/serial@ff000000";
			xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0xff000000>;
			xen,force-assign-without-iommu;
		};`,
        [`memory = <0x0 0x40000>;

			module@6000000`]: `memory = <0x0 0x40000>;
			xen,static-mem = <0x0 0x40000000 0x0 0x10000000>;
			direct-map;

			module@6000000`,
      }),
    ));
});

describe('xen-reg-other-device', () => {
  it('the registers of the neighbour', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        'xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;': `xen,reg = <0x0 0xff170000 0x0 0x1000 0x0 0xff160000>;
//                      ^^^^^^^ warning[xen-reg-other-device]`,
      }),
    ));

  it('the registers at another address of the guest, and others with them', () =>
    checkNone(
      instead(SYSTEM, {
        [`			reg = <0x0 0xff160000 0x0 0x1000>;
			interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`]: `			reg = <0x0 0x10000000 0x0 0x1000>;
			interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`,
        'xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;':
          'xen,reg = <0x0 0xff240000 0x0 0x1000 0x0 0x10010000>, <0x0 0xff160000 0x0 0x1000 0x0 0x10000000>;',
      }),
    ));
});

describe('xen-reg-path-pair', () => {
  const mapping = '\n\t\t\txen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;';

  it('takes the registers from the host, where the guest has them at the same address', () =>
    checkFix('xen-reg-path-pair', instead(SYSTEM, { [mapping]: '' }), SYSTEM));

  it('does not know where the guest wants them otherwise', () =>
    checkNoFix(
      'xen-reg-path-pair',
      instead(SYSTEM, {
        [`reg = <0x0 0xff160000 0x0 0x1000>;
			interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";${mapping}`]: `reg = <0x0 0x10000000 0x0 0x1000>;
			interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`,
      }),
    ));
});
