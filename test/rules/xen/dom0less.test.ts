// SPDX-License-Identifier: MIT
// Rules about the domains that Xen itself starts.
import { describe, it } from 'vitest';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent } from '#test/support/check.ts';
import { DOM0LESS, instead } from '#test/support/xen-boards.ts';

describe('xen-domain-misplaced', () => {
  it('a domain in the root', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        '	gic: interrupt-controller@f9010000 {': `	domU3 {
//      ^^^^^ warning[xen-domain-misplaced]
		compatible = "xen,domain";
		cpus = <1>;
		memory = <0x0 0x40000>;
	};

	gic: interrupt-controller@f9010000 {`,
      }),
    ));

  it('a domain in `/chosen`, whatever its name', () => checkNone(instead(DOM0LESS, { 'domU1 {': 'linux {' })));
});

describe('xen-domain-cpus', () => {
  it('no `cpus`', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        [`		domU1 {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;`]: `		domU1 {
//              ^^^^^ 💡 error[xen-domain-cpus]
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;`,
      }),
    ));

  it('many', () => checkNone(instead(DOM0LESS, { 'cpus = <1>;': 'cpus = <8>;' })));
});

describe('xen-domain-memory', () => {
  it('one cell', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'memory = <0x0 0x40000>;': `memory = <0x40000>;
//                      ^^^^^^ 💡 error[xen-domain-memory]`,
      }),
    ));

  it('more than 4 GiB', () => checkNone(instead(DOM0LESS, { 'memory = <0x0 0x40000>;': 'memory = <0x0 0x800000>;' })));
});

describe('xen-domain-passthrough-value', () => {
  it(`a word that is not Xen's`, () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,enhanced = "no-xenstore";': `xen,enhanced = "no-xenstore";
			passthrough = "yes";
//                      ^^^^^^^^^^^ warning[xen-domain-passthrough-value]`,
      }),
    ));

  it('the `passthrough` of something else', () =>
    checkNone(
      instead(DOM0LESS, {
        'iommus = <&smmu 0x877>;': `iommus = <&smmu 0x877>;
		passthrough = "yes";`,
      }),
    ));
});

describe('xen-domain-passthrough-overridden', () => {
  it('disabled, with a partial tree', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,enhanced = "no-xenstore";': `xen,enhanced = "no-xenstore";
			passthrough = "disabled";
//                      ^^^^^^^^^^^ warning[xen-domain-passthrough-overridden]`,
      }),
    ));

  it('disabled, without one', () =>
    checkNone(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': `xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;
			passthrough = "disabled";`,
      }),
    ));
});

describe('xen-domain-passthrough-no-iommu', () => {
  it('enabled, with the SMMU disabled', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': `xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;
			passthrough = "enabled";
//                      ^^^^^^^^^^^ warning[xen-domain-passthrough-no-iommu]`,
        '#global-interrupts = <1>;': `#global-interrupts = <1>;
		status = "disabled";`,
      }),
      only('xen-domain-passthrough-no-iommu'),
    ));

  it('enabled, with the SMMU', () =>
    checkNone(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': `xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;
			passthrough = "enabled";`,
      }),
    ));
});

describe('xen-hwdom-passthrough', () => {
  it('what a hardware domain may not have', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        [`		domU1 {
			compatible = "xen,domain";`]: `		domU1 {
			compatible = "xen,domain";
			capabilities = <2>;`,
        'xen,enhanced = "no-xenstore";': `xen,enhanced = "no-xenstore";
			nr_spis = <64>;
//                      ^^^^^^^ error[xen-hwdom-passthrough]`,
        'module@5000000 {': `module@5000000 {
//                      ^^^^^^^^^^^^^^ error[xen-hwdom-passthrough]`,
      }),
      only('xen-hwdom-passthrough'),
    ));

  it('the same for a domain with other privileges', () =>
    checkNone(
      instead(DOM0LESS, {
        [`		domU1 {
			compatible = "xen,domain";`]: `		domU1 {
			compatible = "xen,domain";
			capabilities = <5>;`,
        'xen,enhanced = "no-xenstore";': `xen,enhanced = "no-xenstore";
			nr_spis = <64>;
			passthrough = "enabled";`,
      }),
    ));
});

