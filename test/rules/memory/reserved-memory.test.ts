// SPDX-License-Identifier: MIT
// `/reserved-memory` as Linux takes it at boot: regions in each other's way, pools that become none, ranges of a device.
import { describe, it } from 'vitest';
import type { Platform } from '#model/platform/types.ts';
import { LINUX } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone } from '#test/support/check.ts';

/** A board with these regions; `nodes` stand in the root. */
function board(regions: string, nodes = ''): string {
  return `/ {
	#address-cells = <2>;
	#size-cells = <1>;
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <1>;
		ranges;
${regions}
	};
${nodes}
};
`;
}

const ARM: { platform: Platform } = { platform: { ...LINUX, arch: 'arm' } };

describe('regions', () => {
  it('overlap', () =>
    checkDiagnostics(
      board(`		tz@86000000 { reg = <0x0 0x86000000 0x200000>; no-map; };
		mem@86100000 { reg = <0x0 0x86100000 0x100000>; no-map; };
//              ^^^^^^^^^^^^ warning[reserved-memory-overlap]: \`mem@86100000\` starts at \`0x86100000\`, inside \`tz@86000000\`; Linux prints \`OVERLAP DETECTED!\` and uses the memory for both.`),
    ));

  it('lie side by side, or one of them is disabled', () =>
    checkNone(
      board(`		tz@86000000 { reg = <0x0 0x86000000 0x100000>; no-map; };
		mem@86100000 { reg = <0x0 0x86100000 0x100000>; no-map; };
		old@86080000 { reg = <0x0 0x86080000 0x100000>; status = "disabled"; };`),
    ));

  it('without a place have sizes in the cells of the root', () => {
    checkDiagnostics(
      board(`		pool { compatible = "shared-dma-pool"; reusable; size = <0x0 0x4000000>; };
//                                                               ^^^^ error[reserved-memory-dynamic-format]: \`size\` has 2 cells, and the cells of the root ask for 1; Linux does not reserve this region.
		other { compatible = "shared-dma-pool"; reusable; size = <0x4000000>; alignment = <0x400000>;
//                                                                                    ^^^^^^^^^ error[reserved-memory-dynamic-format]: \`alignment\` has 1 cell, and the cells of the root ask for 2; …
		};`),
    );
    checkNone(
      board(
        '		pool { compatible = "shared-dma-pool"; reusable; size = <0x4000000>; alignment = <0x0 0x400000>; alloc-ranges = <0x0 0x40000000 0x40000000>; };',
      ),
    );
  });
});

describe('a shared pool', () => {
  it('is reusable or no-map', () => {
    checkDiagnostics(
      board(`		pool@50000000 { compatible = "shared-dma-pool"; reg = <0x0 0x50000000 0x4000000>; reusable; no-map; };
//                                                                                                          ^^^^^^ error[shared-pool-flags]: With \`reusable\` and \`no-map\` Linux makes no pool of this region, and devices that list it do not get it.`),
    );
    checkNone(board('		pool@50000000 { compatible = "shared-dma-pool"; reg = <0x0 0x50000000 0x400000>; no-map; };'));
  });

  it('is the default area only as CMA', () =>
    checkDiagnostics(
      board(`		pool@50000000 { compatible = "shared-dma-pool"; reg = <0x0 0x50000000 0x4000000>; linux,cma-default; };
//                                                                                                ^^^^^^^^^^^^^^^^^ warning[shared-pool-flags]: Without \`reusable\` this is not a CMA area, so Linux does not make it the default one.`),
    ));

  it('on 32-bit Arm says which kind it is', () => {
    const pool = '		pool@50000000 { compatible = "shared-dma-pool"; reg = <0x0 0x50000000 0x400000>; };';
    checkDiagnostics(
      board(`${pool}
//              ^^^^^^^^^^^^^ error[shared-pool-arm-no-map]: This pool has neither \`no-map\` nor \`reusable\`; …`),
      ARM,
    );
    checkNone(board(pool));
  });

  it('that is CMA consists of page blocks, which are larger on 64 bits', () => {
    const pool = (start: string): string =>
      `		pool@${start} { compatible = "shared-dma-pool"; reg = <0x0 0x${start} 0x4000000>; reusable; };`;
    checkDiagnostics(
      board(`${pool('50100000')}
//                                                              ^^^ error[cma-pool-alignment]: \`reg\` is not a multiple of 2 MiB; Linux prints \`incorrect alignment of CMA region\` and makes no CMA area.`),
    );
    checkNone(board(pool('50100000')), ARM);
    checkNone(board(pool('50200000')));
  });

  it('is the default once', () =>
    checkDiagnostics(
      board(`		a@50000000 { compatible = "shared-dma-pool"; reg = <0x0 0x50000000 0x4000000>; reusable; linux,cma-default; };
		b@60000000 { compatible = "shared-dma-pool"; reg = <0x0 0x60000000 0x4000000>; reusable; linux,cma-default; };
//                                                                                                       ^^^^^^^^^^^^^^^^^ warning[cma-default-twice]: \`/reserved-memory/a@50000000\` is the default CMA area too; Linux keeps the one that it sets up last.
		c@70000000 { compatible = "shared-dma-pool"; reg = <0x0 0x70000000 0x4000000>; reusable; };`),
    ));

  it('is below /reserved-memory', () => {
    const device = (entry: string): string => `	sram: sram { compatible = "mmio-sram"; };
	pool: pool { compatible = "shared-dma-pool"; size = <0x400000>; };
	dsp {
		compatible = "vendor,dsp";
		memory-region = ${entry}
	};`;
    checkDiagnostics(
      board(
        '',
        device(`<&pool>;
//                               ^^^^^ error[dma-pool-misplaced]: \`/pool\` is not a child of \`/reserved-memory\`, so Linux sets aside no memory for this pool.`),
      ),
    );
    checkNone(board('', device('<&sram>;')));
  });
});

