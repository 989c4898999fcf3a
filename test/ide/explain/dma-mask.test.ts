// SPDX-License-Identifier: MIT
// `dt-iommu explain --dma-mask N`: which RAM a mask reaches, from include/linux/dma-direct.h:dma_capable.
import { afterAll, expect, test } from 'vitest';
import { folderOf } from '#test/support/cli.ts';

const board = (ranges: string) => `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	memory@0 { device_type = "memory"; reg = <0x0 0x0 0x1 0xf0000000>; };
	smmu: iommu@10000000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x10000000 0x0 0x20000>;
		#iommu-cells = <1>;
	};
	soc {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		${ranges}
		dma@1000 { compatible = "example,dma"; reg = <0x0 0x1000 0x0 0x1000>; };
		net@2000 { compatible = "example,net"; reg = <0x0 0x2000 0x0 0x1000>; iommus = <&smmu 1>; };
	};
};
`;
const folder = folderOf(`//- /plain.dts
${board('')}
//- /high.dts
${board('dma-ranges = <0x10 0x0 0x0 0x0 0x10 0x0>;')}
//- /none.dts
${board('dma-ranges = <0x0 0x0 0x0 0x0 0x0 0x0>;')}
`);
afterAll(() => folder.remove());

async function reach(file: string, node: string, bits: string) {
  const { out, error } = await folder.run('explain', file, node, '--dma-mask', bits, '--format', 'json');
  expect(error).toBe('');
  const { reached, beyond } = JSON.parse(out).devices[0].dmaMask;
  const text = (all: { start: string; end: string }[]) => all.map(({ start, end }) => `${start}-${end}`).join(' ');
  return { reached: text(reached), beyond: text(beyond) };
}

test('without windows the mask alone decides', async () => {
  expect(await reach('plain.dts', '/soc/dma@1000', '32')).toEqual({
    reached: '0x0-0xffffffff',
    beyond: '0x100000000-0x1efffffff',
  });
  expect(await reach('plain.dts', '/soc/dma@1000', '33')).toEqual({ reached: '0x0-0x1efffffff', beyond: '' });
});

test('a window that puts RAM above 64 GiB: 36 bits reach nothing, 37 all', async () => {
  expect(await reach('high.dts', '/soc/dma@1000', '36')).toEqual({ reached: '', beyond: '0x0-0x1efffffff' });
  expect(await reach('high.dts', '/soc/dma@1000', '37')).toEqual({ reached: '0x0-0x1efffffff', beyond: '' });
});

test('a window of no size: no mask reaches anything', async () => {
  expect(await reach('none.dts', '/soc/dma@1000', '64')).toEqual({ reached: '', beyond: '0x0-0x1efffffff' });
});

test('behind an IOMMU every page gets an address below the mask', async () => {
  expect(await reach('plain.dts', '/soc/net@2000', '24')).toEqual({ reached: '0x0-0x1efffffff', beyond: '' });
});

test('in words, and what is not a mask', async () => {
  const { out } = await folder.run('explain', 'high.dts', '/soc/dma@1000', '--dma-mask', '24');
  expect(out).toContain(
    '  mask 24 bits reaches no RAM, nor a bounce buffer: its driver gets no mask (-EIO), or every mapping fails',
  );
  expect((await folder.run('explain', 'plain.dts', '/soc/dma@1000', '--dma-mask', '65')).error).toContain('up to 64');
});
