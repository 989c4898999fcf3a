// SPDX-License-Identifier: MIT
// What the runner adds to the rules: prerequisites, platforms, severities, ignore comments, and calm when a rule throws.
import { describe, expect, it } from 'vitest';
import { catalogue } from '#rules/engine/catalogue.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { runRules } from '#rules/engine/runner.ts';
import { analyse } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, dts } from '#test/support/check.ts';

const DISABLED = `
/ {
	smmu: iommu {
		compatible = "arm,smmu-v3";
		#iommu-cells = <1>;
		status = "disabled";
	};
`;

describe('ignore comments', () => {
  it('silence a rule on the node that they stand in', () => {
    checkNone(`${DISABLED}
	dma {
		/* dt-iommu-ignore iommus-target-disabled: the boot loader enables it */
		iommus = <&smmu 4>;
	};
};`);
  });

  it('silence a rule on the node that they stand before, and on no other', () => {
    checkDiagnostics(`${DISABLED}
	// dt-iommu-ignore iommus-target-disabled: the boot loader enables it
	dma-a {
		iommus = <&smmu 4>;
	};
	dma-b {
		iommus = <&smmu 5>;
//		^^^^^^ warning[iommus-target-disabled]
	};
};`);
  });

  it('silence a rule in the whole file', () => {
    checkNone(`/* dt-iommu-ignore-file iommus-target-disabled: as on the first board */
/dts-v1/;
${DISABLED}
	dma-a {
		iommus = <&smmu 4>;
	};
	dma-b {
		iommus = <&smmu 5>;
	};
};`);
  });

  it('are reported when they silence nothing, or name no rule', () => {
    checkDiagnostics(`
/ {
	/* dt-iommu-ignore iommus-empty: was needed once */
//	                   ^^^^^^^^^^^^ warning[unused-ignore]: \`iommus-empty\` reports nothing on this node; the comment silences nothing.
	/* dt-iommu-ignore iommus-emtpy: a slip */
//	                   ^^^^^^^^^^^^ warning[unused-ignore]: No rule is called \`iommus-emtpy\`; the comment silences nothing.
	model = "dt-iommu-ignore iommus-empty";
};`);
  });

  it('of a shared file are not judged by one board', () => {
    checkNone(`
//- /board.dts
/dts-v1/;
#include "soc.dtsi"
//- /soc.dtsi
/ {
	/* dt-iommu-ignore iommus-empty: other boards */
};`);
  });
});

describe('what is known of the tree', () => {
  it('claims no absence while an include is missing', () => {
    checkDiagnostics(
      `
#include "soc.dtsi"
//       ^^^^^^^^^^ error[syntax/include-not-found]
/ {
	smmu: iommu {
		compatible = "arm,smmu-v3";
	};
	dma {
		iommus = <&smmu 4>;
	};
};`,
    );
  });

  it('says one thing about an unresolved label', () => {
    const { problems } = analyse(
      new Map([['/board.dts', dts('/ {\n\tdma {\n\t\tiommus = <&nosuch 4>;\n\t};\n};\n')]]),
      '/board.dts',
    );
    expect(problems.map(({ rule }) => rule)).toHaveLength(1);
  });

  it('keeps to rules about the node itself in a file without its board', () => {
    const text = '/ {\n\tdma {\n\t\tdma-coherent;\n\t\tdma-noncoherent;\n\t\tiommus = <0x11 4>;\n\t};\n};\n';
    const { problems } = analyse(new Map([['/soc.dtsi', text]]), '/soc.dtsi');
    expect(problems.map(({ rule }) => rule)).toEqual(['dma-coherent-and-noncoherent']);
  });
});

describe('settings and platforms', () => {
  const text = `${DISABLED}\n\tdma {\n\t\tiommus = <&smmu 4>;\n\t};\n};`;

  it('turn a rule off, or give it another severity', () => {
    checkNone(text, { severities: new Map([['iommus-target-disabled', 'off' as const]]) });
    const { problems } = analyse(new Map([['/board.dts', dts(text)]]), '/board.dts', {
      severities: new Map([['iommus-target-disabled', 'error' as const]]),
    });
    expect(problems.map(({ rule, severity }) => [rule, severity])).toEqual([['iommus-target-disabled', 'error']]);
  });

  it('keep rules about Linux out of Zephyr trees', () => {
    checkNone(`//- /board.dts platform:zephyr\n/dts-v1/;\n${text}`);
  });
});

describe('a rule that throws', () => {
  const base = { severity: 'error', title: 't', doc: 'd', source: 's', example: { bad: '', good: '' } } as const;
  const rules: Rule[] = [
    {
      ...base,
      id: 'test-throws',
      properties: ['reg'],
      *check(_context, node) {
        if (node.name === 'b') throw new Error('broken rule');
        yield { message: 'seen', span: node.origins[0]!.name };
      },
    },
  ];

  it('is skipped for that node, recorded, and ends nothing', () => {
    const { inputs } = analyse(
      new Map([['/board.dts', dts('/ { a { reg = <0>; }; b { reg = <0>; }; c { reg = <0>; }; };')]]),
      '/board.dts',
    );
    const { problems, crashes } = runRules(catalogue(rules), inputs[0]);
    expect(problems.map(({ node }) => node)).toEqual(['/a', '/c']);
    expect(crashes).toMatchObject([{ rule: 'test-throws', node: '/b' }]);
  });
});
