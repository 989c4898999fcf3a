// SPDX-License-Identifier: MIT
// `iommu-addresses` that Linux cannot translate: of_iommu_get_resv_regions then reads from NULL. Booted on 7.3 (panic, as
// the device is made before init runs) and on 6.12 (oops of the insmod that brought its driver).
import { describe, expect, it } from 'vitest';
import { LINUX } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone } from '#test/support/check.ts';
import { reportAt } from '#test/support/reports.ts';

const tree = ({ bus, entry, list = 'memory-region = <&hole>;' }: { bus: string; entry: string; list?: string }) => `/ {
	#address-cells = <2>;
	#size-cells = <2>;
	smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0x0 0x9050000 0x0 0x20000>; #iommu-cells = <1>; };
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		hole: hole {
${entry}
		};
	};
	soc {
		compatible = "simple-bus";
		ranges;
		${bus}
		dev: dma@a002e00 { compatible = "arasan,sdhci-8.9a"; reg = <0x0 0xa002e00 0x0 0x200>; iommus = <&smmu 0x10>; ${list} };
	};
};
`;
const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const WINDOW = `${CELLS} dma-ranges = <0x0 0x40000000 0x0 0x40000000 0x0 0x40000000>;`;

describe('iommu-addresses-untranslatable', () => {
  it('outside of the window', () =>
    checkDiagnostics(
      tree({
        bus: WINDOW,
        entry: `			iommu-addresses = <&dev 0x0 0x10000000 0x0 0x10000>;
//			                   ^^^^ error[iommu-addresses-untranslatable]: The dma-ranges above /soc/dma@a002e00 do not pass an address that this entry keeps from it; Linux reads on at address 0 when it gives the device its domain, and the kernel oopses.`,
      }),
      { platform: { ...LINUX, kernelVersion: [7, 3] } },
    ));

  it('is silent inside the window, without a window, and where nobody reads the entry', async () => {
    const inside = '			iommu-addresses = <&dev 0x0 0x50000000 0x0 0x10000>;';
    const outside = '			iommu-addresses = <&dev 0x0 0x10000000 0x0 0x10000>;';
    await checkNone(tree({ bus: WINDOW, entry: inside }));
    await checkNone(tree({ bus: CELLS, entry: outside }));
    await checkNone(tree({ bus: `${CELLS} dma-ranges;`, entry: outside }));
  });

  it('is a step of the device', () => {
    const text = tree({ bus: WINDOW, entry: '			iommu-addresses = <&dev 0x0 0x10000000 0x0 0x10000>;' });
    const steps = (kernelVersion: readonly [number, number]) =>
      reportAt(text, '/soc/dma@a002e00', { kernelVersion }).steps.filter(({ text }) => text.includes('oopses')).length;
    expect([steps([7, 3]), steps([6, 12]), steps([6, 1])]).toEqual([1, 1, 0]);
  });
});
