// SPDX-License-Identifier: MIT
// Buses against each other: who maps which IDs to which MSIs, and what windows of one bus are worth below another.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkFix, checkNone } from '#test/support/check.ts';

const GIC = `	gic: interrupt-controller@8000000 {
		compatible = "arm,gic-v3";
		reg = <0x8000000 0x10000>;
		interrupt-controller;
		#interrupt-cells = <3>;
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		its: msi-controller@8080000 { compatible = "arm,gic-v3-its"; reg = <0x8080000 0x20000>; msi-controller; #msi-cells = <1>; };
	};
	smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0x9050000 0x20000>; #iommu-cells = <1>; };`;

/** A board with a GICv3, an SMMUv3, and these nodes. */
function board(nodes: string): string {
  return `/ {
	#address-cells = <1>;
	#size-cells = <1>;
${GIC}
${nodes}
};
`;
}

/** A host bridge with these properties and children. */
function pcie(content: string, unit = '10000000'): string {
  return `	pcie@${unit} {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x${unit} 0x1000000>;
		bus-range = <0x0 0xf>;
		#address-cells = <3>;
		#size-cells = <2>;
		ranges = <0x2000000 0x0 0x0 0x${unit} 0x0 0x1000>;
${content}
	};`;
}

describe('msi-map', () => {
  it('uses the first entry that fits', () =>
    checkDiagnostics(
      board(
        pcie(`		msi-map = <0x0 &its 0x0 0x100>, <0x80 &its 0x1000 0x100>;
//                                               ^^^^ warning[msi-map-overlap]: IDs 0x80 to 0xff are in an earlier entry of \`msi-map\` too; Linux uses that one.`),
      ),
    ));

  it('may have entries side by side', () =>
    checkNone(board(pcie('		msi-map = <0x0 &its 0x0 0x100>, <0x100 &its 0x1000 0x100>;'))));

  it('gives its mask a meaning', () =>
    checkFix(
      'msi-map-mask-alone',
      board(pcie('		msi-map-mask = <0xff>;\n		dma-coherent;')),
      board(pcie('		dma-coherent;')),
    ));

  it('and iommu-map cover the same functions', () => {
    checkDiagnostics(
      board(
        pcie(`		iommu-map = <0x0 &smmu 0x0 0x100>;
//              ^^^^^^^^^ info[iommu-map-misses-msi-ids]: IDs from 0x100 on are in \`msi-map\` but not in \`iommu-map\`; Linux gives a function there direct DMA.
		msi-map = <0x0 &its 0x0 0x1000>;`),
      ),
    );
    checkNone(
      board(
        pcie('		iommu-map = <0x0 &smmu 0x0 0x800>, <0x800 &smmu 0x800 0x800>;\n		msi-map = <0x0 &its 0x0 0x1000>;'),
      ),
    );
  });
});

describe('an ITS', () => {
  it('tells devices apart by their ID', () =>
    checkDiagnostics(
      board(`${pcie('		msi-map = <0x0 &its 0x0 0x1000>;')}
${pcie(
  `		msi-map = <0x0 &its 0x800 0x1000>;
//                                  ^^^^^ warning[msi-device-id-duplicate]: Device IDs 0x800 to 0xfff of \`/interrupt-controller@8000000/msi-controller@8080000\` are used by \`/pcie@10000000\` too; Linux lets both share one table of MSIs.`,
  '20000000',
)}`),
    ));

  it('has IDs of its own for each bridge, and functions of one bridge may share one', () =>
    checkNone(
      board(`${pcie('		msi-map = <0x0 &its 0x0 0x1000>;')}
${pcie('		msi-map = <0x0 &its 0x1000 0x1>, <0x100 &its 0x1000 0x1>;', '20000000')}`),
    ));

  it('must say that it is one', () => {
    const unmarked = board(pcie('		msi-map = <0x0 &its 0x0 0x1000>;')).replace(
      ' msi-controller; #msi-cells',
      ' #msi-cells',
    );
    checkFix(
      'msi-controller-unmarked',
      unmarked,
      unmarked.replace('<1>; };\n	};', '<1>;\n		msi-controller; };\n	};'),
    );
  });

  it('that is disabled has no MSI domain', () =>
    checkDiagnostics(
      board(
        pcie(`		msi-map = <0x0 &its 0x0 0x1000>;
//                             ^^^^ warning[msi-target-disabled]: \`/interrupt-controller@8000000/msi-controller@8080000\` is disabled; Linux has no MSI domain for this device.`),
      ).replace('#msi-cells = <1>;', '#msi-cells = <1>; status = "disabled";'),
    ));
});

it('host1x has an entry for each of its contexts', () => {
  const host1x = (map: string): string =>
    board(`	host1x@13e00000 {
		compatible = "nvidia,tegra234-host1x";
		reg = <0x13e00000 0x10000>;
		iommus = <&smmu 0x1f>;
		iommu-map = ${map}
	};`);
  checkDiagnostics(
    host1x(`<0 &smmu 0x35 1>, <2 &smmu 0x36 1>;
//                                             ^ error[host1x-context-without-iommu]: \`iommu-map\` has 2 entries, so Linux makes 2 contexts, and none of the entries covers context 1; the probe of \`/host1x@13e00000\` fails.`),
  );
  checkNone(host1x('<0 &smmu 0x35 2>, <2 &smmu 0x40 1>;'));
});

