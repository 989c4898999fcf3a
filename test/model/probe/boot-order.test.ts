// SPDX-License-Identifier: MIT
// The boot order of devices: every device once, after the ones that Linux itself waits for.
import { expect, test } from 'vitest';
import { type BootStep, bootOrder, bootWaits, longestWay } from '#model/probe/boot-order.ts';
import { configured, LINUX_6_12, platform } from '#test/support/reports.ts';
import { nodeAt, treeOf } from '#test/support/tree.ts';

const line = ({ level, path, waits }: BootStep): string =>
  `${level} ${path} after ${waits.map(({ on }) => on).join(', ') || 'nobody'}`;

const chain = treeOf(`/ { #address-cells = <1>; #size-cells = <1>;
  gpu@4000 { compatible = "ex,gpu"; reg = <0x4000 0x100>; iommus = <&mmu>; clocks = <&clk>; };
  mmu: iommu@3000 { compatible = "rockchip,iommu"; reg = <0x3000 0x100>; #iommu-cells = <0>; power-domains = <&pd>; clocks = <&clk>; };
  pd: power@2000 { compatible = "ex,pd"; reg = <0x2000 0x10>; #power-domain-cells = <0>; clocks = <&clk>; };
  clk: clock@1000 { compatible = "ex,clk"; reg = <0x1000 0x10>; #clock-cells = <0>; };
  idle@5000 { compatible = "ex,idle"; reg = <0x5000 0x10>; };
};`);

test('each supplier once, suppliers first; only what the device needs', () => {
  const { steps } = bootOrder(chain, LINUX_6_12, [nodeAt(chain, '/gpu@4000')]);
  expect(steps.map(line)).toEqual([
    '1 /clock@1000 after nobody',
    '2 /power@2000 after /clock@1000',
    '3 /iommu@3000 after /power@2000, /clock@1000',
    '4 /gpu@4000 after /clock@1000, /iommu@3000',
  ]);
  expect(
    bootOrder(chain, LINUX_6_12)
      .steps.filter(({ level }) => level === 1)
      .map(({ path }) => path),
  ).toEqual(['/clock@1000', '/idle@5000']);
});

test('a cycle ends, and is named', () => {
  const tree = treeOf(`/ {
    a: a { compatible = "ex,a"; #clock-cells = <0>; clocks = <&b>; };
    b: b { compatible = "ex,b"; #clock-cells = <0>; clocks = <&a>; };
  };`);
  const { steps, cycles } = bootOrder(tree, LINUX_6_12);
  expect(steps.map(({ level, waits }) => [level, waits[0]?.by, waits[0]?.released])).toEqual([
    [1, 'driver', 'cycle'],
    [1, 'driver', 'cycle'],
  ]);
  expect(cycles).toEqual([['/a', '/b']]);
});

test('an IOMMU is waited for in DMA setup, whatever fw_devlink does, and by a link when it is strict', () => {
  const gpu = nodeAt(chain, '/gpu@4000');
  const waits = (cmdline: string) =>
    bootWaits(chain, platform({ cmdline }), gpu).map(({ by, property }) => `${by} ${property}`);
  expect(waits('')).toEqual(['fw_devlink clocks', 'dma iommus']);
  expect(waits('fw_devlink=off')).toEqual(['dma iommus', 'driver clocks']);
  expect(waits('fw_devlink.strict=1')).toEqual(['fw_devlink iommus', 'fw_devlink clocks', 'dma iommus']);
});

test('an IOMMU that this kernel lacks', () => {
  const config = configured('ARM64=y', 'MODULES=y');
  const [, iommu] = bootWaits(
    chain,
    platform({ ...config, cmdline: 'deferred_probe_timeout=5' }),
    nodeAt(chain, '/gpu@4000'),
  );
  expect(iommu).toMatchObject({
    by: 'dma',
    end: 'timeout',
    seconds: 5,
    driver: { symbol: 'ROCKCHIP_IOMMU', state: 'off' },
  });
});

test('the longest way does not depend on who was asked before, also around circles', () => {
  // Small trees with any links; iommus make circles that fw_devlink does not break.
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  for (let round = 0; round < 30; round++) {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const nodes = names.map((name, index) => {
      const other = () => names[random(names.length)];
      const clocks = random(3) > 0 ? `clocks = <&${other()}>;` : '';
      const iommus = random(2) > 0 ? `iommus = <&${other()}>;` : '';
      const address = 0x1000 * (index + 1);
      return `${name}: ${name}@${address.toString(16)} { compatible = "rockchip,iommu"; reg = <${address} 16>; #iommu-cells = <0>; #clock-cells = <0>; ${clocks} ${iommus} };`;
    });
    const tree = treeOf(`/ { #address-cells = <1>; #size-cells = <1>; ${nodes.join('\n')} };`);
    const devices = [...tree.root.children.values()];
    const shared = devices.map((node) => longestWay(tree, LINUX_6_12, node));
    // Another platform object is another machine, which knows nothing yet.
    const alone = devices.map((node) => longestWay(tree, { ...LINUX_6_12 }, node));
    expect(shared).toEqual(alone);
  }
});
