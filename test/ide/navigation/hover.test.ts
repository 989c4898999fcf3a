// SPDX-License-Identifier: MIT
// What hovers say: the verdict first, then where things come from.
import { expect, test } from 'vitest';
import { hover } from '#ide/navigation/hover.ts';
import { editor } from '#test/support/views.ts';

function hoverAt(text: string): string {
  const { view, offset } = editor(`/dts-v1/;\n${text}`);
  const link = (span: { file: string; start: number }) => ({ text: span.file.slice(1), href: `#${span.start}` });
  return hover(view, offset, { link })?.markdown ?? '';
}

const guest = (device: string) => `
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	hypervisor { compatible = "xen,xen-4.19", "xen,xen"; reg = <0 1>; };
	xen_iommu: iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };
	${device}
};`;

test('a device says which DMA it gets', () => {
  const text = hoverAt(
    guest(
      'virtio@$02000000 { compatible = "virtio,mmio"; reg = <0x2000000 0x100>; dma-coherent; iommus = <&xen_iommu 2>; };',
    ),
  );
  expect(text).toMatch(/^\*\*virtio@2000000 → back end in domain 2, page by page\*\*/);
});

test('`iommus` and its cells show the verdict of the device that has them', () => {
  const device = 'virtio@2000000 { compatible = "virtio,mmio"; reg = <0x2000000 0x100>; iommus = <&xen_iommu 2>; };';
  expect(hoverAt(guest(device.replace('iommus', 'iom$0mus')))).toMatch(/^\*\*virtio@2000000 → back end in domain 2/);
  expect(hoverAt(guest(device.replace(' 2>', ' $02>')))).toMatch(
    /^\*\*virtio@2000000 → xen_iommu, backend domain `2`\*\*/,
  );
});

test('a macro shows its definitions', () => {
  expect(hoverAt('#define ID(n) (n + 1)\n/ { a = <I$0D(1)>; };')).toMatchInlineSnapshot(`
    "\`\`\`dts
    #define ID(n) (n + 1)
    \`\`\`

    Defined in [board.dts](#18)

    \`ID(1)\` → \`(1 + 1)\` = 2"
  `);
});

test('a property shows its value and every place that set it', () => {
  expect(hoverAt('/ { node { val$0ue = <1 2>; }; };\n/ { node { value = <3>; }; };')).toMatchInlineSnapshot(`
    "\`\`\`dts
    value = <0x3>;
    \`\`\`

    Set in [board.dts](#21), [board.dts](#53)"
  `);
});

test('between statements there is nothing to say', () => {
  expect(hoverAt('/ { a = <1>; $0  };')).toBe('');
});

test('a supplier that never comes is the headline', () => {
  const text = hoverAt(`/ {
	#address-cells = <1>;
	#size-cells = <1>;
	usb@$01000 { compatible = "example,usb"; reg = <0x1000 0x100>; resets = <&lost>; iommus = <&smmu 4>; };
	dma: dma@2000 { compatible = "example,dma"; reg = <0x2000 0x100>; clocks = <&clk>; iommus = <&smmu 5>; };
	clk: clock@3000 { compatible = "example,clock"; reg = <0x3000 0x100>; #clock-cells = <0>; };
	smmu: iommu@20000 { compatible = "arm,smmu-v3"; reg = <0x20000 0x20000>; #iommu-cells = <1>; };
	lost: reset { #reset-cells = <0>; };
};`);
  expect(text).toMatch(/^\*\*usb@1000 waits for lost: nothing brings it\*\* {2}\nwithout end\n/);
});
