// SPDX-License-Identifier: MIT
// Maps and MSI lists that Linux 6.12 and 7.3 read differently (drivers/of/base.c:of_map_id and its callers).
import { describe, it } from 'vitest';
import { checkDiagnostics, checkNone } from '#test/support/check.ts';

type Release = '6.12' | '6.18' | '7.3';

function board(release: Release, nodes: string): string {
  return `//- /board.dts kernel:${release}
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
${nodes}
};
`;
}

function pcie(release: Release, map: string): string {
  return board(
    release,
    `	pcie@40000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x40000000 0x1000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		bus-range = <0 15>;
		ranges = <0x2000000 0x0 0x50000000 0x50000000 0x0 0x1000000>;
		iommu-map = ${map}
	};`,
  );
}

it('an entry over the end of the ID space never matches up to 7.1, where the end is computed in 32 bits', () => {
  const map = '<0x1 &smmu 0x0 0xffffffff>;';
  checkDiagnostics(
    pcie(
      '6.12',
      `${map}
//                                         ^^^^^^^^^^ error[iommu-map-wrap]: \`0x1\` plus \`0xffffffff\` does not fit 32 bits; Linux never matches this entry.`,
    ),
  );
  checkNone(pcie('7.3', map));
});

describe('a phandle of no node', () => {
  const map = '<0x0 &smmu 0x0 0x8>, <0x8 0x77 0x0 0x8>, <0x10 &smmu 0x10 0xfff0>;';

  it('costs its own IDs up to 7.1', () =>
    checkDiagnostics(
      pcie(
        '6.12',
        `${map}
//                                                    ^^^^ error[iommu-map-bad-phandle]: No node has the phandle \`0x77\`; functions with the IDs 0x8 to 0xf get direct DMA.`,
      ),
    ));

  it('costs all IDs that no earlier entry has since 7.2', () =>
    checkDiagnostics(
      pcie(
        '7.3',
        `${map}
//                                                    ^^^^ error[iommu-map-bad-phandle]: No node has the phandle \`0x77\`; functions that no entry before it covers get direct DMA.`,
      ),
    ));
});

it('an entry with two output cells covers one ID since 7.2', () => {
  const two = (map: string): string =>
    pcie('7.3', map)
      .replace('arm,smmu-v3', 'arm,mmu-500')
      .replace(
        '#iommu-cells = <1>;',
        '#iommu-cells = <2>; #global-interrupts = <1>; interrupts-extended = <&gic 1>, <&gic 2>;',
      )
      .replace('\tpcie@', '\tgic: gic { interrupt-controller; #interrupt-cells = <1>; };\n\tpcie@');
  checkDiagnostics(
    two(`<0x0 &smmu 0x0 0x0 0x100>;
//                                             ^^^^^ warning[iommu-map-cells-mismatch]: This entry covers 256 IDs with 2 output cells; Linux prints Unsupported iommu-map and gives functions with the IDs 0x0 to 0xff direct DMA.`),
  );
  checkNone(two('<0x0 &smmu 0x0 0x0 0x1>;'));
});

it('a map that ends within an entry keeps what is before it since 7.2', () => {
  const map = '<0x0 &smmu 0x0 0x100>, <0x100 &smmu>;';
  checkDiagnostics(
    pcie(
      '7.3',
      `${map}
//              ^^^^^^^^^ error[iommu-map-length]: \`iommu-map\` has 6 cells, which do not divide into entries; Linux translates at most what entries before the broken one cover, and fails for every other ID.`,
    ),
  );
  checkDiagnostics(
    pcie(
      '6.12',
      `${map}
//              ^^^^^^^^^ error[iommu-map-length]: \`iommu-map\` has 6 cells, and an entry needs four; Linux refuses the whole map and no ID behind this node is translated.`,
    ),
  );
});

const ZERO = '//                                                          ^ info[iommu-map-zero-length]: …';