describe('dma-ranges', () => {
  it('of a bridge behind an IOMMU are disjoint', () =>
    checkDiagnostics(
      board(
        pcie(`		iommu-map = <0x0 &smmu 0x0 0x1000>;
		dma-ranges = <0x2000000 0x0 0x40000000 0x40000000 0x0 0x40000000>,
//              ^^^^^^^^^^ error[dma-ranges-overlap]: Two entries of \`dma-ranges\` cover bus address \`0x70000000\`; Linux prints \`Failed to reserve IOVA\` and sets up no IOMMU for the functions of this bridge.
			     <0x2000000 0x0 0x70000000 0x90000000 0x0 0x10000000>;`),
      ),
    ));

  it('ascend on the bus as they do in memory', () => {
    const windows = (first: string, second: string): string => `		iommu-map = <0x0 &smmu 0x0 0x1000>;
		dma-ranges = <0x2000000 0x0 0x80000000 ${first} 0x0 0x10000000>,
//              ^^^^^^^^^^ error[dma-ranges-order]: Bus address \`0x40000000\` comes before \`0x80000000\`, but after it by CPU address; …
			     <0x2000000 0x0 0x40000000 ${second} 0x0 0x10000000>;`;
    checkDiagnostics(board(pcie(windows('0x80000000', '0xa0000000'))));
    const straight = windows('0xa0000000', '0x80000000').replace(/\/\/.*\n/, '');
    checkNone(board(pcie(straight)));
    const behindNone = windows('0x80000000', '0xa0000000')
      .replace(/\/\/.*\n/, '')
      .replace(/.*iommu-map.*\n/, '');
    checkNone(board(pcie(behindNone)));
  });

  it('may touch', () =>
    checkNone(
      board(
        pcie(`		dma-ranges = <0x2000000 0x0 0x40000000 0x40000000 0x0 0x40000000>,
			     <0x2000000 0x0 0x80000000 0xa0000000 0x0 0x10000000>;`),
      ),
    ));

  const nested = (size: string): string =>
    board(`	bus {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		dma-ranges = <0x0 0x80000000 0x10000000>, <0x10000000 0x90000000 0x10000000>;
		inner {
			compatible = "simple-bus";
			#address-cells = <1>;
			#size-cells = <1>;
			ranges;
			dma-ranges = <0x0 0x8000000 ${size}
		};
	};`);

  it('do not reach beyond what the bus above passes', () =>
    checkDiagnostics(
      nested(`0x20000000>;
//                      ^^^^^^^^^^ warning[dma-ranges-exceeds-parent]: The entry for bus address \`0x0\` reaches up to CPU address \`0xa7ffffff\`, and the buses above pass no more than \`0x9fffffff\`; Linux does not notice.`),
    ));

  it('may reach over two windows that lie side by side', () => checkNone(nested('0x18000000>;')));

  const port = (properties: string): string => `		pcie@0,0 {
			device_type = "pci";
			reg = <0x0 0x0 0x0 0x0 0x0>;
			#address-cells = <3>;
			#size-cells = <2>;
			ranges;
${properties}
		};`;

  it('of a bridge behind the host bridge are not read', () => {
    checkDiagnostics(
      board(
        pcie(
          port(`			dma-ranges = <0x2000000 0x0 0x0 0x2000000 0x0 0x0 0x0 0x80000000>;
//                      ^^^^^^^^^^ warning[dma-ranges-on-pci-bridge]: Linux reads the \`dma-ranges\` of the host bridge \`/pcie@10000000\` for functions behind this bridge, and never this one.`),
        ),
      ),
    );
    checkNone(board(pcie(port('			dma-ranges;'))));
  });

  it('and coherence are those of the host bridge', () => {
    checkDiagnostics(
      board(
        pcie(
          port(`			dma-coherent;
//                      ^^^^^^^^^^^^ warning[dma-coherent-on-pci-function]: Linux does not read \`dma-coherent\` of a PCI function; the DMA of all functions behind \`/pcie@10000000\` is not coherent.`),
        ),
      ),
    );
    checkNone(board(pcie(`		dma-coherent;\n${port('			dma-coherent;')}`)));
  });
});

it('mbi-ranges are pairs', () => {
  const gic = (ranges: string): string =>
    board('').replace(
      '#address-cells = <1>;\n		#size-cells = <1>;\n		ranges;',
      `msi-controller;
		mbi-ranges = ${ranges}
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;`,
    );
  checkDiagnostics(
    gic(`<64 32 128>;
//              ^^^^^^^^^^ error[gic-mbi-ranges]: \`mbi-ranges\` has 3 cells, and Linux reads pairs; the GIC gives no device MSIs.`),
  );
  checkNone(gic('<64 32 128 16>;'));
});
