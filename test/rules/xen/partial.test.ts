// SPDX-License-Identifier: MIT
// Rules about a partial device tree by itself: its frame, and the devices in it.
import { describe, it } from 'vitest';
import { CATALOGUE } from '#rules/index.ts';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent } from '#test/support/check.ts';
import { instead, PARTIAL } from '#test/support/xen-boards.ts';

describe('xen-partial-bus-props', () => {
  it('a frame without `ranges`', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        [`	passthrough {
		compatible = "simple-bus";
		ranges;`]: `	passthrough {
//      ^^^^^^^^^^^ warning[xen-partial-bus-props]
		compatible = "simple-bus";`,
      }),
      only('xen-partial-bus-props'),
    ));

  it('a bus with a name of its own as well', () =>
    checkNone(instead(PARTIAL, { 'compatible = "simple-bus";': 'compatible = "vendor,bus", "simple-bus";' })));
});

describe('xen-partial-iommus', () => {
  it('`iommus` by number, as the host has it', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'xen,path = "/soc/ethernet@ff0e0000";': `iommus = <0x1 0x877>;
//                      ^^^^^^ 💡 warning[xen-partial-iommus]
			xen,path = "/soc/ethernet@ff0e0000";`,
      }),
      only('xen-partial-iommus'),
    ));

  it('`iommus` to the grants of the partial tree', () =>
    checkNone(
      instead(PARTIAL, {
        'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;': `xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;
		};

		xen_iommu: xen-iommu {
			compatible = "xen,grant-dma";
			#iommu-cells = <1>;
		};

		virtio@2000000 {
			compatible = "virtio,mmio";
			reg = <0x0 0x2000000 0x0 0x200>;
			interrupt-parent = <&gic>;
			interrupts = <0 1 1>;
			iommus = <&xen_iommu 1>;
			dma-coherent;`,
      }),
    ));
});

describe('xen-partial-dangling', () => {
  it('a clock that stays outside', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        [`	passthrough {
		compatible`]: `	pll: pll {
		compatible = "fixed-clock";
		#clock-cells = <0>;
		clock-frequency = <50000000>;
	};

	passthrough {
		compatible`,
        'clocks = <&gem_clk>;': `clocks = <&pll>;
//                                ^^^^ error[xen-partial-dangling]`,
      }),
    ));

  it('a clock inside, an alias outside', () => checkNone(PARTIAL));
});

describe('xen-partial-gic-name', () => {
  it('a controller with an address', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'gic: gic {': 'gic: gic@3001000 {',
        [`interrupt-parent = <&gic>;
			interrupts = <0 63 4>;`]: `interrupt-parent = <&gic>;
//                                          ^^^^ error[xen-partial-gic-name]
			interrupts = <0 63 4>;`,
        [`interrupt-parent = <&gic>;
			interrupts = <0 21 4>;`]: `interrupt-parent = <&gic>;
//                                          ^^^^ error[xen-partial-gic-name]
			interrupts = <0 21 4>;`,
      }),
      only('xen-partial-gic-name'),
    ));

  it('a device that is its own controller below', () =>
    checkSilent(
      'xen-partial-gic-name',
      instead(PARTIAL, {
        'interrupts = <0 63 4>;': `interrupts = <0 63 4>;
			interrupt-controller;
			#interrupt-cells = <1>;`,
      }),
    ));
});

describe('xen-partial-interrupt-parent', () => {
  it('a device that counts on the root', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        [`		serial@10000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0x10000000 0x0 0x1000>;
			interrupt-parent = <&gic>;`]: `		serial@10000000 {
//              ^^^^^^^^^^^^^^^ 💡 error[xen-partial-interrupt-parent]
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0x10000000 0x0 0x1000>;`,
      }),
      only('xen-partial-interrupt-parent'),
    ));

  it('the parent of the whole frame', () =>
    checkNone(
      instead(PARTIAL, {
        'compatible = "simple-bus";': `compatible = "simple-bus";
		interrupt-parent = <&gic>;`,
        [`			interrupt-parent = <&gic>;
			interrupts = <0 21 4>;`]: '			interrupts = <0 21 4>;',
      }),
    ));
});

