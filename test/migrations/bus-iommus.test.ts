// SPDX-License-Identifier: MIT
// `iommus` on a bus moves to the device that does the DMA, where the bus has only one; Linux hands nothing down.
import { describe, it } from 'vitest';
import { checkFix, checkNoFix } from '#test/support/check.ts';

const RULE = 'iommus-not-inherited';

function board(bus: string, device: string, more = ''): string {
  return `/dts-v1/;
/ {
	smmu: iommu {
		compatible = "arm,smmu-v3";
		#iommu-cells = <1>;
	};

	bus {
		compatible = "simple-bus";
${bus}
		dma {
			compatible = "acme,dma";
${device}		};
${more}	};
};
`;
}

const ON_BUS = '\t\tiommus = <&smmu 4>, /* write */\n\t\t\t <&smmu 5>;\n';

describe('iommus on a bus', () => {
  it('moves to its only device as it is written', () =>
    checkFix(RULE, board(ON_BUS, ''), board('', ON_BUS.replace('\t\ti', '\t\t\ti'))));

  it('stays where a second device might be meant, even a disabled one', () => {
    const other = '\n\t\tnet {\n\t\t\tcompatible = "acme,net";\n\t\t\tstatus = "disabled";\n\t\t};\n';
    checkNoFix(RULE, board(ON_BUS, '', other));
  });

  it('stays where the only device is a bus itself', () =>
    checkNoFix(RULE, board(ON_BUS, '').replace('"acme,dma"', '"simple-bus"')));
});
