// SPDX-License-Identifier: MIT
// `iommu-map` and `msi-map`: what each defect does to the functions behind the bridge.
import { describe, it } from 'vitest';
import { checkDiagnostics, checkFix, checkNone } from '#test/support/check.ts';

/** A PCI host bridge behind an SMMUv3 that registers. */
function board(map: string, children = ''): string {
  return `/ {
	#address-cells = <2>;
	#size-cells = <2>;
	smmu: iommu@1000000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x1000000 0x0 0x20000>;
		#iommu-cells = <1>;
	};
	pcie@40000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x0 0x40000000 0x0 0x1000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		bus-range = <0 15>;
		ranges = <0x2000000 0x0 0x50000000 0x0 0x50000000 0x0 0x1000000>;
${map}
${children}	};
};
`;
}

describe('iommu-map', () => {
  it('in full is left alone', () => checkNone(board('\t\tiommu-map = <0x0 &smmu 0x0 0x10000>;')));

  it('of five cells is refused as a whole', () =>
    checkDiagnostics(
      board(`		iommu-map = <0x0 &smmu 0x0 0x10000 0x0>;
//              ^^^^^^^^^ error[iommu-map-length]: \`iommu-map\` has 5 cells, and an entry needs four; Linux refuses the whole map and no ID behind this node is translated.`),
    ));

  it('with a mask that clears a first ID', () =>
    checkDiagnostics(
      board(`		iommu-map = <0x0 &smmu 0x0 0x100>, <0x100 &smmu 0x100 0x100>;
//                                                  ^^^^^ error[iommu-map-mask-excludes-base]: \`iommu-map-mask = <0xff>\` clears bits of the first ID \`0x100\`; Linux fails for every ID that reaches this entry.
		iommu-map-mask = <0xff>;`),
    ));

  it('in which the first of two entries wins', () =>
    checkDiagnostics(
      board(`		iommu-map = <0x0 &smmu 0x0 0x200>, <0x100 &smmu 0x1000 0x100>;
//                                                  ^^^^^ warning[iommu-map-overlap]: IDs 0x100 to 0x1ff are in an earlier entry of \`iommu-map\` too; Linux uses that one.`),
    ));

  it('that leaves a hole', () =>
    checkDiagnostics(
      board(`		iommu-map = <0x0 &smmu 0x0 0x8>, <0x10 &smmu 0x10 0xfff0>;
//                           ^^^ info[iommu-map-uncovered]: IDs 0x8 to 0xf are in no entry of \`iommu-map\`; a function there gets direct DMA.`),
    ));

  it('that lists single functions leaves no hole', () =>
    checkNone(board('\t\tiommu-map = <0x0 &smmu 0x0 0x1>, <0x100 &smmu 0x1 0x1>;')));

  describe('towards an IOMMU with two cells', () => {
    const two = (map: string): string =>
      board(map).replace(
        /\tsmmu: [\s\S]*?\n\t\};/,
        `	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };
	smmu: iommu@1000000 {
		compatible = "arm,mmu-500";
		reg = <0x0 0x1000000 0x0 0x10000>;
		#iommu-cells = <2>;
		#global-interrupts = <1>;
		interrupts-extended = <&gic 1>, <&gic 2>;
	};`,
      );
    const newForm = '\t\tiommu-map = <0x0 &smmu 0x400 0x0 0x1>;';

    it('has five cells in Linux 7.2', () => checkNone(`//- /board.dts kernel:7.2\n/dts-v1/;\n${two(newForm)}`));

    it('must have four cells before', () =>
      checkDiagnostics(
        two(`${newForm}
//              ^^^^^^^^^ error[iommu-map-length]: \`iommu-map\` has 5 cells, and an entry needs four (it has the form of Linux 7.2); Linux refuses the whole map and no ID behind this node is translated.`),
      ));

    it('is a hint in the old form, except where the release reads that', () => {
      const old = two(`		iommu-map = <0x0 &smmu 0x400 0x1>;
//              ^^^^^^^^^ hint[iommu-map-cells-mismatch]`);
      checkDiagnostics(`//- /board.dts kernel:7.2\n/dts-v1/;\n${old}`);
      checkNone(two('\t\tiommu-map = <0x0 &smmu 0x400 0x1>;'));
    });

    it('cannot have several IDs in an entry of the old form on Linux 7.2', () =>
      checkDiagnostics(
        `//- /board.dts kernel:7.2\n/dts-v1/;\n${two(`		iommu-map = <0x0 &smmu 0x400 0x100>;
//              ^^^^^^^^^ error[iommu-map-length]: \`iommu-map\` has entries with one output cell for several IDs, and \`/iommu@1000000\` has \`#iommu-cells = <2>\`; Linux refuses the whole map and no ID behind this node is translated.`)}`,
      ));
  });

  it('to a disabled IOMMU, which the fix enables', () => {
    const good = board('\t\tiommu-map = <0x0 &smmu 0x0 0x10000>;').replace(
      '\t\t#iommu-cells = <1>;',
      '\t\t#iommu-cells = <1>;\n\t\tstatus = "okay";',
    );
    checkFix('iommu-map-target-disabled', good.replace('"okay"', '"disabled"'), good);
  });

  it('on a device that is not a bridge', () =>
    checkDiagnostics(`/ {
	smmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };
	dma {
		iommu-map = <0x0 &smmu 0x0 0x1>;
//              ^^^^^^^^^ warning[iommu-map-wrong-node]: \`iommu-map\` is on a node that is not a PCI host bridge or other bus with IDs; Linux never reads it.
	};
};
`));
});

