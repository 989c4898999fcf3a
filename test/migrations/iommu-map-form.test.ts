// SPDX-License-Identifier: MIT
// `iommu-map` towards an IOMMU of two cells: into the form of Linux 7.2, and only for it.
import { describe, it } from 'vitest';
import { checkFix, checkNoFix } from '#test/support/check.ts';

function board(map: string, kernel: string): string {
  return `//- /board.dts kernel:${kernel}
/dts-v1/;
/ {
	smmu: iommu {
		compatible = "arm,mmu-500";
		#iommu-cells = <2>;
		#global-interrupts = <1>;
		interrupts = <1>, <2>;
	};

	pcie {
		device_type = "pci";
		#address-cells = <3>;
		#size-cells = <2>;
		iommu-map = ${map};
	};
};
`;
}

const OLD = '<0x0 &smmu 0x1400 0x1>, <0x100 &smmu 0x1401 0x1>';
const NEW = '<0x0 &smmu 0x1400 0x0 0x1>, <0x100 &smmu 0x1401 0x0 0x1>';

describe('iommu-map', () => {
  it('gets all output cells on 7.2', () => checkFix('iommu-map-cells-mismatch', board(OLD, '7.2'), board(NEW, '7.2')));

  it('on 7.2 gets an entry for each ID of a short range', () =>
    checkFix(
      'iommu-map-length',
      board('<0x8 &smmu 0x1400 0x2>', '7.2'),
      board('<0x8 &smmu 0x1400 0x0 0x1>,\n\t\t\t    <0x9 &smmu 0x1401 0x0 0x1>', '7.2'),
    ));

  it('on 7.2 stays for a person to decide where a range is long', () =>
    checkNoFix('iommu-map-length', board('<0x0 &smmu 0x1400 0x100>', '7.2')));

  it('stays as it is on older kernels, which read one', () =>
    checkNoFix('iommu-map-cells-mismatch', board('<0x0 &smmu 0x1400 0x10>', '6.12')));

  it('goes back to one output cell for older kernels', () =>
    checkFix('iommu-map-length', board(NEW, '6.12'), board(OLD, '6.12')));

  it('goes back also where its length happens to be a multiple of four', () => {
    const four = (entry: (n: number) => string) => Array.from({ length: 4 }, (_, n) => entry(n)).join(', ');
    checkFix(
      'iommu-map-length',
      board(
        four((n) => `<0x${n} &smmu 0x${n} 0x0 0x1>`),
        '6.12',
      ),
      board(
        four((n) => `<0x${n} &smmu 0x${n} 0x1>`),
        '6.12',
      ),
    );
  });

  it('stays where an output cell says more than 0', () =>
    checkNoFix('iommu-map-length', board('<0x0 &smmu 0x1400 0xf 0x1>', '6.12')));
});
