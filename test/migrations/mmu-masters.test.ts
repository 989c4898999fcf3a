// SPDX-License-Identifier: MIT
// `mmu-masters` and `#stream-id-cells` become `iommus` on every master, or stay where that is not certain.
import { describe, it } from 'vitest';
import { checkFix, checkNoFix } from '#test/support/check.ts';

const RULE = 'smmu-legacy-mmu-masters';

function board(label: string, smmu: string, masters: string): string {
  return `/dts-v1/;
/ {
	${label}iommu {
		compatible = "arm,smmu-v1";
		#global-interrupts = <1>;
		interrupts = <1>, <2>;
		${smmu}
	};
${masters}};
`;
}

function master(name: string, binding: string): string {
  return `\n\t${name}: ${name}-engine {\n\t\tcompatible = "acme,${name}";\n\t\t${binding};\n\t};\n`;
}

describe('mmu-masters', () => {
  it('becomes iommus on every master, and #iommu-cells on the SMMU', () =>
    checkFix(
      RULE,
      board(
        '',
        'mmu-masters = <&dma 0x4 0x5>, <&net 0x10>;',
        master('dma', '#stream-id-cells = <2>') + master('net', '#stream-id-cells = <1>'),
      ),
      board(
        'smmu: ',
        '#iommu-cells = <1>;',
        master('dma', 'iommus = <&smmu 0x4>, <&smmu 0x5>') + master('net', 'iommus = <&smmu 0x10>'),
      ),
    ));

  it.each([
    ['a master that does not say its size', '<&dma 4>', master('dma', 'status = "okay"')],
    ['a master that is in the list twice', '<&dma 4>, <&dma 5>', master('dma', '#stream-id-cells = <1>')],
    ['a list that ends too early', '<&dma 4>', master('dma', '#stream-id-cells = <2>')],
    [
      'a PCI bridge',
      '<&pcie 4>',
      master('pcie', 'device_type = "pci"; #address-cells = <3>; #size-cells = <2>; #stream-id-cells = <1>'),
    ],
  ])('stays with %s', (_, value, masters) => checkNoFix(RULE, board('smmu: ', `mmu-masters = ${value};`, masters)));
});