describe('xen-phandle-reserved', () => {
  it('the phandle that Xen gives to its controller', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        '#interrupt-cells = <3>;': `#interrupt-cells = <3>;
		phandle = <0xfde8>;
//              ^^^^^^^ error[xen-phandle-reserved]`,
      }),
      only('xen-phandle-reserved'),
    ));

  it('a small one', () =>
    checkNone(
      instead(PARTIAL, {
        '#interrupt-cells = <3>;': `#interrupt-cells = <3>;
		phandle = <0x100>;`,
      }),
    ));
});

describe('xen-props-misplaced', () => {
  it('an assignment beside the frame', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        '	aliases {': `	timer@ff110000 {
		compatible = "cdns,ttc";
		xen,path = "/soc/timer@ff110000";
//              ^^^^^^^^ warning[xen-props-misplaced]
	};

	aliases {`,
      }),
    ));

  it('an assignment below a bus of the frame', () =>
    checkNone(
      instead(PARTIAL, {
        '		serial@10000000 {': `		bus {
			compatible = "simple-bus";
			#address-cells = <2>;
			#size-cells = <2>;
			ranges;
			interrupt-parent = <&gic>;

			spi@ff040000 {
				reg = <0x0 0xff040000 0x0 0x1000>;
				interrupts = <0 19 4>;
				xen,path = "/soc/spi@ff040000";
				xen,reg = <0x0 0xff040000 0x0 0x1000 0x0 0xff040000>;
			};
		};

		serial@10000000 {`,
      }),
    ));
});

describe('xen-reg-path-pair', () => {
  it('a path without registers', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        [`xen,path = "/soc/serial@ff000000";
			xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;`]: `xen,path = "/soc/serial@ff000000";
//                      ^^^^^^^^ error[xen-reg-path-pair]`,
      }),
    ));

  it('registers by force, without a path', () =>
    checkSilent(
      'xen-reg-path-pair',
      instead(PARTIAL, { 'xen,path = "/soc/serial@ff000000";': 'xen,force-assign-without-iommu;' }),
    ));
});

describe('xen-force-without-reg', () => {
  it('force and nothing else', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'clock-frequency = <125000000>;': `clock-frequency = <125000000>;
			xen,force-assign-without-iommu;
//                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[xen-force-without-reg]`,
      }),
    ));

  it('force on an assignment', () =>
    checkSilent(
      'xen-force-without-reg',
      instead(PARTIAL, {
        'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;': `xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;
			xen,force-assign-without-iommu;`,
      }),
    ));
});

describe('xen-force-assign-unsafe', () => {
  it('said where the host is not known', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;': `xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;
			xen,force-assign-without-iommu;
//                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info[xen-force-assign-unsafe]`,
      }),
    ));

  it('not without force', () => checkSilent('xen-force-assign-unsafe', PARTIAL));
});

describe('xen-reg-cells', () => {
  it('a device on a bus without sizes', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        '		serial@10000000 {': `		spi {
			#address-cells = <1>;
			#size-cells = <0>;

			flash@0 {
				reg = <0>;
				xen,path = "/soc/spi/flash@0";
				xen,reg = <0xff040000 0xff040000>;
//                              ^^^^^^^ error[xen-reg-cells]
			};
		};

		serial@10000000 {`,
      }),
      only('xen-reg-cells'),
    ));

  it('a bus with one cell each', () =>
    checkSilent(
      'xen-reg-cells',
      instead(PARTIAL, {
        '		serial@10000000 {': `		bus {
			#address-cells = <1>;
			#size-cells = <1>;
			ranges = <0x0 0x0 0x0 0x0 0x1 0x0>;

			spi@ff040000 {
				reg = <0xff040000 0x1000>;
				xen,path = "/soc/spi@ff040000";
				xen,reg = <0xff040000 0x1000 0xff040000>;
			};
		};

		serial@10000000 {`,
      }),
    ));
});

