// SPDX-License-Identifier: MIT
// Rules about the interrupts of assigned devices.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkNone } from '#test/support/check.ts';
import { instead, SYSTEM } from '#test/support/xen-boards.ts';

describe('xen-partial-interrupts-differ', () => {
  it(`another interrupt than the host's`, () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`]: `interrupts = <0 49 4>;
//                                      ^^ 💡 warning[xen-partial-interrupts-differ]
			xen,path = "/soc/mmc@ff160000";`,
      }),
    ));

  it(`fewer than the host's, and another trigger`, () =>
    checkNone(
      instead(SYSTEM, {
        [`interrupts = <0 48 4>;
			iommus`]: `interrupts = <0 48 4>, <0 49 4>;
			iommus`,
        [`interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`]: `interrupts = <0 49 1>;
			xen,path = "/soc/mmc@ff160000";`,
      }),
    ));

  it('a device of the host whose interrupts go through another controller', () =>
    checkNone(
      instead(SYSTEM, {
        [`interrupts = <0 48 4>;
			iommus`]: `interrupt-parent = <&irqc>;
			interrupts = <3 4>;
			iommus`,
        '		usb@fe200000 {': `		irqc: interrupt-controller@fe100000 {
			compatible = "renesas,irqc";
			reg = <0x0 0xfe100000 0x0 0x200>;
			interrupt-controller;
			#interrupt-cells = <2>;
			interrupts = <0 3 4>;
		};

		usb@fe200000 {`,
      }),
    ));
});

describe('xen-passthrough-ppi', () => {
  it('a private interrupt', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`interrupts = <0 48 4>;
			iommus`]: `interrupts = <1 9 4>;
			iommus`,
        [`interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`]: `xen,path = "/soc/mmc@ff160000";
//                      ^^^^^^^^ error[xen-passthrough-ppi]`,
      }),
    ));

  it('an SPI with the number of a private one', () =>
    checkNone(
      instead(SYSTEM, {
        [`interrupts = <0 48 4>;
			iommus`]: `interrupts = <0 9 4>;
			iommus`,
        [`interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`]: `interrupts = <0 9 4>;
			xen,path = "/soc/mmc@ff160000";`,
      }),
    ));
});

describe('xen-vpl011-irq-clash', () => {
  it('the card has the interrupt of the virtual UART', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`memory = <0x0 0x40000>;

			module@6000000 {`]: `memory = <0x0 0x40000>;
			vpl011;
//                      ^^^^^^ warning[xen-vpl011-irq-clash]

			module@6000000 {`,
        [`interrupts = <0 48 4>;
			iommus`]: `interrupts = <0 0 4>;
			iommus`,
        [`interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`]: `interrupts = <0 0 4>;
			xen,path = "/soc/mmc@ff160000";`,
      }),
    ));

  it('the other domain has the virtual UART', () =>
    checkNone(
      instead(SYSTEM, {
        [`memory = <0x0 0x40000>;

			module@5000000 {`]: `memory = <0x0 0x40000>;
			vpl011;

			module@5000000 {`,
        [`interrupts = <0 48 4>;
			iommus`]: `interrupts = <0 0 4>;
			iommus`,
        [`interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";`]: `interrupts = <0 0 4>;
			xen,path = "/soc/mmc@ff160000";`,
      }),
    ));
});
