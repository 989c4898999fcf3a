// SPDX-License-Identifier: MIT
// Rules about grants as the IOMMU of virtio devices: the node, the domains that it names, and who uses it.
import { describe, it } from 'vitest';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent } from '#test/support/check.ts';
import { configured, platform } from '#test/support/reports.ts';
import { GUEST, instead } from '#test/support/xen-boards.ts';

/** The stub alone, in a guest's kernel that has exactly these symbols. */
function kernel(...symbols: readonly string[]) {
  return {
    ...only('xen-grant-stub-needed'),
    platform: platform(configured(...symbols.map((symbol) => `${symbol}=y`))),
  };
}

describe('xen-grant-cells', () => {
  it('two cells', () =>
    checkDiagnostics(
      instead(GUEST, {
        [`		compatible = "xen,grant-dma";
		#iommu-cells = <1>;`]: `		compatible = "xen,grant-dma";
		#iommu-cells = <2>;
//              ^^^^^^^^^^^^ 💡 error[xen-grant-cells]`,
      }),
      only('xen-grant-cells'),
    ));

  it('two cells of another IOMMU', () =>
    checkSilent(
      'xen-grant-cells',
      instead(GUEST, {
        [`iommus = <&grants 2>;
		dma-coherent;`]: `iommus = <&grants 2>;
		dma-coherent;
	};

	viommu: virtio@2000400 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000400 0x0 0x200>;
		interrupts = <0 3 0xf01>;
		dma-coherent;
		#iommu-cells = <2>;`,
      }),
    ));
});

describe('xen-grant-extra-props', () => {
  it('registers', () =>
    checkDiagnostics(
      instead(GUEST, {
        '#iommu-cells = <1>;': `#iommu-cells = <1>;
		reg = <0x0 0x0 0x0 0x0>;
//              ^^^ 💡 warning[xen-grant-extra-props]`,
      }),
      only('xen-grant-extra-props'),
    ));

  it('the phandle that the toolstack writes', () =>
    checkNone(
      instead(GUEST, {
        '#iommu-cells = <1>;': `#iommu-cells = <1>;
		phandle = <0xfde9>;`,
      }),
    ));
});

describe('xen-hypervisor-node', () => {
  it('no event channel', () =>
    checkDiagnostics(
      instead(GUEST, {
        [`	hypervisor {
		compatible = "xen,xen-4.19", "xen,xen";
		reg = <0x0 0x38000000 0x0 0x1000000>;
		interrupts = <1 15 0xf08>;`]: `	hypervisor {
//      ^^^^^^^^^^ error[xen-hypervisor-node]
		compatible = "xen,xen-4.19", "xen,xen";
		reg = <0x0 0x38000000 0x0 0x1000000>;`,
      }),
    ));

  // xen_guest_init: without xen_grant_frames it maps ballooned pages.
  it('no place for the grant table', () =>
    checkDiagnostics(
      instead(GUEST, {
        [`	hypervisor {
		compatible = "xen,xen-4.19", "xen,xen";
		reg = <0x0 0x38000000 0x0 0x1000000>;`]: `	hypervisor {
//      ^^^^^^^^^^ warning[xen-hypervisor-node]
		compatible = "xen,xen-4.19", "xen,xen";`,
      }),
    ));

  it('the `/hypervisor` of another hypervisor', () =>
    checkSilent(
      'xen-hypervisor-node',
      instead(GUEST, {
        [`compatible = "xen,xen-4.19", "xen,xen";
		reg = <0x0 0x38000000 0x0 0x1000000>;
		interrupts = <1 15 0xf08>;`]: 'compatible = "example,hypervisor";',
      }),
    ));
});

describe('xen-grant-stub-needed', () => {
  it('a kernel with Xen and without virtio for it', () =>
    checkDiagnostics(
      instead(GUEST, {
        '	grants: xen_iommu {': `	grants: xen_iommu {
//              ^^^^^^^^^ info[xen-grant-stub-needed]`,
      }),
      kernel('XEN'),
    ));

  it('a kernel with CONFIG_XEN_VIRTIO, which selects the stub', () =>
    checkNone(GUEST, kernel('XEN', 'XEN_VIRTIO', 'XEN_GRANT_DMA_IOMMU')));
});

describe('xen-grant-not-first', () => {
  it('an IOMMU before the grants', () =>
    checkDiagnostics(
      instead(GUEST, {
        'iommus = <&grants 1>;': `iommus = <&viommu 4>, <&grants 1>;
//                                     ^^^^^^^ error[xen-grant-not-first]`,
        [`iommus = <&grants 2>;
		dma-coherent;`]: `iommus = <&grants 2>;
		dma-coherent;
	};

	viommu: virtio@2000400 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000400 0x0 0x200>;
		interrupts = <0 3 0xf01>;
		dma-coherent;
		#iommu-cells = <1>;`,
      }),
      only('xen-grant-not-first'),
    ));

  it('an IOMMU alone', () =>
    checkSilent(
      'xen-grant-not-first',
      instead(GUEST, {
        'iommus = <&grants 1>;': 'iommus = <&viommu 4>;',
        [`iommus = <&grants 2>;
		dma-coherent;`]: `iommus = <&grants 2>;
		dma-coherent;
	};

	viommu: virtio@2000400 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000400 0x0 0x200>;
		interrupts = <0 3 0xf01>;
		dma-coherent;
		#iommu-cells = <1>;`,
      }),
    ));
});