describe('xen-hwdom-needs-iommu', () => {
  it('no IOMMU and no `direct-map`', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        [`reg = <0x0 0x6000000 0x0 0x2000000>;
			};
		};`]: `reg = <0x0 0x6000000 0x0 0x2000000>;
			};
		};

		hardware {
//              ^^^^^^^^ error[xen-hwdom-needs-iommu]
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;
			capabilities = <2>;
			module@9000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x9000000 0x0 0x1000000>;
			};
		};`,
        '#global-interrupts = <1>;': `#global-interrupts = <1>;
		status = "disabled";`,
      }),
      only('xen-hwdom-needs-iommu'),
    ));

  it('the IOMMU is there', () =>
    checkNone(
      instead(DOM0LESS, {
        [`reg = <0x0 0x6000000 0x0 0x2000000>;
			};`]: `reg = <0x0 0x6000000 0x0 0x2000000>;
			};
		};

		hardware {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;
			capabilities = <2>;
			module@9000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x9000000 0x0 0x1000000>;
			};`,
      }),
    ));
});

describe('xen-hwdom-before-dtb-module', () => {
  it('first, before the partial tree of another', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        '		domU1 {': `		hardware {
//              ^^^^^^^^ warning[xen-hwdom-before-dtb-module]
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;
			capabilities = <2>;
			module@9000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x9000000 0x0 0x1000000>;
			};
		};

		domU1 {`,
      }),
    ));

  it('last', () =>
    checkNone(
      instead(DOM0LESS, {
        [`reg = <0x0 0x6000000 0x0 0x2000000>;
			};`]: `reg = <0x0 0x6000000 0x0 0x2000000>;
			};
		};

		hardware {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;
			capabilities = <2>;
			module@9000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x9000000 0x0 0x1000000>;
			};`,
      }),
    ));
});

describe('xen-module-reg', () => {
  it('a module without its place', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        [`			module@2000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x2000000 0x0 0x2000000>;`]: `			module {
//                      ^^^^^^ error[xen-module-reg]
				compatible = "multiboot,kernel", "multiboot,module";`,
      }),
    ));

  it('a child that is not a module', () =>
    checkSilent(
      'xen-module-reg',
      instead(DOM0LESS, {
        'xen,enhanced = "no-xenstore";': `xen,enhanced = "no-xenstore";

			shared-memory {
				compatible = "xen,domain-shared-memory-v1";
			};`,
      }),
    ));
});

describe('xen-dtb-module-compat', () => {
  it('without the string by which Xen registers modules', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'compatible = "multiboot,device-tree", "multiboot,module";': `compatible = "multiboot,device-tree";
//                              ^^^^^^^^^^ error[xen-dtb-module-compat]`,
      }),
    ));

  it('the strings in the other order', () =>
    checkNone(
      instead(DOM0LESS, {
        'compatible = "multiboot,device-tree", "multiboot,module";':
          'compatible = "multiboot,module", "multiboot,device-tree";',
      }),
    ));

  it('the older name for a module', () =>
    checkSilent(
      'xen-dtb-module-compat',
      instead(DOM0LESS, {
        'compatible = "multiboot,device-tree", "multiboot,module";':
          'compatible = "multiboot,device-tree", "xen,multiboot-module";',
      }),
    ));
});

describe('xen-enhanced-value', () => {
  it('a boolean', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,enhanced = "no-xenstore";': `xen,enhanced = <1>;
//                      ^^^^^^^^^^^^ warning[xen-enhanced-value]`,
      }),
    ));

  it('switched off', () =>
    checkNone(instead(DOM0LESS, { 'xen,enhanced = "no-xenstore";': 'xen,enhanced = "disabled";' })));
});

describe('xen-enhanced-no-xenstore', () => {
  it('the plain flag, and neither dom0 nor a Xenstore domain', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,enhanced = "no-xenstore";': `xen,enhanced;
//                      ^^^^^^^^^^^^ info[xen-enhanced-no-xenstore]`,
      }),
    ));

  it('a domain that runs Xenstore', () =>
    checkNone(
      instead(DOM0LESS, {
        'xen,enhanced = "no-xenstore";': 'xen,enhanced;',
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': `xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;
			capabilities = <4>;`,
      }),
    ));
});

describe('xen-dtb-module-spill', () => {
  it('a domain without a partial tree, before one with', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        '		domU1 {': `		domU0 {
//              ^^^^^ info[xen-dtb-module-spill]
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;
			module@9000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x9000000 0x0 0x1000000>;
			};
		};

		domU1 {`,
      }),
    ));

  it('the same without an IOMMU to get', () =>
    checkSilent(
      'xen-dtb-module-spill',
      instead(DOM0LESS, {
        '		domU1 {': `		domU0 {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;
			module@9000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x9000000 0x0 0x1000000>;
			};
		};

		domU1 {`,
        '#global-interrupts = <1>;': `#global-interrupts = <1>;
		status = "disabled";`,
      }),
    ));
});
