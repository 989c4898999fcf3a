// SPDX-License-Identifier: MIT
// Blobs where a source can stand: the tree that really boots, as /sys/firmware/fdt or a toolstack's dump gives it.
import { afterAll, expect, test } from 'vitest';
import { folderOf } from '#test/support/cli.ts';

const folder = folderOf(`
//- /board.dts
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x20000>; interrupts = <1>; #iommu-cells = <1>; };
	dma@30000 { compatible = "vendor,dma"; reg = <0x30000 0x1000>; iommus = <&smmu 0x10>; dma-coherent; };
};
//- /firmware.dts
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	other: added { };
	smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x20000>; interrupts = <1>; #iommu-cells = <1>; };
	dma@30000 { compatible = "vendor,dma"; reg = <0x30000 0x1000>; iommus = <&smmu 0x11>; friend = <&other>; };
};
`);
afterAll(() => folder.remove());

await folder.run('compile', 'board.dts', '-o', 'board.dtb');
await folder.run('compile', 'firmware.dts', '-o', 'firmware.dtb');

test('a blob is explained as its source is', async () => {
  const answers = await Promise.all(
    ['board.dts', 'board.dtb'].map((file) => folder.run('explain', file, '--format', 'json')),
  );
  const [source, blob] = answers.map(({ out }) =>
    JSON.parse(out).devices.map((each: Record<string, unknown>) => [each.path, each.verdict, each.group]),
  );
  expect(source).toContainEqual(['/dma@30000', 'iommu-dma', '/iommu@1000#0x10']);
  expect(blob).toEqual(source);
});

test('a blob is told by its first bytes, whatever its name', async () => {
  await folder.run('compile', 'board.dts', '-o', 'fdt');
  const { code, out } = await folder.run('explain', 'fdt', '/dma@30000');
  expect(code).toBe(0);
  expect(out).toContain('stream ID 0x10');
});

test('numbers of phandles are told where a person writes them, not in a blob, as dtc does', async () => {
  expect((await folder.run('check', 'board.dtb')).out).not.toContain('instead of a reference');
  await folder.run('tree', 'board.dtb', '-o', 'copy.dts');
  const { out } = await folder.run('check', 'board.dtb', 'copy.dts');
  expect(out).toMatch(/copy\.dts:.*instead of a reference/);
});

test('a blob is never repaired', async () => {
  const before = folder.read('board.dtb');
  const { code, error } = await folder.run('fix', '--write', 'board.dtb');
  expect(code).toBe(2);
  expect(error).toContain('is a blob; fix the source');
  expect(folder.read('board.dtb')).toEqual(before);
});

test('a source and its blob do not differ, whatever numbers phandles have', async () => {
  expect(await folder.run('tree', 'board.dts', '--diff', 'board.dtb')).toMatchObject({
    code: 0,
    out: 'No difference.\n',
  });
});

test('what firmware changed is said, what DMA can depend on first', async () => {
  const { code, out } = await folder.run('tree', 'board.dts', '--diff', 'firmware.dtb');
  expect(code).toBe(1);
  expect(out).toMatchInlineSnapshot(`
    "What DMA can depend on (2)
      /dma@30000 iommus: changed  [firmware.dtb:22]
        - <0x1 0x10>
        + <0x1 0x11>
      /dma@30000 dma-coherent: removed  [board.dts:6]

    The rest (2)
      /dma@30000 friend: added  [firmware.dtb:23]
        + <0x2>
      /added: added  [firmware.dtb:7]
    "
  `);
  const json = JSON.parse((await folder.run('tree', 'board.dts', '--diff', 'firmware.dtb', '--format', 'json')).out);
  expect(json.dma.map(({ property, kind }: { property: string; kind: string }) => [property, kind])).toEqual([
    ['iommus', 'changed'],
    ['dma-coherent', 'removed'],
  ]);
});