describe('a virtio-iommu behind the bridge that it serves', () => {
  const viommu = `		viommu: iommu@1,0 {
			compatible = "virtio,pci-iommu";
			reg = <0x800 0x0 0x0 0x0 0x0>;
			#iommu-cells = <1>;
		};
`;

  it('must not be in the map', () =>
    checkDiagnostics(
      board(
        `		iommu-map = <0x0 &viommu 0x0 0x10000>;
//                           ^^^ error[viommu-self-mapped]: The entry covers 0x8, the requester ID of \`/pcie@40000000/iommu@1,0\` itself; Linux makes it wait for itself, and all others with it.`,
        viommu,
      ),
    ));

  it('is not a hole when it is left out', () =>
    checkNone(board('\t\tiommu-map = <0x0 &viommu 0x0 0x8>, <0x9 &viommu 0x9 0xfff7>;', viommu)));
});

describe('msi-map', () => {
  const its = (map: string): string =>
    board(`\t\tiommu-map = <0x0 &smmu 0x0 0x10000>;\n${map}`).replace(
      '\tpcie@',
      '\tits: its { compatible = "arm,gic-v3-its"; msi-controller; #msi-cells = <1>; };\n\tpcie@',
    );

  it('in full is left alone', () => checkNone(its('\t\tmsi-map = <0x0 &its 0x0 0x10000>;')));

  it('that covers less than iommu-map', () =>
    checkDiagnostics(
      its(`		msi-map = <0x0 &its 0x0 0x100>;
//              ^^^^^^^ info[msi-map-uncovered]: IDs from 0x100 on are in \`iommu-map\` but not in \`msi-map\`; a function there gets no MSI from this map.`),
    ));
});

describe('the IDs that come out', () => {
  const infra = (map: string) => `/ {
	#address-cells = <2>;
	#size-cells = <2>;
	infra: iommu@10315000 {
		compatible = "mediatek,mt8188-iommu-infra";
		reg = <0 0x10315000 0 0x1000>;
		interrupts-extended = <&gic 0 795 4>;
		#iommu-cells = <1>;
	};
	gic: interrupt-controller {
		interrupt-controller;
		#interrupt-cells = <3>;
	};
	pcie@112f0000 {
		compatible = "mediatek,mt8188-pcie", "mediatek,mt8192-pcie";
		device_type = "pci";
		#address-cells = <3>;
		#size-cells = <2>;
		reg = <0 0x112f0000 0 0x2000>;
		bus-range = <0 0xff>;
		ranges = <0x82000000 0 0x20000000 0 0x20000000 0 0x4000000>;
		${map}
	};
};`;

  // of_map_id clears the bits that the mask lacks, then compares: with a mask of 0 there is one ID, 0 (mt8188.dtsi).
  it('are those of the IDs that the mask leaves', () => {
    checkNone(infra('iommu-map = <0 &infra 0 0xffff>; iommu-map-mask = <0>;'));
    checkNone(infra('iommu-map = <0 &infra 0 0xffff>; iommu-map-mask = <0x1f>;'));
  });

  it('are too high where the mask leaves one that is', () => {
    checkDiagnostics(
      infra(`iommu-map = <0 &infra 0 0xffff>; iommu-map-mask = <0x21>;
//		                      ^ error[iommu-map-output-range]: The entry maps up to the output ID \`0x21\`, but MediaTek M4U, second generation has IDs up to \`0x1f\`: only the lowest five bits count.`),
    );
  });
});
