// SPDX-License-Identifier: MIT
// What an IOMMU's driver reads in its own node before it registers: without it all masters wait in vain.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkFix, checkNone, checkSilent } from '#test/support/check.ts';

/** A chip with an interrupt controller, clocks and these nodes. */
function chip(nodes: string): string {
  return `/ {
${/reg = </.test(nodes) ? '	#address-cells = <1>;\n	#size-cells = <1>;\n' : ''}	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };
	ccu: clock { #clock-cells = <1>; #reset-cells = <1>; };
${nodes}
};
`;
}

describe('interrupts', () => {
  it('of a DART', () =>
    checkDiagnostics(
      chip(`	iommu@1000000 {
//      ^^^^^^^^^^^^^ error[iommu-interrupt-missing]: For its driver apple-dart, it has no interrupt where 1 is needed; the probe fails, and masters wait for this IOMMU in vain.
		compatible = "apple,t8103-dart";
		reg = <0x1000000 0x4000>;
		#iommu-cells = <1>;
	};`),
    ));

  it('of all five banks of an infrastructure M4U', () => {
    const m4u = (irqs: string, mark = ''): string =>
      chip(`	syscon { compatible = "mediatek,mt8195-pericfg_ao", "syscon"; };
	iommu@10315000 {${mark}
		compatible = "mediatek,mt8195-iommu-infra";
		reg = <0x10315000 0x5000>;
		interrupt-parent = <&gic>;
		interrupts = ${irqs};
		#iommu-cells = <1>;
	};`);
    const mark =
      '\n//      ^^^^^^^^^^^^^^ error[iommu-interrupt-missing]: For its driver mtk, it has 4 interrupts where 5 are needed; …';
    checkDiagnostics(m4u('<1>, <2>, <3>, <4>', mark));
    checkNone(m4u('<1>, <2>, <3>, <4>, <5>'));
  });

  it('are not asked of a cache IPMMU, whose root has them, nor of a Rockchip IOMMU', () =>
    checkNone(
      chip(`	sysc: power { #power-domain-cells = <1>; };
	main: iommu-main { compatible = "renesas,ipmmu-r8a7795"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; power-domains = <&sysc 0>; };
	iommu-vc0 { compatible = "renesas,ipmmu-r8a7795"; #iommu-cells = <1>; renesas,ipmmu-main = <&main 8>; power-domains = <&sysc 0>; };
	iommu-vop { compatible = "rockchip,iommu"; #iommu-cells = <0>; };`),
    ));
});

describe('registers', () => {
  it('are there', () =>
    checkDiagnostics(
      `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	iommu {
//      ^^^^^ error[iommu-reg-missing]: The driver arm-smmu-v3 finds no registers, because the node has no \`reg\`; the probe fails, and masters wait for this IOMMU in vain.
		compatible = "arm,smmu-v3";
		#iommu-cells = <1>;
	};
};`,
    ));

  it('are no matter of PCI functions and of grants', () =>
    checkNone(`/ {
	#address-cells = <1>;
	#size-cells = <1>;
	xen-iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };
};`));

  it('of a DART that are one page', () =>
    checkDiagnostics(
      chip(`	iommu@1000000 {
//      ^^^^^^^^^^^^^ error[iommu-region-too-small]: For its driver apple-dart, its registers are 0x1000 bytes instead of 0x4000; the probe fails and Linux prints \`MMIO region too small ([mem 0x01000000-0x01000fff flags 0x200])\`, and masters wait for this IOMMU in vain.
		compatible = "apple,t8103-dart";
		reg = <0x1000000 0x1000>;
		#iommu-cells = <1>;
		interrupts-extended = <&gic 1>;
	};`),
    ));
});

