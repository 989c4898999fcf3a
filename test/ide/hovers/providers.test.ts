// SPDX-License-Identifier: MIT
// IOMMUs, host bridges and buses say who is behind them.
import { expect, test } from 'vitest';
import { hoverText, shownLines } from '#test/support/hovers.ts';

const BOARD = (smmu: string, rest: string) => `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	interrupt-parent = <&gic>;
	gic: interrupt-controller@1000 { compatible = "arm,gic-v3"; reg = <0x1000 0x1000>; interrupt-controller; #interrupt-cells = <3>;
		#address-cells = <1>; #size-cells = <1>; ranges;
		its: msi-controller@2000 { compatible = "arm,gic-v3-its"; reg = <0x2000 0x1000>; msi-controller; #msi-cells = <1>; };
	};
	${smmu}smmu: iommu@20000 {
		compatible = "qcom,sm8550-smmu-500", "qcom,smmu-500", "arm,mmu-500"; reg = <0x20000 0x20000>; #iommu-cells = <2>;
		#global-interrupts = <1>; interrupts = <0 1 4>, <0 2 4>, <0 3 4>, <0 4 4>, <0 5 4>; dma-coherent;
	};
	off: iommu@40000 { compatible = "arm,smmu-v3"; reg = <0x40000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
	${rest}
};`;

function hover(rest: string, smmu = ''): string {
  const text = hoverText(BOARD(smmu, rest));
  expect(shownLines(text)).toBeLessThanOrEqual(12);
  return text;
}

const MASTERS = `ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; iommus = <&smmu 0x60 0>; };
	dsi: dsi@61000 { compatible = "a,dsi"; reg = <0x61000 0x100>; iommus = <&smmu 0x1c00 0x2>; };
	csi: csi@62000 { compatible = "a,csi"; reg = <0x62000 0x100>; iommus = <&smmu 0x1c02 0>; };
	lost: lost@63000 { compatible = "a,lost"; reg = <0x63000 0x100>; iommus = <&off 1>; };`;

const HOST = (more: string, functions = '') => `$0pcie0: pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; ranges = <0x02000000 0 0x50000000 0x50000000 0 0x1000000>; ${more}
		${functions}
	};`;

test('an IOMMU: masters, groups, streams', () => {
  expect(hover(MASTERS, '$0')).toMatchInlineSnapshot(`
    "$(shield) **smmu: 3 masters in 2 groups**  
    arm-smmu (\`qcom,sm8550-smmu-500\`) · 4 context interrupts · page walks coherent

    \`#iommu-cells = <2>\`: stream ID, mask  
    ufs \`0x60\` · dsi \`0x1c00\`, \`0x1c02\` · csi \`0x1c02\`  
    dsi and csi share one group

    ---
    [Explain](explain:/iommu@20000) · [Show in map](showMap:/iommu@20000)  
    \`/iommu@20000\` · [board.dts:10](#)"
  `);
});

test('an IOMMU that is disabled', () => {
  expect(
    hover(MASTERS.replace('<&off 1>', '<&o$0ff 1>').replace('iommus = <&o$0ff', 'x = <&o$0ff')),
  ).toMatchInlineSnapshot(`
    "$(circle-slash) **off is disabled**  
    arm-smmu-v3 (\`arm,smmu-v3\`)

    \`#iommu-cells = <1>\`: stream ID

    \`status\` is set in [board.dts:14](#)

    ---
    [Explain](explain:/iommu@40000) · [Show in map](showMap:/iommu@40000)  
    \`/iommu@40000\` · [board.dts:14](#)"
  `);
});

test('a host bridge: its functions, not itself', () => {
  expect(
    hover(
      HOST(
        'iommu-map = <0 &smmu 0x1400 1>, <0x100 &smmu 0x1401 1>; msi-map = <0 &its 0 0x10000>; dma-coherent;',
        'pcie@0 { device_type = "pci"; reg = <0 0 0 0 0>; bus-range = <1 0xff>; #address-cells = <3>; #size-cells = <2>; ranges; wifi@0 { reg = <0x10000 0 0 0 0>; compatible = "pci17cb,1107"; }; };',
      ),
    ),
  ).toMatchInlineSnapshot(`
    "$(shield) **Functions behind pcie0 → smmu, by requester ID**  
    translated (\`dma-iommu\`, strict) · coherent · MSI → its

    | function | ID | node |
    |---|---|---|
    | \`00:00.0\` | \`0x1400\` | pcie@0 |
    | \`01:00.0\` | \`0x1401\` | wifi@0 |
    | any other | — | direct: not in iommu-map |

    \`iommu-map\` is looked up for each function that is found — [board.dts:17](#) · \`of_pci_iommu_init\`

    ---
    [Explain](explain:/pcie@40000000) · [Show in map](showMap:/pcie@40000000)  
    \`/pcie@40000000\` · [board.dts:15](#)"
  `);
});

test('a host bridge without a map', () => {
  expect(hover(HOST(''))).toMatchInlineSnapshot(`
    "$(arrow-right) **Functions behind pcie0 → all memory, no IOMMU**  
    \`dma-direct\` · not coherent

    \`pcie0\` has no \`iommu-map\`: no IOMMU translates for the functions behind it — \`of_map_id\`

    ---
    [Explain](explain:/pcie@40000000) · [Show in map](showMap:/pcie@40000000)  
    \`/pcie@40000000\` · [board.dts:15](#)"
  `);
});