describe('xen-reg-length', () => {
  it('a mapping that lacks a cell', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;': `xen,reg = <0x0 0xff000000 0x0 0x1000 0x10000000>;
//                      ^^^^^^^ error[xen-reg-length]`,
      }),
    ));

  // handle_passthrough_prop maps nothing then, and goes on to the interrupts and the IOMMU.
  it('none at all', () =>
    checkSilent(
      'xen-reg-length',
      instead(PARTIAL, { 'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;': 'xen,reg;' }),
    ));

  it('two mappings', () =>
    checkNone(
      instead(PARTIAL, {
        'reg = <0x0 0xff0e0000 0x0 0x1000>;': 'reg = <0x0 0xff0e0000 0x0 0x1000>, <0x0 0xff0f0000 0x0 0x1000>;',
        'xen,reg = <0x0 0xff0e0000 0x0 0x1000 0x0 0xff0e0000>;':
          'xen,reg = <0x0 0xff0e0000 0x0 0x1000 0x0 0xff0e0000>, <0x0 0xff0f0000 0x0 0x1000 0x0 0xff0f0000>;',
      }),
    ));
});

describe('xen-reg-unaligned', () => {
  it('the registers alone, not their page', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;': `xen,reg = <0x0 0xff000000 0x0 0x48 0x0 0x10000000>;
//                      ^^^^^^^ error[xen-reg-unaligned]`,
      }),
      only('xen-reg-unaligned'),
    ));

  it('`reg` of a few bytes in the page', () =>
    checkNone(instead(PARTIAL, { 'reg = <0x0 0x10000000 0x0 0x1000>;': 'reg = <0x0 0x10000000 0x0 0x48>;' })));
});

describe('xen-reg-vs-reg', () => {
  it(`the address of the host in place of the guest's`, () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'reg = <0x0 0x10000000 0x0 0x1000>;': `reg = <0x0 0xff000000 0x0 0x1000>;
//                      ^^^ warning[xen-reg-vs-reg]`,
      }),
    ));

  it('a part of the mapping', () =>
    checkNone(instead(PARTIAL, { 'reg = <0x0 0x10000000 0x0 0x1000>;': 'reg = <0x0 0x10000100 0x0 0x100>;' })));
});

describe('xen-reg-guest-overlap', () => {
  it('two devices at one guest address', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;': `xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0xff0e0000>;
//                      ^^^^^^^ warning[xen-reg-guest-overlap]`,
      }),
      only('xen-reg-guest-overlap'),
    ));

  it('two functions of one block, mapped alike', () =>
    checkNone(
      instead(PARTIAL, {
        'reg = <0x0 0x10000000 0x0 0x1000>;': 'reg = <0x0 0xff0e0800 0x0 0x100>;',
        'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;':
          'xen,reg = <0x0 0xff0e0000 0x0 0x1000 0x0 0xff0e0000>;',
      }),
    ));
});

describe('xen-path-invalid', () => {
  it('an alias', () =>
    checkDiagnostics(
      instead(PARTIAL, {
        'xen,path = "/soc/serial@ff000000";': `xen,path = "serial0";
//                      ^^^^^^^^ error[xen-path-invalid]`,
      }),
    ));

  it('a path with a unit address', () => checkNone(PARTIAL));
});

describe('a partial tree without a controller', () => {
  const tree = (root: string, device: string) => `/ {
	#address-cells = <2>;
	#size-cells = <2>;
	${root}
	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <2>;
		gpu@fd000000 {
			compatible = "vendor,gpu";
			reg = <0 0xfd000000 0 0x10000>;
			${device}
		};
	};
};`;

  // xl (docs/misc/arm/passthrough.txt) and dom0less give the root `interrupt-parent = <65000>`: GUEST_PHANDLE_GIC.
  it.each([
    ['the phandle that the toolstack gives its own', '', 'interrupt-parent = <65000>; interrupts = <0 119 4>;'],
    ['that of the root', '', 'interrupts = <0 119 4>;'],
    ['the phandle at the root', 'interrupt-parent = <0xfde8>;', 'interrupts = <0 119 4>;'],
    ['the phandle in an entry', '', 'interrupts-extended = <65000 0 119 4>;'],
  ])('uses %s', (_title, root, device) => checkNone(tree(root, device), { rules: CATALOGUE }));

  it('another phandle is that of no node', () => {
    checkDiagnostics(
      tree(
        '',
        `interrupt-parent = <65002>;
//			^^^^^^^^^^^^^^^^ warning[dtc/interrupts_property]
			interrupts = <0 119 4>;`,
      ),
      { rules: CATALOGUE },
    );
  });
});