describe('clocks', () => {
  const exynos = (properties: string): string =>
    chip(`	iommu { compatible = "samsung,exynos-sysmmu"; #iommu-cells = <0>; interrupts-extended = <&gic 1>;
${properties}
	};`);

  it('that have a name and no entry', () =>
    checkDiagnostics(
      exynos(`		clocks = <&ccu 1>; clock-names = "aclk", "pclk";
//                                 ^^^^^^^^^^^ error[iommu-clock-names-unmatched]: \`clock-names\` has \`pclk\` at place 2, and \`clocks\` has 1 entry; the probe fails, and masters wait for this IOMMU in vain.`),
    ));

  it('may lack an optional one: only names-without-entry says so', () =>
    checkSilent(
      'iommu-clock-names-unmatched',
      exynos('		clocks = <&ccu 1>, <&ccu 2>; clock-names = "aclk", "pclk", "master";'),
    ));

  it('of Rockchip are both found or neither is used', () => {
    const rockchip = (clocks: string): string =>
      chip(`	iommu { compatible = "rockchip,iommu"; #iommu-cells = <0>; ${clocks} };`);
    checkDiagnostics(
      chip(`	iommu { compatible = "rockchip,iommu"; #iommu-cells = <0>;
		clocks = <&ccu 1>, <&ccu 2>; clock-names = "aclk", "hclk";
//                                           ^^^^^^^^^^^ warning[rockchip-clock-names]: The driver finds no clock named \`iface\`, so it uses none of the clocks of this IOMMU.
	};`),
    );
    checkNone(rockchip('clocks = <&ccu 1>, <&ccu 2>; clock-names = "iface", "aclk";'));
    checkNone(rockchip(''));
  });
});

describe('OMAP', () => {
  const omap = (properties: string): string =>
    chip(`	scm: syscon { compatible = "syscon"; };
	iommu { compatible = "ti,dra7-dsp-iommu"; #iommu-cells = <0>; interrupts-extended = <&gic 1>;
${properties}
	};`);

  it('has 8 or 32 TLB entries', () => {
    checkDiagnostics(
      omap(`		ti,syscon-mmuconfig = <&scm 0>; ti,#tlb-entries = <16>;
//                                              ^^^^^^^^^^^^^^^ error[omap-tlb-entries]: \`ti,#tlb-entries\` says 16, and the driver knows 8 and 32; …`),
    );
    checkNone(omap('		ti,syscon-mmuconfig = <&scm 0>; ti,#tlb-entries = <32>;'));
  });

  it('has two IOMMUs in a DSP', () => {
    checkDiagnostics(
      omap(`		ti,syscon-mmuconfig = <&scm>;
//              ^^^^^^^^^^^^^^^^^^^ error[omap-dsp-instance]: \`ti,syscon-mmuconfig\` lacks the number of the IOMMU after the phandle; …`),
    );
    checkNone(omap('		ti,syscon-mmuconfig = <&scm 1>;'));
  });
});