test('a host bridge whose map leads nowhere', () => {
  expect(hover(HOST('iommu-map = <0 &off 0 0x10000>;'))).toMatchInlineSnapshot(`
    "$(circle-slash) **Functions behind pcie0: iommu-map names off, which does not take them**  
    \`dma-direct\` · not coherent

    | function | ID | node |
    |---|---|---|
    | \`00:00.0\` to \`ff:1f.7\` | \`0x0\` to \`0xffff\` |  |

    \`iommu-map\` on \`pcie0\` maps ID 0x0 to 0x0; its entry names \`off\`, but that node is disabled: Linux continues without an IOMMU — [board.dts:17](#) · \`of_iommu_xlate\`

    ---
    [Explain](explain:/pcie@40000000) · [Show in map](showMap:/pcie@40000000)  
    \`/pcie@40000000\` · [board.dts:15](#)"
  `);
});

test('a row that nobody comes to', () => {
  // Since Linux 7.2 a range cannot go to an IOMMU of two cells.
  const project = '\n//- /dt-iommu.json\n{ "kernelVersion": "6.12" }\n';
  const map = HOST('iommu-map = <0 &smmu 0 0x10000>, <0x100 &smmu 0x100 1>;');
  expect(hoverText(`//- /board.dts\n${BOARD('', map)}${project}`)).toMatchInlineSnapshot(`
    "$(shield) **Functions behind pcie0 → smmu, by requester ID**  
    translated (\`dma-iommu\`, strict) · not coherent

    | function | ID | node |
    |---|---|---|
    | \`00:00.0\` to \`ff:1f.7\` | \`0x0\` to \`0xffff\` |  |
    | \`01:00.0\` | \`0x100\` |  |

    \`iommu-map\` is looked up for each function that is found — [board.dts:17](#) · \`of_pci_iommu_init\`  
    entry 1 is not used: entry 0 covers its IDs — [board.dts:17](#) · \`of_map_id\`

    ---
    [Explain](explain:/pcie@40000000) · [Show in map](showMap:/pcie@40000000)  
    \`/pcie@40000000\` · [board.dts:15](#)"
  `);
});

test('a bus: what dma-ranges lets the devices below reach', () => {
  expect(
    hover(`soc: bus@0 { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; reg = <0 0x1000>; ranges = <0 0 0 0 0x40000000>;
		dma-$0ranges = <0 0 0x80000000 0 0x40000000>;
		mmc@64000 { compatible = "fsl,imx8mm-usdhc"; reg = <0 0x64000 0 0x100>; };
		hole { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges;
			inner { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges;
				usb@65000 { compatible = "snps,dwc3"; reg = <0 0x65000 0 0x100>; };
			};
		};
	};`),
  ).toMatchInlineSnapshot(`
    "**Devices below soc see memory at another address, 1 GiB (30-bit)**  
    bus \`0x0\` → memory \`0x80000000\`, size \`0x40000000\`

    the \`dma-ranges\` of soc counts for 1 master below; not for usb@65000: a bus on the way has no \`dma-ranges\` — [board.dts:16](#) · \`of_dma_get_range\`  
    $(question) the tree has no RAM: what lies outside is copied by swiotlb

    ---
    \`dma-ranges\` is set in [board.dts:16](#)"
  `);
});

test('a bus without dma-ranges', () => {
  expect(
    hover(
      '$0soc: bus@0 { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; mmc@64000 { compatible = "fsl,imx8mm-usdhc"; reg = <0x64000 0x100>; }; };',
    ),
  ).toMatchInlineSnapshot(`
    "**Devices below soc see memory at the addresses of the CPU, without a limit**

    no \`dma-ranges\` here nor above: bus addresses pass one to one

    ---
    \`/bus@0\` · [board.dts:15](#)"
  `);
});

test('what an IOMMU itself waits for leads to the boot order; a map without an ID gives none to its IOMMU', () => {
  const board = (cursor: string) =>
    `/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>;
	clk: clock-controller@100 { compatible = "qcom,sm8550-gcc"; reg = <0x100 0x10>; #clock-cells = <1>; };
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; clocks = <&clk 0>; };
	mc: fsl-mc@4000 { compatible = "fsl,qoriq-mc"; reg = <0x4000 0x40>; iommu-map = <0 &smmu 0 0>; };
};`.replace(cursor, `$0${cursor}`);
  expect(hoverText(board('smmu: iommu@'))).toContain('[1 wait](showWaits:/iommu@1000000)');
  // fsl-lx216x.dtsi: the fourth cell is a length of 0 IDs.
  expect(hoverText(board('mc: fsl-mc@'))).toContain(
    '**Devices behind mc: iommu-map covers no ID, so smmu has none of them**',
  );
});

test('what takes GPIOs and interrupts at its pins is a GPIO controller', () => {
  const text =
    '$0gp: gpio@50000 { compatible = "a,gpio"; reg = <0x50000 0x100>; gpio-controller; #gpio-cells = <2>; interrupt-controller; #interrupt-cells = <2>; };';
  expect(hover(text)).toContain('GPIO controller');
  expect(hover(text)).not.toContain('interrupt controller');
});
