// SPDX-License-Identifier: MIT
// Each kind of device has its own hover, whole.
import { expect, test } from 'vitest';
import { hoverText, shownLines } from '#test/support/hovers.ts';

const BOARD = (rest: string, project = '{}') => `//- /board.dts
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	interrupt-parent = <&gic>;
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x80000000>; };
	gic: interrupt-controller@1000 { compatible = "arm,gic-v3"; reg = <0x1000 0x1000>; interrupt-controller; #interrupt-cells = <3>; };
	smmu: iommu@20000 {
		compatible = "arm,mmu-500"; reg = <0x20000 0x20000>; #iommu-cells = <2>; #global-interrupts = <1>;
		interrupts = <0 1 4>, <0 2 4>, <0 3 4>, <0 4 4>, <0 5 4>;
	};
	off: iommu@40000 { compatible = "arm,smmu-v3"; reg = <0x40000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
	${rest}
};
//- /dt-iommu.json
${project}
`;

function hover(rest: string, project?: string): string {
  const text = hoverText(BOARD(rest, project));
  expect(shownLines(text)).toBeLessThanOrEqual(12);
  return text;
}

test('translated: to whom, by which stream', () => {
  expect(
    hover('$0ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; iommus = <&smmu 0x60 0>; dma-coherent; };'),
  ).toMatchInlineSnapshot(`
    "$(shield) **ufs → smmu, stream \`0x60\`**  
    translated (\`dma-iommu\`, strict) · coherent · its own group

    \`iommus\` entry 0 names \`smmu\`, which has the driver arm-smmu: stream ID 0x60 mask 0x0 — [board.dts:13](#) · \`of_iommu_xlate\`

    ---
    [Explain](explain:/ufs@60000) · [Show in map](showMap:/ufs@60000) · [7 reasons](explain:/ufs@60000) · [1 wait](showWaits:/ufs@60000)  
    \`/ufs@60000\` · [board.dts:13](#)"
  `);
});

test('another editor gets the same without icons and commands', () => {
  const text = hoverText(
    BOARD('$0ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; iommus = <&smmu 0x60 0>; };'),
    { plain: true },
  );
  expect(text).toMatchInlineSnapshot(`
    "**ufs → smmu, stream \`0x60\`**  
    translated (\`dma-iommu\`, strict) · not coherent · its own group

    \`iommus\` entry 0 names \`smmu\`, which has the driver arm-smmu: stream ID 0x60 mask 0x0 — [board.dts:13](#) · \`of_iommu_xlate\`

    ---
    \`/ufs@60000\` · [board.dts:13](#)"
  `);
});

test('two devices of one group, and a mask that leaves two streams', () => {
  expect(
    hover(`$0dsi: dsi@60000 { compatible = "a,dsi"; reg = <0x60000 0x100>; iommus = <&smmu 0x1c00 0x2>; };
	csi: csi@61000 { compatible = "a,csi"; reg = <0x61000 0x100>; iommus = <&smmu 0x1c02 0>; };`),
  ).toMatchInlineSnapshot(`
    "$(shield) **dsi → smmu, streams \`0x1c00\`, \`0x1c02\`**  
    translated (\`dma-iommu\`, strict) · not coherent · one group with csi

    \`iommus\` entry 0 names \`smmu\`, which has the driver arm-smmu: stream ID 0x1c00 mask 0x2 — [board.dts:13](#) · \`of_iommu_xlate\`

    ---
    [Explain](explain:/dsi@60000) · [Show in map](showMap:/dsi@60000) · [7 reasons](explain:/dsi@60000) · [1 wait](showWaits:/dsi@60000)  
    \`/dsi@60000\` · [board.dts:13](#)"
  `);
});

test('passed through, because the command line says so', () => {
  expect(
    hover(
      '$0ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; iommus = <&smmu 0x60 0>; };',
      '{ "cmdline": "iommu.passthrough=1" }',
    ),
  ).toMatchInlineSnapshot(`
    "$(shield) **ufs → smmu, stream \`0x60\`, passed through**  
    untranslated (\`dma-direct\`) · not coherent · its own group

    The default domain passes addresses through (\`iommu.passthrough=1\`) — \`iommu_subsys_init\`

    ---
    [Explain](explain:/ufs@60000) · [Show in map](showMap:/ufs@60000) · [7 reasons](explain:/ufs@60000) · [1 wait](showWaits:/ufs@60000)  
    \`/ufs@60000\` · [board.dts:13](#)"
  `);
});

