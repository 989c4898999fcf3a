// SPDX-License-Identifier: MIT
// Migrations beside the one of Xen's grants: each form is converted, and what is not certain stays, with the reason.
import { describe, expect, it } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { checkFix, checkNoFix, checkNone, diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';
import {
  bridgeBoard,
  busBoard,
  codecBoard,
  functionBoard,
  GPIO,
  idBoard,
  LARB,
  MEMORY_CLIENTS,
  mapBoard,
  master,
  ON_BUS,
  ON_FUNCTION,
  SIBLINGS,
  smmuBoard,
  TEGRA_CELLS,
  TEGRA_SMMU,
  tegraBoard,
  tegraMaster,
  tegraSerial,
  twoSmmus,
} from './siblings.ts';

describe('is converted', () => {
  it.each(SIBLINGS)('$title', ({ rule, before, after }) => checkFix(rule, before, after));
});

function messages(rule: string, text: string): string[] {
  return diagnose(parseFixture(text), {})
    .problems.filter((problem) => problem.rule === rule)
    .map(({ message }) => message);
}

describe('mmu-masters stays, and the message says why', () => {
  const list = (value: string, masters: string) => smmuBoard('smmu: ', `mmu-masters = ${value};`, masters);

  it.each([
    [
      '`/dma-engine` has `iommus` already',
      list('<&dma 4>', master('dma', '#stream-id-cells = <1>; iommus = <&smmu 4>')),
    ],
    [
      '`/iommu` and `/iommu-2` both list `/dma-engine`, and a device has one SMMU',
      twoSmmus('mmu-masters = <&dma 4>;', 'mmu-masters = <&dma 5>;', master('dma', '#stream-id-cells = <1>')),
    ],
    [
      'partly in the board file',
      `//- /board.dts\n/dts-v1/;\n#include "soc.dtsi"\n\n&dma {\n\t#stream-id-cells = <1>;\n};\n//- /soc.dtsi\n${list('<&dma 4>', master('dma', 'status = "okay"')).replace('/dts-v1/;\n', '')}`,
    ],
  ])('%s', (reason, text) => {
    checkNoFix('smmu-legacy-mmu-masters', text);
    expect(messages('smmu-legacy-mmu-masters', text).join('\n')).toContain(reason);
  });
});

describe('iommus on a PCI function stays', () => {
  it.each([
    ['where the map has another answer', functionBoard('\t\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n', ON_FUNCTION)],
    ['where it has two specifiers', functionBoard('', ON_FUNCTION.replace('>;', '>, <&smmu 0x78>;'))],
    [
      'where a mask hides the function',
      functionBoard('\t\tiommu-map = <0x0 &smmu 0x0 0x1>;\n\t\tiommu-map-mask = <0x0>;\n', ON_FUNCTION),
    ],
  ])('%s', (_, text) => checkNoFix('iommus-on-pci-function', text));
});

describe('iommu-map stays for a person to decide', () => {
  it('where a range is long and 7.2 wants an entry for each ID', () =>
    checkNoFix('iommu-map-length', mapBoard('<0x0 &smmu 0x1400 0x100>', '7.2')));

  it('where an older kernel would lose an output cell that is not 0', () =>
    checkNoFix('iommu-map-length', mapBoard('<0x0 &smmu 0x1400 0xf 0x1>', '6.12')));

  it('where the kernel reads one cell', () =>
    checkNoFix('iommu-map-cells-mismatch', mapBoard('<0x0 &smmu 0x1400 0x10>', '6.12')));
});

describe('iommus stays', () => {
  it('on a bridge beside a map', () =>
    checkNoFix(
      'xen-grant-pci-iommus',
      bridgeBoard('xen,grant-dma', 'iommus = <&provider 2>;\n\t\tiommu-map = <0x8 &provider 2 0x1>;'),
    ));

  it('on a bus where a second device might be meant, even a disabled one', () => {
    const other = '\n\t\tnet {\n\t\t\tcompatible = "acme,net";\n\t\t\tstatus = "disabled";\n\t\t};\n';
    checkNoFix('iommus-not-inherited', busBoard(ON_BUS, '', other));
  });

  it('on a bus whose only device is a bus itself', () =>
    checkNoFix('iommus-not-inherited', busBoard(ON_BUS, '').replace('"acme,dma"', '"simple-bus"')));
});

describe('the SMMU node of the first Tegra binding', () => {
  const RULE = 'tegra-smmu-legacy-node';

  it('makes the memory controller the IOMMU, and labels it', () => {
    const fixture = parseFixture(tegraBoard(TEGRA_SMMU + tegraMaster('smmu')));
    const analysis = diagnose(fixture, {});
    const problem = analysis.problems.find(({ rule }) => rule === RULE);
    const edits = problem?.fix?.plan();
    const wanted = parseFixture(tegraBoard(tegraMaster('mc'), TEGRA_CELLS)).files.get('/board.dts');
    expect(applyEdits(fixture.files.get('/board.dts') ?? '', edits ?? [])).toBe(wanted);
  });

  it('stays with a number, which the old header gave to another master', () => {
    const text = tegraBoard(TEGRA_SMMU + tegraMaster('smmu', '6'));
    checkNoFix(RULE, text);
    expect(messages(RULE, text).join('\n')).toContain('the ID of `/hda` is not a macro of a `tegra*-mc.h`');
  });

  it('stays where there is no memory controller', () =>
    checkNoFix(RULE, tegraBoard(TEGRA_SMMU).replace('nvidia,tegra124-mc', 'acme,mc')));
});

describe('what else vendors had', () => {
  it('nvidia,memory-clients stays alone, because its numbers are not those of iommus', () =>
    checkNoFix('tegra-memory-clients-ignored', tegraSerial(MEMORY_CLIENTS)));

  it('mediatek,larb stays without iommus', () => checkNoFix('mtk-larb-on-master', codecBoard(LARB)));

  it('mediatek,larb is not reported for older kernels, whose drivers read it', () =>
    checkNone(codecBoard(LARB, '5.10')));
});

describe('a number in iommus stays', () => {
  it.each([
    ['with two names in the header', idBoard('33')],
    ['without a name', idBoard('77')],
    ['as the name that it is', idBoard('M4U_PORT_HW_VDEC_MC_EXT')],
    ['in a file without includes', idBoard('32', '')],
    ['where the board does not find the header', idBoard('32', GPIO).replaceAll('mt8173-larb', 'mt9999-larb')],
  ])('%s', (_, text) => expect(messages('iommus-unnamed-id', text)).toEqual([]));
});
