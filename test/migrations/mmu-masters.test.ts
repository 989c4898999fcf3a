// SPDX-License-Identifier: MIT
// `mmu-masters` and `#stream-id-cells` become `iommus` on every master, or stay where that is not certain.
import { describe, expect, it } from 'vitest';
import { checkFix, checkNoFix, diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';

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

const PCIE = (binding: string) =>
  `\n\tpcie: pcie {\n\t\tdevice_type = "pci";\n\t\t#address-cells = <3>;\n\t\t#size-cells = <2>;\n\t\t${binding};\n\t};\n`;

function messages(text: string): string {
  return diagnose(parseFixture(text), {})
    .problems.filter(({ rule }) => rule === RULE)
    .map(({ message }) => message)
    .join('\n');
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

  it('of a PCI bridge is a map of requester IDs, which is how Linux read it', () =>
    checkFix(
      RULE,
      board('smmu: ', 'mmu-masters = <&pcie 0>;', PCIE('#stream-id-cells = <1>')),
      board('smmu: ', '#iommu-cells = <1>;', PCIE('iommu-map = <0x0 &smmu 0x0 0x10000>')),
    ));

  it('keeps macros, comments and a disabled master', () =>
    checkFix(
      RULE,
      `#define DMA_SID 0x4\n${board('smmu: ', 'mmu-masters = <&dma DMA_SID>; /* one */', master('dma', 'status = "disabled"; #stream-id-cells = <1>'))}`,
      `#define DMA_SID 0x4\n${board('smmu: ', '#iommu-cells = <1>; /* one */', master('dma', 'status = "disabled"; iommus = <&smmu DMA_SID>'))}`,
    ));

  const TWO = (first: string, second: string, masters: string) =>
    board(
      'smmu: ',
      first,
      `\n${board('', second, '').split('\n').slice(2, 8).join('\n').replace('iommu {', 'other: iommu-2 {')}\n${masters}`,
    );

  it('of several SMMUs is converted at once, because Linux takes one form for all', () =>
    checkFix(
      RULE,
      TWO(
        'mmu-masters = <&dma 0x4>;',
        'mmu-masters = <&net 0x5>;',
        master('dma', '#stream-id-cells = <1>') + master('net', '#stream-id-cells = <1>'),
      ),
      TWO(
        '#iommu-cells = <1>;',
        '#iommu-cells = <1>;',
        master('dma', 'iommus = <&smmu 0x4>') + master('net', 'iommus = <&other 0x5>'),
      ),
    ));

  it('beside an SMMU that has the present binding', () =>
    checkFix(
      'smmu-mixed-bindings',
      TWO('mmu-masters = <&dma 0x4>;', '#iommu-cells = <1>;', master('dma', '#stream-id-cells = <1>')),
      TWO('#iommu-cells = <1>;', '#iommu-cells = <1>;', master('dma', 'iommus = <&smmu 0x4>')),
    ));

  it('in a shared file changes nothing in the board', () => {
    const shared = (smmu: string, dma: string) =>
      `//- /board.dts\n/dts-v1/;\n#include "soc.dtsi"\n\n&dma {\n\tstatus = "disabled";\n};\n//- /soc.dtsi\n${board('', smmu, master('dma', dma)).replace('/dts-v1/;\n', '')}`;
    checkFix(
      RULE,
      shared('mmu-masters = <&dma 0x4>;', '#stream-id-cells = <1>'),
      shared('#iommu-cells = <1>;', 'iommus = <&smmu 0x4>').replace('iommu {', 'smmu: iommu {'),
    );
  });

  it.each([
    [
      'a master that does not say its size',
      '<&dma 4>',
      master('dma', 'status = "okay"'),
      '`/dma-engine` has no `#stream-id-cells`',
    ],
    [
      'a master that has `iommus`',
      '<&dma 4>',
      master('dma', '#stream-id-cells = <1>; iommus = <&smmu 4>'),
      '`/dma-engine` has `iommus` already',
    ],
    ['a list that ends too early', '<&dma 4>', master('dma', '#stream-id-cells = <2>'), 'ends before the last ID'],
  ])('stays with %s', (_, value, masters, reason) => {
    const text = board('smmu: ', `mmu-masters = ${value};`, masters);
    checkNoFix(RULE, text);
    expect(messages(text)).toContain(reason);
  });

  it('stays with a master that two SMMUs list', () => {
    const text = TWO('mmu-masters = <&dma 4>;', 'mmu-masters = <&dma 5>;', master('dma', '#stream-id-cells = <1>'));
    checkNoFix(RULE, text);
    expect(messages(text)).toContain('`/iommu` and `/iommu-2` both list `/dma-engine`, and a device has one SMMU');
  });

  it('stays where the board has one half and a shared file the other', () => {
    const text = `//- /board.dts\n/dts-v1/;\n#include "soc.dtsi"\n\n&dma {\n\t#stream-id-cells = <1>;\n};\n//- /soc.dtsi\n${board('smmu: ', 'mmu-masters = <&dma 4>;', master('dma', 'status = "okay"')).replace('/dts-v1/;\n', '')}`;
    checkNoFix(RULE, text);
    expect(messages(text)).toContain('partly in the board file');
  });
});