test('named, but disabled', () => {
  expect(
    hover('$0ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; iommus = <&off 1>; };'),
  ).toMatchInlineSnapshot(`
    "$(circle-slash) **ufs names off, which is disabled: direct DMA**  
    \`dma-direct\` · not coherent

    \`iommus\` entry 0 names \`off\`, but that node is disabled: Linux continues without an IOMMU — [board.dts:13](#) · \`of_iommu_xlate\` (-ENODEV)

    ---
    [Explain](explain:/ufs@60000) · [Show in map](showMap:/ufs@60000) · [4 reasons](explain:/ufs@60000)  
    \`/ufs@60000\` · [board.dts:13](#)"
  `);
});

test('direct, with a short arm: out of reach is what lies above the window', () => {
  expect(
    hover(`bus { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges = <0 0x40000000 0x40000000>;
		$0usb@60000 { compatible = "a,usb"; reg = <0x60000 0x100>; dma-coherent; };
	};`),
  ).toMatchInlineSnapshot(`
    "$(redo) **usb@60000 → memory 0x40000000 to 0x7fffffff, no IOMMU; the rest is copied by swiotlb**  
    \`dma-direct\` + \`swiotlb\` · coherent · 30-bit

    The device cannot reach the RAM from 0x80000000 to 0xbfffffff: buffers there bounce through swiotlb — [board.dts:13](#) · \`dma_capable\`

    ---
    [Explain](explain:/bus/usb@60000) · [Show in map](showMap:/bus/usb@60000) · [5 reasons](explain:/bus/usb@60000)  
    \`/bus/usb@60000\` · [board.dts:14](#)"
  `);
});

test('direct, everything', () => {
  expect(hover('$0mmc@60000 { compatible = "fsl,imx8mm-usdhc"; reg = <0x60000 0x100>; };')).toMatchInlineSnapshot(`
    "$(arrow-right) **mmc@60000 → all memory, no IOMMU**  
    \`dma-direct\` · not coherent

    No \`iommus\`: no IOMMU translates for the device — \`of_iommu_configure_dev\`

    ---
    [Explain](explain:/mmc@60000) · [Show in map](showMap:/mmc@60000) · [4 reasons](explain:/mmc@60000)  
    \`/mmc@60000\` · [board.dts:13](#)"
  `);
});

test('waiting: the driver of the IOMMU is not built', () => {
  expect(
    hover(
      '$0ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; iommus = <&smmu 0x60 0>; };',
      '{ "kernelConfig": "off.config" }\n//- /off.config\nCONFIG_ARM64=y\nCONFIG_MODULES=y',
    ),
  ).toMatchInlineSnapshot(`
    "$(clock) **ufs waits for smmu: its driver is not built**  
    10 s · then direct, without the IOMMU (\`dma-direct\`)

    The probe waits 10 s for \`smmu\` (the default of 10 s with CONFIG_MODULES), then Linux continues without an IOMMU — \`iommu_fwspec_init\`

    ---
    [Explain](explain:/ufs@60000) · [Show in map](showMap:/ufs@60000) · [6 reasons](explain:/ufs@60000) · [1 wait](showWaits:/ufs@60000)  
    \`/ufs@60000\` · [board.dts:13](#)"
  `);
});

test('waiting: the driver of the IOMMU is a module', () => {
  expect(
    hover(
      '$0ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; iommus = <&smmu 0x60 0>; };',
      '{ "kernelConfig": "m.config" }\n//- /m.config\nCONFIG_ARM64=y\nCONFIG_MODULES=y\nCONFIG_ARM_SMMU=m\nCONFIG_IOMMU_DMA=y',
    ),
  ).toMatchInlineSnapshot(`
    "$(clock) **ufs waits for smmu: its driver is a module**  
    loaded within 10 s of the last new driver: translated (\`dma-iommu\`, strict) · else: direct, without the IOMMU (\`dma-direct\`)

    \`iommus\` entry 0 names \`smmu\`, which has the driver arm-smmu: stream ID 0x60 mask 0x0 — [board.dts:13](#) · \`of_iommu_xlate\`  
    $(question) depends on whether \`smmu\` registers before the device is tried again after the timeout

    ---
    [Explain](explain:/ufs@60000) · [Show in map](showMap:/ufs@60000) · [8 reasons](explain:/ufs@60000) · [1 wait](showWaits:/ufs@60000)  
    \`/ufs@60000\` · [board.dts:13](#)"
  `);
});

