// SPDX-License-Identifier: MIT
// What hovers say: the verdict first, then where things come from.
import { describe, expect, test } from 'vitest';
import { definition } from '#ide/navigation/definition.ts';
import { hover } from '#ide/navigation/hover.ts';
import { references } from '#ide/navigation/references.ts';
import { hoverText } from '#test/support/hovers.ts';
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
    value = <3>;
    \`\`\`

    Set in [board.dts](#21), [board.dts](#53)"
  `);
});

test('a property is shown as it was written: with its macros, without its comments', () => {
  const shown = (statement: string) => {
    const text = `#define N 5\n#define ALL v = <N>\n/ { node { ${statement} }; };`;
    return /```dts\n([\s\S]*?)\n```/.exec(hoverAt(text))?.[1];
  };
  expect(shown('va$0l = <(N + 1) 0x10>, "http://a"; // url')).toBe('val = <(N + 1) 0x10>, "http://a";');
  expect(shown('l: va$0l = <N>, /* two */\n\t\t<N>;')).toBe('val = <N>,\n\t<N>;');
  expect(shown('va$0l = <1\n#if 0\n 2\n#endif\n>;')).toBe('val = <0x1>;');
});

test('a label of a node that this board drops says so, and leads to its place', () => {
  const fixture = (board: string) => `//- /board.dts
/dts-v1/;
${board}
/ {
	i2c: i2c { pinctrl-0 = <&b>; };
};
//- /soc.dtsi
/ { pins { /omit-if-no-ref/ a: a-pins { p; }; /omit-if-no-ref/ b: b-pins { p; }; }; };
`;
  const text = fixture('#include "soc.dtsi"\n/ { i2c { pinctrl-0 = <&$0a>; }; };');
  expect(hoverText(text)).toBe(
    '`a` is not a node of this board: nothing of it names the node, which `/omit-if-no-ref/` drops then\n\n---\n[soc.dtsi:1](#)',
  );
  const { view, offset, place } = editor(text);
  expect(definition(view, offset).map(place)).toEqual(['soc.dtsi:1 a']);
  expect(references(view, offset, true).map(place)).toEqual(['board.dts:3 a', 'soc.dtsi:1 a']);
  expect(references(view, offset, false).map(place)).toEqual(['board.dts:3 a']);
  const absent = editor(fixture('#include "soc.dtsi"\n/ { i2c { pinctrl-0 = <&$0nothing>; }; };'));
  expect(definition(absent.view, absent.offset)).toEqual([]);
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

describe('words between slashes', () => {
  const said = (text: string) => {
    const { view, offset } = editor(text);
    const found = hover(view, offset, { link: () => ({ text: 'place', href: '' }) });
    return found && `${view.text.slice(found.span.start, found.span.end)}: ${found.markdown.split('\n').at(-1)}`;
  };

  test.each([
    ['/dts-$0v1/;\n/ { };', /^\/dts-v1\/: .*version 1/],
    ['/dts-v1/;\n/plu$0gin/;\n/ { };', /^\/plugin\/: .*overlay/],
    ['/dts-v1/;\n/memres$0erve/ 0x1000 0x1000;\n/ { };', /^\/memreserve\/: .*64 bits/],
    ['/dts-v1/;\n/ { a = /bi$0ts/ 8 <1>; };', /^\/bits\/: .*8, 16, 32 or 64/],
    ['/dts-v1/;\n/ { a = <1>; /delete-prop$0erty/ a; };', /^\/delete-property\/: .*taken out of the node/],
    ['/dts-v1/;\n/ { b { }; /delete-$0node/ b; };', /^\/delete-node\/: .*everything below/],
    ['/dts-v1/;\n/ { /omit-if-$0no-ref/ x: b { }; };', /^\/omit-if-no-ref\/: .*left out/],
    ['/dts-v1/;\n/ { a = /inc$0bin/("x"); };', /^\/incbin\/: .*bytes of a file/],
  ])('%s', (text, expected) => expect(said(text)).toMatch(expected));

  test('not in comments, strings and paths', () => {
    expect(said('/dts-v1/;\n/ { /* /bi$0ts/ */ a = <1>; };')).toBeUndefined();
    expect(said('/dts-v1/;\n/ { a = "/bi$0ts/"; };') ?? '').not.toContain('width');
    expect(said('/dts-v1/;\n/ { bits { c { }; }; a = &{/bi$0ts/c}; };') ?? '').not.toContain('width');
  });
});
