// SPDX-License-Identifier: MIT
// The table that `dt-iommu explain BOARD` prints, whole.
import { expect, test } from 'vitest';
import { dmaMap } from '#ide/map/dma-map.ts';
import { overviewTable } from '#ide/map/table.ts';
import { editor } from '#test/support/views.ts';

/** The release whose `iommu-map` may send a range to an IOMMU of two cells. */
const PROJECT = `//- /dt-iommu.json\n{ "kernelVersion": "6.12" }\n`;

const table = (source: string, width = 100) =>
  overviewTable(dmaMap(editor(`//- /board.dts\n${source}${PROJECT}`).view.snapshot), {
    board: 'dts/board.dts',
    platform: 'Linux 6.12 on arm64',
    width,
  }).join('\n');

const BOARD = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	dma-ranges;
	smmu: iommu@1000 {
		compatible = "arm,mmu-500"; reg = <0x1000 0x1000>; #iommu-cells = <2>; #global-interrupts = <1>;
		interrupts = <0 1 4>, <0 2 4>, <0 3 4>;
	};
	off: iommu@2000 { compatible = "arm,smmu-v3"; reg = <0x2000 0x1000>; #iommu-cells = <1>; status = "disabled"; };
	ufs: ufs@10000 { compatible = "qcom,sm8550-ufshc", "qcom,ufshc"; reg = <0x10000 0x1000>; iommus = <&smmu 0x60 0>; dma-coherent; };
	mmc: mmc@11000 { compatible = "fsl,imx8mm-usdhc"; reg = <0x11000 0x1000>; iommus = <&smmu 0x1c00 0x2>; };
	left: crypto@12000 { compatible = "qcom,crypto-v5.1"; reg = <0x12000 0x1000>; iommus = <&off 1>; };
	fec: ethernet@13000 { compatible = "fsl,imx6q-fec"; reg = <0x13000 0x1000>; };
	gpio: gpio@14000 { compatible = "vendor,gpio"; reg = <0x14000 0x1000>; };
	pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; ranges; iommu-map = <0 &smmu 0x100 0x10>;
		wifi@0 { compatible = "pci17cb,1107"; reg = <0x0 0 0 0 0>; };
	};
};
`;

test('a board by IOMMU, refused masters and devices without one apart', () => {
  expect(table(BOARD)).toMatchInlineSnapshot(`
    "board.dts   Linux 6.12 on arm64
    6 devices do DMA: 4 translated, 1 direct, 1 refused

    PROBLEMS
      warning smmu                  iommu@1000 has interrupts, and no interrupt-parent applies to it; L…
      warning left                  iommus points to /iommu@2000, which is disabled; Linux gives this d…
      warning pcie@40000000         Empty ranges between 3 address cells here and 1 in /; the addresses…
      warning pcie@40000000         Empty ranges between 2 size cells here and 1 in /; the addresses of…

    smmu  /iommu@1000  arm-smmu   3 groups, 2 contexts
      DEVICE                ID                   DMA OPS              COH  BITS  NOTE
      ufs                   0x60                 dma-iommu            yes  -
      mmc                   0x1c00/0x2           dma-iommu            -    -
      pcie@40000000         by requester ID      by function          -    -     PCI host
        00:00.0-00:01.7     0x100..0x10f                                         wifi@0

    off  /iommu@2000  disabled
      it is disabled, direct: left

    DIRECT   no IOMMU
      no limit                fec

    2 without DMA of their own left out (--all). 1 note: dt-iommu check.
    Why: dt-iommu explain dts/board.dts '&ufs'"
  `);
});

test('no line but the command is wider than the terminal', () => {
  const lines = table(BOARD, 60).split('\n');
  expect(lines.slice(0, -1).filter((line) => line.length > 60)).toEqual([]);
  expect(lines.at(-1)).toBe("Why: dt-iommu explain dts/board.dts '&ufs'");
});

test('equal siblings are one line', () => {
  const contexts = [1, 2, 3, 4].map(
    (id) => `compute-cb@${id} { compatible = "qcom,fastrpc-compute-cb"; reg = <${id}>; iommus = <&smmu 0x${id}0 0>; };`,
  );
  const board = BOARD.replace(
    'fec:',
    `dsp: dsp@15000 { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <0>; ${contexts.join(' ')} }; fec:`,
  );
  expect(table(board)).toMatch(/^ {2}compute-cb x4 +0x10\.\.0x40 +dma-iommu .* of dsp@15000$/m);
});

test('a master that the driver turns away names the function and its error', () => {
  const text = table(`/dts-v1/;
/ {
	#address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
	gic: gic { #interrupt-cells = <3>; interrupt-controller; };
	mm: iommu@1000 { compatible = "renesas,ipmmu-r8a7795"; reg = <0x1000 0x1000>; interrupts = <0 1 4>; #iommu-cells = <1>; };
	ds: iommu@2000 { compatible = "renesas,ipmmu-r8a7795"; reg = <0x2000 0x1000>; renesas,ipmmu-main = <&mm 0>; #iommu-cells = <1>; };
	avb: ethernet@3000 { compatible = "renesas,etheravb-r8a7795"; reg = <0x3000 0x1000>; iommus = <&ds 16>; };
};`);
  // drivers/iommu/ipmmu-vmsa.c:ipmmu_device_is_allowed knows four devices, and this is none of them.
  expect(text).toContain('  refused by ipmmu_device_is_allowed (-ENODEV), direct: avb');
});

test('a device whose `iommus` names no IOMMU is told with those that have none', () => {
  const text = table(`/dts-v1/;
/ {
	#address-cells = <1>; #size-cells = <1>;
	uart: serial@1000 { compatible = "arm,pl011"; reg = <0x1000 0x1000>; };
	mmc@2000 { compatible = "fsl,imx8mm-usdhc"; reg = <0x2000 0x1000>; iommus = <&uart>; };
	fec: ethernet@3000 { compatible = "fsl,imx6q-fec"; reg = <0x3000 0x1000>; };
};`);
  expect(text).toMatch(/^ {2}what they name is none {2}mmc@2000\n {2}no limit {16}fec$/m);
});

test('behind Xen: its limits once, and to whom a device is given', () => {
  const { snapshot } = editor(`//- /board.dts
/dts-v1/;
/ {
	#address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
	gic: gic { #interrupt-cells = <3>; interrupt-controller; };
	smmu: iommu@1000 { compatible = "arm,mmu-500"; reg = <0x1000 0x1000>; #iommu-cells = <1>; #global-interrupts = <1>; interrupts = <0 1 4>, <0 2 4>, <0 3 4>; };
	mmc@2000 { compatible = "arasan,sdhci-8.9a"; reg = <0x2000 0x1000>; iommus = <&smmu 0x10>; xen,passthrough; };
};
//- /dt-iommu.json
{ "platform": "xen-host" }
`).view;
  const lines = overviewTable(dmaMap(snapshot), { board: 'board.dts', platform: 'Xen', width: 100 });
  expect(lines.find((line) => line.startsWith('smmu'))).toBe(
    'smmu  /iommu@1000  driven by Xen   0 of 2 contexts, 0 streams',
  );
  expect(lines.find((line) => line.startsWith('  mmc'))).toMatch(/0x10 .* given to a domain$/);
});