test('grants of a Xen guest', () => {
  expect(
    hover(
      `hypervisor { compatible = "xen,xen-4.19", "xen,xen"; reg = <0 1>; };
	grants: xen-iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };
	$0virtio@2000000 { compatible = "virtio,mmio"; reg = <0x2000000 0x100>; dma-coherent; iommus = <&grants 1>; };`,
      '{ "platform": "xen-domu" }',
    ),
  ).toMatchInlineSnapshot(`
    "$(key) **virtio@2000000 → back end in domain 1, page by page**  
    Xen grants (\`xen_grant_dma_ops\`) · coherent · the back end reaches granted pages only

    When the virtio device negotiates its features, Linux reads \`iommus\` entry 0 again: \`grants\` is "xen,grant-dma", and the backend is domain 1 — [board.dts:15](#) · \`xen_dt_grant_init_backend_domid\`

    ---
    [Explain](explain:/virtio@2000000) · [Show in map](showMap:/virtio@2000000) · [8 reasons](explain:/virtio@2000000) · [1 wait](showWaits:/virtio@2000000)  
    \`/virtio@2000000\` · [board.dts:15](#)"
  `);
});

test('no DMA of its own', () => {
  expect(
    hover(`$0tlmm: pinctrl@60000 { compatible = "qcom,sm8550-tlmm"; reg = <0x60000 0x100>; #gpio-cells = <2>; gpio-controller; };
	leds { compatible = "gpio-leds"; led { gpios = <&tlmm 1 0>; }; };`),
  ).toMatchInlineSnapshot(`
    "**tlmm does no DMA of its own**  
    pin controller · \`qcom,sm8550-tlmm\` · 1 node names it

    ---
    [Explain anyway](explain:/pinctrl@60000)  
    \`/pinctrl@60000\` · [board.dts:13](#)"
  `);
});

test('a DMA controller does it', () => {
  expect(
    hover(`dmac: dma-controller@60000 { compatible = "arm,pl330"; reg = <0x60000 0x100>; #dma-cells = <1>; iommus = <&smmu 5 0>; };
	$0serial@61000 { compatible = "a,uart"; reg = <0x61000 0x100>; dmas = <&dmac 1>; };`),
  ).toMatchInlineSnapshot(`
    "**serial@61000 lets dmac do its DMA**  
    serial port · \`a,uart\`

    what is set up for the controller counts: dmac → smmu, stream \`0x5\`

    ---
    [Explain anyway](explain:/serial@61000)  
    \`/serial@61000\` · [board.dts:14](#)"
  `);
});

test('disabled', () => {
  expect(
    hover('$0ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; status = "disabled"; };'),
  ).toMatchInlineSnapshot(`
    "**ufs is disabled: Linux makes no device**  
    \`a,ufs\`

    \`status\` is neither "okay" nor "ok": Linux makes no device — [board.dts:13](#) · \`of_platform_device_create_pdata\`

    ---
    [Explain anyway](explain:/ufs@60000)  
    \`/ufs@60000\` · [board.dts:13](#)"
  `);
});

test('a node that is not a device has its path', () => {
  expect(hover('al$0iases { };')).toMatchInlineSnapshot(`"\`/aliases\` · [board.dts:13](#)"`);
});

test('a property about DMA shows the device, and where it was set', () => {
  expect(
    hover('ufs: ufs@60000 { compatible = "a,ufs"; reg = <0x60000 0x100>; iom$0mus = <&smmu 0x60 0>; };'),
  ).toMatchInlineSnapshot(`
    "$(shield) **ufs → smmu, stream \`0x60\`**  
    translated (\`dma-iommu\`, strict) · not coherent · its own group

    \`iommus\` entry 0 names \`smmu\`, which has the driver arm-smmu: stream ID 0x60 mask 0x0 — [board.dts:13](#) · \`of_iommu_xlate\`

    ---
    [Explain](explain:/ufs@60000) · [Show in map](showMap:/ufs@60000) · [7 reasons](explain:/ufs@60000) · [1 wait](showWaits:/ufs@60000)  
    \`iommus\` is set in [board.dts:13](#)"
  `);
});
