// SPDX-License-Identifier: MIT
// Rules about the link between a Xen host and the partial trees of its domains.
import { describe, expect, it } from 'vitest';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent, diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { instead, SYSTEM } from '#test/support/xen-boards.ts';

describe('xen-domain-not-in-tree', () => {
  it('a domain of another name', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        '		domU1 {': '		network {',
        '	chosen {': `	chosen {
//      ^^^^^^ warning[xen-domain-not-in-tree]`,
      }),
      only('xen-domain-not-in-tree'),
    ));

  it('a domain that the boot loader makes', () =>
    checkSilent('xen-domain-not-in-tree', instead(SYSTEM, { 'domain:/chosen/domU1': 'domain:' })));
});

describe('xen-dtb-module-missing', () => {
  it('a ramdisk in its place', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        '		domU1 {': `		domU1 {
//              ^^^^^ warning[xen-dtb-module-missing]`,
        [`module@5000000 {
				compatible = "multiboot,device-tree", "multiboot,module";`]: `module@5000000 {
				compatible = "multiboot,ramdisk", "multiboot,module";`,
      }),
      only('xen-dtb-module-missing'),
    ));

  it('no module yet: the boot loader may add them', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        '		domU1 {': `		domU1 {
//              ^^^^^ info[xen-dtb-module-missing]`,
        [`module@5000000 {
				compatible = "multiboot,device-tree", "multiboot,module";
				reg = <0x0 0x5000000 0x0 0x10000>;
			};

			module@49000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x49000000 0x0 0x1000000>;
			};`]: '/* By U-Boot. */',
      }),
      only('xen-dtb-module-missing'),
    ));

  it('a domain that the project has no tree for', () =>
    checkSilent(
      'xen-dtb-module-missing',
      instead(SYSTEM, {
        'domain:/chosen/domU1': 'domain:',
        [`module@5000000 {
				compatible = "multiboot,device-tree", "multiboot,module";`]: `module@5000000 {
				compatible = "multiboot,ramdisk", "multiboot,module";`,
      }),
    ));
});

describe('xen-grant-dma-needs-enhanced', () => {
  it('grants in a domain that Xen gives no grant table', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};`]: `xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};

		xen_iommu: xen-iommu {
//                         ^^^^^^^^^ 💡 error[xen-grant-dma-needs-enhanced]
			compatible = "xen,grant-dma";
			#iommu-cells = <1>;
		};
`,
      }),
    ));

  it(`a domain with Xen's services, for which dom0 has Xenstore`, () =>
    checkNone(
      instead(SYSTEM, {
        [`xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};`]: `xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};

		xen_iommu: xen-iommu {
			compatible = "xen,grant-dma";
			#iommu-cells = <1>;
		};
`,
        [`memory = <0x0 0x40000>;

			module@6000000`]: `memory = <0x0 0x40000>;
			xen,enhanced;

			module@6000000`,
      }),
    ));
});

describe('xen-partial-no-passthrough', () => {
  it('the frame of the second domain has another name', () => {
    const at = SYSTEM.indexOf('passthrough {', SYSTEM.indexOf('//- /domU2.dts'));
    const board = `${SYSTEM.slice(0, at)}devices {${SYSTEM.slice(at + 'passthrough {'.length)}`;
    const { problems } = diagnose(parseFixture(board), only('xen-partial-no-passthrough'));
    expect(problems.map(({ message, span }) => `${span.file}: ${message}`)).toEqual([
      '/domU2.dts: The partial tree of domU2 has no `/passthrough`, so Xen copies no device from it.',
    ]);
  });

  it('capital letters are the same to Xen', () => {
    const at = SYSTEM.indexOf('passthrough {', SYSTEM.indexOf('//- /domU2.dts'));
    const board = `${SYSTEM.slice(0, at)}PASSTHROUGH {${SYSTEM.slice(at + 'passthrough {'.length)}`;
    checkSilent('xen-partial-no-passthrough', board);
  });
});
