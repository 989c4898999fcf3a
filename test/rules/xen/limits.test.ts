// SPDX-License-Identifier: MIT
// Rules about what the domains of a Xen share of an IOMMU.
import { describe, expect, it } from 'vitest';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent, diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { instead, RCAR_SYSTEM, SYSTEM } from '#test/support/xen-boards.ts';

describe('xen-ipmmu-utlb-split', () => {
  it(`the card of dom0 has the micro-TLB of the domain's`, () =>
    checkDiagnostics(
      instead(RCAR_SYSTEM, {
        'iommus = <&ipmmu_ds1 34>;': `iommus = <&ipmmu_ds1 32>;
//                      ^^^^^^ error[xen-ipmmu-utlb-split]`,
      }),
      only('xen-ipmmu-utlb-split'),
    ));

  it('the same number at another IPMMU', () =>
    checkNone(instead(RCAR_SYSTEM, { 'iommus = <&ipmmu_ds0 16>;': 'iommus = <&ipmmu_ds0 32>;' })));
});

describe('xen-smmu-stream-split', () => {
  it('a stream of dom0 that a mask of the domain covers', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        '#iommu-cells = <1>;': '#iommu-cells = <2>;',
        '<&smmu 0x877>': '<&smmu 0x877 0x0>',
        '<&smmu 0x870>': '<&smmu 0x860 0xf>',
        'iommus = <&smmu 0x860>;': `iommus = <&smmu 0x868 0x0>;
//                      ^^^^^^ error[xen-smmu-stream-split]`,
      }),
      only('xen-smmu-stream-split'),
    ));

  it('the same stream in two domains', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        [`iommus = <&smmu 0x870>;
			xen,passthrough;`]: `iommus = <&smmu 0x877>;
//                      ^^^^^^ error[xen-smmu-stream-split]
			xen,passthrough;`,
      }),
      only('xen-smmu-stream-split'),
    ));

  it('the same stream twice in dom0', () =>
    checkSilent(
      'xen-smmu-stream-split',
      instead(SYSTEM, {
        [`interrupts = <0 21 4>;
		};
	};
};`]: `interrupts = <0 21 4>;
			iommus = <&smmu 0x860>;
		};
	};
};`,
      }),
    ));
});

describe('xen-smmu-contexts', () => {
  it('two contexts for dom0 and two domains', () =>
    checkDiagnostics(
      instead(SYSTEM, {
        ', <0 158 4>;': ';',
        '		smmu: iommu@fd800000 {': `		smmu: iommu@fd800000 {
//                    ^^^^^^^^^^^^^^ error[xen-smmu-contexts]`,
      }),
      only('xen-smmu-contexts'),
    ));

  it('two contexts are enough without dom0', () =>
    checkSilent(
      'xen-smmu-contexts',
      instead(SYSTEM, {
        ', <0 158 4>;': ';',
        'compatible = "multiboot,kernel", "multiboot,module";': 'compatible = "xen,xsm-policy", "multiboot,module";',
      }),
    ));

  it('nobody knows how many an SMMUv1 has', () =>
    checkSilent('xen-smmu-contexts', instead(SYSTEM, { ', <0 158 4>;': ';', '"arm,mmu-500"': '"arm,mmu-401"' })));
});

describe('xen-ipmmu-contexts', () => {
  // Context 0 is Xen's: 7 of 8 are left on Gen3, 15 of 16 on Gen4. dom0 has a device, too.
  const rcar = (chip: string, domains: number) => {
    const all = Array.from({ length: domains }, (_, at) => at + 1);
    const nodes = all.map((n) => `domU${n} { compatible = "xen,domain"; };`).join(' ');
    const device = (n: number) => `dma@${n}000 { iommus = <&cache ${n}>; xen,passthrough; };`;
    const host = `//- /host.dts
/dts-v1/;
/ {
	chosen { kernel { compatible = "multiboot,kernel", "multiboot,module"; }; ${nodes} };
	chipid { compatible = "renesas,prr"; };
	main: iommu-main { compatible = "renesas,ipmmu-${chip}"; #iommu-cells = <1>; };
	cache: iommu-cache { compatible = "renesas,ipmmu-${chip}"; #iommu-cells = <1>; renesas,ipmmu-main = <&main 1>; };
	mmc { iommus = <&cache 0>; };
	${all.map(device).join('\n\t')}
};
`;
    const tree = (n: number) => `//- /domU${n}.dts domain:/chosen/domU${n}
/dts-v1/;
/ { passthrough { dma@${n}000 { xen,path = "/dma@${n}000"; xen,reg = <0 0 0>; }; }; };
`;
    return parseFixture(host + all.map(tree).join(''));
  };
  const messages = (chip: string, domains: number) =>
    diagnose(rcar(chip, domains), only('xen-ipmmu-contexts')).problems.map(({ message }) => message);

  it('dom0 and seven domains are one too many for Gen3', () => {
    expect(messages('r8a77965', 6)).toEqual([]);
    expect(messages('r8a77965', 7)).toEqual([
      'Devices of 8 domains are behind this IOMMU, which has contexts for 7; Xen cannot assign a device to domU7 and panics.',
    ]);
  });

  it('Gen4 has twice as many', () => {
    expect(messages('r8a779g0', 14)).toEqual([]);
    expect(messages('r8a779g0', 15)).toHaveLength(1);
  });
});
