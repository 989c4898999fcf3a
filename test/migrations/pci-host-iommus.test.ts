// SPDX-License-Identifier: MIT
// `iommus` on a PCI host bridge that meant `iommu-map`: for Xen's grants, which the bridge itself cannot use.
import { describe, it } from 'vitest';
import { checkFix, checkNoFix } from '#test/support/check.ts';

const RULE = 'xen-grant-pci-iommus';

function board(compatible: string, binding: string): string {
  return `//- /board.dts platform:xen-domu
/dts-v1/;
/ {
	provider: provider {
		compatible = "${compatible}";
		#iommu-cells = <1>;
	};

	pcie {
		device_type = "pci";
		#address-cells = <3>;
		#size-cells = <2>;
		${binding}
	};
};
`;
}

describe('iommus on a PCI host bridge', () => {
  it('with grants is one backend for all functions', () =>
    checkFix(
      RULE,
      board('xen,grant-dma', 'iommus = <&provider 2>;'),
      board('xen,grant-dma', 'iommu-map = <0x0 &provider 2 0x1>;\n\t\tiommu-map-mask = <0x0>;'),
    ));

  it('beside a map stays for a person to decide', () =>
    checkNoFix(RULE, board('xen,grant-dma', 'iommus = <&provider 2>;\n\t\tiommu-map = <0x8 &provider 2 0x1>;')));
});