describe('xen-grant-domid-range', () => {
  it('DOMID_SELF', () =>
    checkDiagnostics(
      instead(GUEST, {
        'iommus = <&grants 1>;': `iommus = <&grants 0x7ff0>;
//                                ^^^^^^ error[xen-grant-domid-range]`,
      }),
    ));

  it('the last domain that there can be', () =>
    checkNone(instead(GUEST, { 'iommus = <&grants 1>;': 'iommus = <&grants 0x7fef>;' })));
});

describe('xen-grant-dma-domid-zero', () => {
  it('a backend in dom0', () =>
    checkDiagnostics(
      instead(GUEST, {
        'iommus = <&grants 1>;': `iommus = <&grants 0x0>;
//                                ^^^ info[xen-grant-dma-domid-zero]`,
      }),
    ));

  it('PCI functions that dom0 serves', () =>
    checkNone(
      instead(GUEST, {
        'iommu-map = <0x8 &grants 0x1 0x1>, <0x10 &grants 0x2 0x1>;': 'iommu-map = <0x8 &grants 0x0 0x1>;',
      }),
    ));
});

describe('xen-grant-non-virtio', () => {
  it('a device that is assigned, not served', () =>
    checkDiagnostics(
      instead(GUEST, {
        [`iommus = <&grants 2>;
		dma-coherent;`]: `iommus = <&grants 2>;
		dma-coherent;
	};

	serial@22000000 {
		compatible = "arm,pl011", "arm,primecell";
		reg = <0x0 0x22000000 0x0 0x1000>;
		iommus = <&grants 1>;
//                        ^^^^^^^ warning[xen-grant-non-virtio]`,
      }),
      only('xen-grant-non-virtio'),
    ));

  it('virtio of a type that the toolstack names in a child', () =>
    checkNone(
      instead(GUEST, {
        [`iommus = <&grants 2>;
		dma-coherent;`]: `iommus = <&grants 2>;
		dma-coherent;

		i2c {
			compatible = "virtio,device22";
		};`,
      }),
    ));
});

describe('xen-grant-no-dma-coherent', () => {
  it('a device that Linux takes for non-coherent', () =>
    checkDiagnostics(
      instead(GUEST, {
        [`	virtio@2000000 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000000 0x0 0x200>;
		interrupts = <0 1 0xf01>;
		iommus = <&grants 1>;
		dma-coherent;`]: `	virtio@2000000 {
//      ^^^^^^^^^^^^^^ 💡 warning[xen-grant-no-dma-coherent]
		compatible = "virtio,mmio";
		reg = <0x0 0x2000000 0x0 0x200>;
		interrupts = <0 1 0xf01>;
		iommus = <&grants 1>;`,
      }),
      only('xen-grant-no-dma-coherent'),
    ));

  it('the whole guest is coherent', () =>
    checkSilent(
      'xen-grant-no-dma-coherent',
      instead(GUEST, {
        'compatible = "xen,xenvm-4.19", "xen,xenvm";': `compatible = "xen,xenvm-4.19", "xen,xenvm";
	dma-coherent;`,
        [`iommus = <&grants 1>;
		dma-coherent;`]: 'iommus = <&grants 1>;',
      }),
    ));
});

describe('xen-grant-map-linear', () => {
  it('one entry for all functions', () =>
    checkDiagnostics(
      instead(GUEST, {
        'iommu-map = <0x8 &grants 0x1 0x1>, <0x10 &grants 0x2 0x1>;': `iommu-map = <0x0 &grants 0x1 0x100>;
//                               ^^^^^^^ error[xen-grant-map-linear]`,
      }),
    ));

  it('one entry for all, with all but one ID masked', () =>
    checkNone(
      instead(GUEST, {
        'iommu-map = <0x8 &grants 0x1 0x1>, <0x10 &grants 0x2 0x1>;': `iommu-map = <0x0 &grants 0x1 0x10000>;
		iommu-map-mask = <0x0>;`,
      }),
    ));
});

describe('xen-grant-pci-iommus', () => {
  it('on the bridge', () =>
    checkDiagnostics(
      instead(GUEST, {
        'iommu-map = <0x8 &grants 0x1 0x1>, <0x10 &grants 0x2 0x1>;': `iommus = <&grants 1>;
//              ^^^^^^ 💡 warning[xen-grant-pci-iommus]`,
      }),
      only('xen-grant-pci-iommus'),
    ));

  it('by `iommu-map`', () => checkNone(GUEST));
});

describe('xen-grant-mixed', () => {
  it('one device without grants', () =>
    checkDiagnostics(
      instead(GUEST, {
        [`	virtio@2000200 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000200 0x0 0x200>;
		interrupts = <0 2 0xf01>;
		iommus = <&grants 2>;`]: `	virtio@2000200 {
//      ^^^^^^^^^^^^^^ info[xen-grant-mixed]
		compatible = "virtio,mmio";
		reg = <0x0 0x2000200 0x0 0x200>;
		interrupts = <0 2 0xf01>;`,
      }),
    ));

  it('a disabled one', () =>
    checkNone(
      instead(GUEST, {
        [`interrupts = <0 2 0xf01>;
		iommus = <&grants 2>;`]: `interrupts = <0 2 0xf01>;
		status = "disabled";`,
      }),
    ));
});