describe('the larbs of an M4U', () => {
  const m4u = (larb1: string, list: string): string =>
    chip(`	sub: smi-sub { compatible = "mediatek,mt8183-smi-sub-common"; mediatek,smi = <&common>; };
	common: smi { compatible = "mediatek,mt8183-smi-common"; };
	far: smi-far { compatible = "mediatek,mt8183-smi-common"; };
	larb0: larb-0 { compatible = "mediatek,mt8183-smi-larb"; mediatek,smi = <&common>; };
	larb1: larb-1 { compatible = "mediatek,mt8183-smi-larb"; ${larb1} };
	iommu { compatible = "mediatek,mt8183-m4u"; #iommu-cells = <1>; interrupts-extended = <&gic 1>;
		mediatek,larbs = ${list}
	};`);

  it('may lie behind a sub-common block, and disabled ones are not looked at', () => {
    checkNone(m4u('mediatek,smi = <&sub>;', '<&larb0 &larb1>;'));
    checkNone(m4u('mediatek,larb-id = <0>; status = "disabled";', '<&larb0 &larb1>;'));
  });

  it('have one common block', () =>
    checkDiagnostics(
      m4u(
        'mediatek,smi = <&far>;',
        `<&larb0 &larb1>;
//                                       ^^^^^^ error[mtk-larbs-two-smi]: \`/larb-1\` leads to \`/smi-far\` and \`/larb-0\` to \`/smi\`; Linux refuses the M4U, and its masters wait for it in vain.`,
      ),
    ));

  it('have one at all', () =>
    checkDiagnostics(
      m4u(
        '',
        `<&larb0 &larb1>;
//                                       ^^^^^^ error[mtk-larb-no-smi]: /larb-1 has no mediatek,smi, so its probe fails and Linux defers this M4U without end: …`,
      ),
    ));

  it('have numbers of their own', () =>
    checkDiagnostics(
      m4u(
        'mediatek,smi = <&common>; mediatek,larb-id = <0>;',
        `<&larb0 &larb1>;
//                                       ^^^^^^ error[mtk-larb-id-duplicate]: \`/larb-1\` is larb 0, as is \`/larb-0\`; …`,
      ),
    ));

  it('have numbers below 32', () =>
    checkDiagnostics(
      m4u(
        'mediatek,smi = <&common>; mediatek,larb-id = <0x20>;',
        `<&larb0 &larb1>;
//                                       ^^^^^^ error[mtk-larb-id-range]: \`/larb-1\` is larb 32, and Linux knows 0 to 31; …`,
      ),
    ));

  it('are nodes', () =>
    checkDiagnostics(
      m4u(
        'mediatek,smi = <&common>;',
        `<&larb0 0x77>;
//                                       ^^^^ error[mtk-larbs-unreadable]: \`0x77\` in \`mediatek,larbs\` is the phandle of no node; …`,
      ),
    ));
});

describe('the registers that tell the 4 GiB mode', () => {
  const m4u = (more: string, infra: string): string =>
    chip(`	infracfg: syscon@10001000 { compatible = ${infra}; reg = <0x10001000 0x1000>; };
	smi: smi { compatible = "mediatek,mt8173-smi-common"; };
	larb0: larb-0 { compatible = "mediatek,mt8173-smi-larb"; mediatek,smi = <&smi>; };
	iommu {
		compatible = "mediatek,mt8173-m4u";
		reg = <0x10205000 0x1000>;
		mediatek,larbs = <&larb0>;
		interrupts-extended = <&gic 1>;
		clocks = <&ccu 0>;
		clock-names = "bclk";
		#iommu-cells = <1>;${more}
	};`);
  const SYSCON = '"mediatek,mt8173-infracfg", "syscon"';

  it('are named, with a fix where there is one such node', () => {
    const infrasys = SYSCON.replace('infracfg', 'infrasys');
    checkFix('mtk-infracfg-missing', m4u('', infrasys), m4u('\n\t\tmediatek,infracfg = <&infracfg>;', infrasys));
  });

  it('are found by their string on the chips that had trees before', () => checkNone(m4u('', SYSCON)));
});