describe('the contexts of host1x', () => {
  const host1x = (release: Release, map: string): string =>
    board(
      release,
      `	host1x@13e00000 {
		compatible = "nvidia,tegra234-host1x";
		reg = <0x13e00000 0x10000>;
		iommus = <&smmu 0x1f>;
		iommu-map = ${map}
	};`,
    );

  it('are as many as the lengths add up to in 7.3', () => {
    checkDiagnostics(
      host1x(
        '7.3',
        `<0 &smmu 0x35 1>, <8 &smmu 0x36 0>;
${ZERO}`,
      ),
    );
    checkDiagnostics(
      host1x(
        '7.3',
        `<0 &smmu 0x35 2>, <5 &smmu 0x40 1>;
//                           ^ error[host1x-context-without-iommu]: The lengths in iommu-map add up to 3, so Linux makes 3 contexts, and none of the entries covers context 2; the probe of \`/host1x@13e00000\` fails.`,
      ),
    );
  });

  it('are as many as there are entries up to 7.2', () => {
    for (const release of ['6.12', '6.18'] as const) {
      checkNone(host1x(release, '<0 &smmu 0x35 2>, <5 &smmu 0x40 1>;'));
      checkDiagnostics(
        host1x(
          release,
          `<0 &smmu 0x35 1>, <8 &smmu 0x36 1>;
//                                             ^ error[host1x-context-without-iommu]: \`iommu-map\` has 2 entries, so Linux makes 2 contexts, and none of the entries covers context 1; the probe of \`/host1x@13e00000\` fails.`,
        ),
      );
    }
  });
});

it('the GPC DMA controller looks its channels up in iommu-map in 7.3', () => {
  const dma = (release: Release, more = ''): string =>
    board(
      release,
      `	dma@2600000 {
		compatible = "nvidia,tegra264-gpcdma", "nvidia,tegra186-gpcdma";
		reg = <0x2600000 0x210000>;
		iommu-map = <1 &smmu 0x801 31>;${more}
	};`,
    );
  checkNone(dma('7.3'));
  checkDiagnostics(
    dma(
      '6.12',
      `
//              ^^^^^^^^^ warning[iommu-map-wrong-node]: \`iommu-map\` is on a node that is not a PCI host bridge or other bus with IDs; Linux never reads it.`,
    ),
  );
});

describe('MSIs of a device that is not on PCI', () => {
  const device = (release: Release, cells: string, parent: string): string =>
    board(
      release,
      `	its: msi-controller@8080000 { compatible = "arm,gic-v3-its"; reg = <0x8080000 0x20000>; msi-controller; ${cells} };
	dma@2600000 {
		compatible = "vendor,dma";
		reg = <0x2600000 0x1000>;
		msi-parent = ${parent}
	};`,
    );

  it('with two cells are refused in 6.12 and have the first in 7.3', () => {
    checkDiagnostics(
      device(
        '6.12',
        '#msi-cells = <2>;',
        `<&its 4 0>;
//                            ^^^^ error[msi-its-platform-cells]: An ITS needs the device ID in one cell, and \`#msi-cells\` says 2; Linux allocates no MSIs for this device.`,
      ),
    );
    checkNone(device('7.3', '#msi-cells = <2>;', '<&its 4 0>;'));
  });

  it('without #msi-cells are refused', () =>
    checkDiagnostics(
      device(
        '7.3',
        '',
        `<&its>;
//                            ^^^^ error[msi-its-platform-cells]: An ITS needs the device ID in one cell, and it has no #msi-cells; Linux allocates no MSIs for this device.`,
      ),
    ));

  it('of the ITS of a GICv5 have their doorbell mapped', () =>
    checkNone(
      board(
        '7.3',
        `	gic: interrupt-controller@2f000000 {
		compatible = "arm,gic-v5";
		interrupt-controller;
		#interrupt-cells = <3>;
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		its@2f120000 {
			compatible = "arm,gic-v5-its";
			reg = <0x2f120000 0x10000>;
			#address-cells = <1>;
			#size-cells = <1>;
			ranges;
			frame: msi-controller@2f130000 { reg = <0x2f130000 0x10000>; reg-names = "ns-translate"; msi-controller; #msi-cells = <1>; };
		};
	};
	dma@2600000 { compatible = "vendor,dma"; reg = <0x2600000 0x1000>; iommus = <&smmu 4>; msi-parent = <&frame 4>; };`,
      ),
    ));
});
