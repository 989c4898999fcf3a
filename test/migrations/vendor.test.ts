// SPDX-License-Identifier: MIT
// What NVIDIA's and MediaTek's kernels once read: brought to the present binding, or deleted where that says it already.
import { describe, expect, it } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { fixOf } from '#test/support/analyse.ts';
import { checkFix, checkNoFix, checkNone, diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';

const HEADER = '//- /include/dt-bindings/memory/tegra124-mc.h\n#define TEGRA_SWGROUP_HDA 6\n';

function tegra(nodes: string, controller = '', head = '#include <dt-bindings/memory/tegra124-mc.h>'): string {
  return `//- /board.dts
${head}
/dts-v1/;
/ {
	gic: interrupt-controller {
		interrupt-controller;
		#interrupt-cells = <1>;
	};

	${controller === '' ? '' : 'mc: '}memory-controller {
		compatible = "nvidia,tegra124-mc";
		interrupts-extended = <&gic 1>;
${controller}	};
${nodes}};
${HEADER}`;
}

const SMMU =
  '\n\tsmmu: iommu {\n\t\tcompatible = "nvidia,tegra30-smmu";\n\t\tnvidia,#asids = <4>;\n\t\t#iommu-cells = <1>;\n\t};\n';
const CELLS = '\t\t#iommu-cells = <1>;\n';

function master(ref: string, id = 'TEGRA_SWGROUP_HDA'): string {
  return `\n\thda {\n\t\tcompatible = "acme,hda";\n\t\tiommus = <&${ref} ${id}>;\n\t};\n`;
}

describe('the SMMU node of the first Tegra binding', () => {
  const RULE = 'tegra-smmu-legacy-node';

  it('gives its masters to the memory controller', () => {
    const other = '\n\tdc {\n\t\tcompatible = "acme,dc";\n\t\tiommus = <&mc 1>;\n\t};\n';
    checkFix(RULE, tegra(other + SMMU + master('smmu'), CELLS), tegra(other + master('mc'), CELLS));
  });

  it('makes the memory controller the IOMMU, and labels it', () => {
    const fixture = parseFixture(tegra(SMMU + master('smmu')));
    const analysis = diagnose(fixture, {});
    const problem = analysis.problems.find(({ rule }) => rule === RULE);
    const edits = problem && fixOf(analysis, problem)?.edits;
    const wanted = parseFixture(tegra(master('mc'), CELLS)).files.get('/board.dts');
    expect(applyEdits(fixture.files.get('/board.dts') ?? '', edits ?? [])).toBe(wanted);
  });

  it('is deleted where nothing names it', () => checkFix(RULE, tegra(SMMU, CELLS), tegra('', CELLS)));

  it('stays with a number, which the old header gave to another master', () => {
    const text = tegra(SMMU + master('smmu', '6'));
    checkNoFix(RULE, text);
    const messages = diagnose(parseFixture(text), {}).problems.map(({ message }) => message);
    expect(messages.join()).toContain('the ID of `/hda` is no macro of a `tegra*-mc.h`');
  });

  it('stays where there is no memory controller', () =>
    checkNoFix(RULE, tegra(SMMU).replace('nvidia,tegra124-mc', 'acme,mc')));
});

describe('nvidia,memory-clients', () => {
  const serial = (binding: string) => tegra(`\n\tserial {\n\t\tcompatible = "acme,uart";\n${binding}\t};\n`, CELLS);
  const IOMMUS = '\t\tiommus = <&mc 14>;\n';
  const CLIENTS = '\t\tnvidia,memory-clients = <14>;\n';

  it('is deleted beside iommus', () =>
    checkFix('tegra-memory-clients-ignored', serial(IOMMUS + CLIENTS), serial(IOMMUS)));

  it('stays alone, because its numbers are not those of iommus', () =>
    checkNoFix('tegra-memory-clients-ignored', serial(CLIENTS)));
});

describe('mediatek,larb', () => {
  const codec = (binding: string, kernel = '6.12') => `//- /board.dts kernel:${kernel}
/dts-v1/;
/ {
	larb: larb {
		compatible = "mediatek,mt8173-smi-larb";
	};

	m4u: iommu {
		compatible = "acme,m4u";
		#iommu-cells = <1>;
	};

	codec {
		compatible = "acme,codec";
${binding}	};
};
`;
  const LARB = '\t\tmediatek,larb = <&larb>;\n';
  const IOMMUS = '\t\tiommus = <&m4u 0>;\n';

  it('is deleted: the ID says which larb it is', () =>
    checkFix('mtk-larb-on-master', codec(LARB + IOMMUS), codec(IOMMUS)));

  it('stays without iommus', () => checkNoFix('mtk-larb-on-master', codec(LARB)));

  it('is not reported for older kernels, whose drivers read it', () => checkNone(codec(LARB, '5.10')));
});