describe('IDs', () => {
  it('of a master lie in one region of the M4U', () => {
    const master = (entry: string): string =>
      chip(`	smi: smi { compatible = "mediatek,mt8192-smi-common"; };
	larb: larb { compatible = "mediatek,mt8192-smi-larb"; mediatek,smi = <&smi>; mediatek,larb-id = <14>; };
	m4u: iommu@1000 { compatible = "mediatek,mt8192-m4u"; reg = <0x1000 0x1000>; #iommu-cells = <1>; mediatek,larbs = <&larb>; interrupts-extended = <&gic 1>; clocks = <&ccu 0>; clock-names = "bclk"; };
	camera {
		compatible = "vendor,camera";
		iommus = ${entry}
	};`);
    checkDiagnostics(
      master(`<&m4u 0x1c4>, <&m4u 0x1c0>;
//                             ^^^^^ error[mtk-ports-without-region]: No IOVA region of \`/iommu@1000\` has these ports of larb 14; Linux gives this device direct DMA.`),
    );
    checkNone(master('<&m4u 0x1c4>, <&m4u 0x1c5>;'));
  });

  it('of the Adreno GPU have a 0 among them, whatever its mask', () => {
    const gpu = (iommus: string): string =>
      chip(`	smmu: iommu { compatible = "qcom,sc7280-smmu-500", "qcom,adreno-smmu", "arm,mmu-500"; #iommu-cells = <2>; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>; };
	gpu { compatible = "qcom,adreno-635.0", "qcom,adreno";
		${iommus}
	};
	gmu { compatible = "qcom,adreno-gmu-635.0", "qcom,adreno-gmu"; iommus = <&smmu 5 0x400>; };`);
    checkDiagnostics(
      gpu(`iommus = <&smmu 1 0x400>;
//              ^^^^^^ warning[smmu-adreno-stream-zero]: None of the GPU's stream IDs is 0, by which the driver of \`/iommu\` knows it; …`),
    );
    checkNone(gpu('iommus = <&smmu 0 0x400>, <&smmu 1 0x400>;'));
  });

  it('of context banks are those of children that the driver takes', () => {
    const secure = (ranges: string, bank: string): string =>
      chip(`	iommu@1ef0000 { compatible = "qcom,msm-iommu-v1"; reg = <0x1ef0000 0x3000>; #iommu-cells = <1>;
		clocks = <&ccu 1>, <&ccu 2>; clock-names = "iface", "bus"; qcom,iommu-secure-id = <17>;
		#address-cells = <1>; #size-cells = <1>; ${ranges}
		iommu-ctx@4000 { compatible = "qcom,msm-iommu-v1-ns"; reg = <0x4000 0x1000>; interrupts-extended = <&gic 1>; };
${bank}
	};`);
    const bank =
      '		iommu-ctx@5000 { compatible = "qcom,msm-iommu-v1-sec"; reg = <0x5000 0x1000>; interrupts-extended = <&gic 2>; };';
    const ranges = 'ranges = <0 0x1e20000 0x40000>;';
    checkNone(secure(ranges, bank));
    checkDiagnostics(
      secure(
        ranges,
        `${bank.replace(' interrupts-extended = <&gic 2>;', '')}
//              ^^^^^^^^^^^^^^ error[qcom-iommu-context-dead]: This context bank has no interrupt, so its driver does not take it; …`,
      ),
    );
    checkDiagnostics(
      secure(
        ranges,
        `${bank.replace('reg = <0x5000 0x1000>', 'reg = <0x5000 0x1000>; qcom,ctx-asid = <4>')}
//              ^^^^^^^^^^^^^^ error[qcom-iommu-context-duplicate]: This is context bank 4, as is \`/iommu@1ef0000/iommu-ctx@4000\`; …`,
      ),
    );
    checkDiagnostics(
      secure(
        'ranges = <0x4000 0x1e24000 0x1000>;',
        `${bank}
//              ^^^^^^^^^^^^^^ error[qcom-iommu-context-dead]: This context bank has a \`reg\` that leads to no address, because the IOMMU has no \`ranges\` for it, …`,
      ),
    );
  });

  it('of APQ8064 belong to one master per instance, except where it has an entry from another', () => {
    const iommu = (label: string): string =>
      `	${label}: iommu-${label} { compatible = "qcom,apq8064-iommu"; #iommu-cells = <1>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "smmu_pclk", "iommu_clk"; interrupts-extended = <&gic 1>; qcom,ncb = <2>; };`;
    checkDiagnostics(
      chip(`${iommu('mdp')}
	display { iommus = <&mdp 0>; };
	camera { iommus = <&mdp 2>; };
//                         ^^^^ error[msm-iommu-shared]: \`/iommu-mdp\` already serves \`/display\`; …`),
    );
    checkNone(chip(`${iommu('mdp0')}\n${iommu('mdp1')}\n	display { iommus = <&mdp0 0>, <&mdp1 0>; };`));
  });
});