describe('iommu-addresses', () => {
  const MMU = `	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };
	dart: iommu@1000000 { compatible = "apple,t8103-dart"; reg = <0x0 0x1000000 0x4000>; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };`;
  const display = (properties: string): string => `${MMU}
	display: display@2000000 { compatible = "vendor,display"; reg = <0x0 0x2000000 0x1000>; memory-region = <&fb>; ${properties} };`;
  const region = (start: string, mark = ''): string => `		fb: framebuffer {
			reg = <${start} 0x800000>;
			iommu-addresses = <&display ${start} 0x800000>;${mark}
		};`;

  it('of a device without an IOMMU have no reader', () =>
    checkDiagnostics(
      board(
        region(
          '0x0 0x50000000',
          '\n//                                         ^^^^^^^^ warning[iommu-addresses-without-iommu]: `/display@2000000` has no `iommus`, so no IOMMU driver reads this.',
        ),
        display(''),
      ),
    ));

  it('to map one to one lie where the IOMMU reaches', () => {
    checkDiagnostics(
      board(
        region(
          '0x8 0x0',
          '\n//                                         ^^^^^^^^ error[iommu-addresses-beyond-aperture]: `/iommu@1000000` translates 32 bits, and this range ends at `0x8007fffff`; Linux cannot map it.',
        ),
        display('iommus = <&dart 1>;'),
      ),
    );
    checkNone(board(region('0x0 0x50000000'), display('iommus = <&dart 1>;')));
  });

  it('came with Linux 6.3', () => {
    const old: { platform: Platform } = { platform: { ...LINUX, kernelVersion: [6, 1] } };
    const smmu = display('iommus = <&smmu 1>;').replace(
      MMU,
      '	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x1000000 0x20000>; #iommu-cells = <1>; };',
    );
    checkDiagnostics(
      board(
        region(
          '0x0 0x50000000',
          '\n//                      ^^^^^^^^^^^^^^^ warning[iommu-addresses-too-new]: Linux 6.1 does not know `iommu-addresses`, which came with 6.3; it neither maps nor keeps this range.',
        ),
        smmu,
      ),
      old,
    );
    checkNone(board(region('0x0 0x50000000'), smmu), { platform: { ...LINUX, kernelVersion: [6, 3] } });
  });
});

describe('an Arm SMMU', () => {
  const GIC = '	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };';

  it('of the first binding lists masters that say how many IDs they have', () => {
    const smmu = (masters: string): string =>
      board(
        '',
        `${GIC}
	a: dma-a { compatible = "vendor,dma"; #stream-id-cells = <1>; };
	b: dma-b { compatible = "vendor,dma"; };
	smmu@1000000 { compatible = "arm,smmu-v1"; reg = <0x0 0x1000000 0x10000>; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>;
		mmu-masters = ${masters}
	};`,
      );
    checkDiagnostics(
      smmu(`<&a 4>, <&b 5>;
//                                     ^^ error[smmu-mmu-masters-unreadable]: \`/dma-b\` has no \`#stream-id-cells\`; Linux cannot read \`mmu-masters\` from there on and refuses the masters that it has not found before.`),
    );
  });

  it('of version 3 names its interrupts, unless it writes messages', () => {
    const smmu = (properties: string): string =>
      board(
        '',
        `${GIC}
	its: msi-controller { compatible = "arm,gic-v3-its"; msi-controller; #msi-cells = <1>; };
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x1000000 0x20000>; #iommu-cells = <1>;
		${properties}
	};`,
      );
    checkDiagnostics(
      smmu(`interrupts-extended = <&gic 1>, <&gic 2>;
//              ^^^^^^^^^^^^^^^^^^^ warning[smmuv3-unnamed-interrupts]: No interrupt of this SMMUv3 is named \`eventq\`; Linux reports no faults of the masters.`),
    );
    checkNone(smmu('interrupts-extended = <&gic 1>; interrupt-names = "combined";'));
    checkNone(smmu('interrupts-extended = <&gic 1>; msi-parent = <&its 0x10>;'));
    checkNone(smmu(''));
  });
});
