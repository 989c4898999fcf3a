// SPDX-License-Identifier: MIT
// The map's views beside the lanes: who waits for whom, and what another platform changes.
import { expect, test } from 'vitest';
import { bootViewOf } from '#ide/map/boot-view.ts';
import { detailsOf } from '#ide/map/details.ts';
import { dmaMap } from '#ide/map/dma-map.ts';
import { whatIf } from '#ide/map/what-if.ts';
import { wishesFor } from '#ide/map/wish.ts';
import { countWaits } from '#model/probe/boot-order.ts';
import { hoverText } from '#test/support/hovers.ts';
import { editor } from '#test/support/views.ts';
import { nodeByPath } from '#tree/query.ts';

const { snapshot } = editor(`//- /board.dts
/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	xo: clock { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <1>; };
	gcc: clock-controller@100 { compatible = "qcom,sm8550-gcc"; reg = <0x100 0x10>; #clock-cells = <1>; clocks = <&rpm 0>; };
	rpm: clock-controller@200 { compatible = "qcom,sm8550-tcsr", "syscon"; reg = <0x200 0x10>; #clock-cells = <1>; };
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; clocks = <&gcc 0>; };
	ufs: ufs@4000 { compatible = "qcom,ufshc"; reg = <0x4000 0x100>; iommus = <&smmu 4>; clocks = <&gcc 1>; };
	fec: ethernet@14000 { compatible = "fsl,imx6q-fec"; reg = <0x14000 0x1000>; };
};`).view;
const map = dmaMap(snapshot);

test('levels, the longest way, and a line for each wait', () => {
  const boot = bootViewOf(snapshot, map, '/ufs@4000');
  expect(boot?.name).toBe('ufs');
  expect(boot?.levels.map((nodes) => nodes.map(({ name, onWay }) => (onWay ? `*${name}` : name)))).toEqual([
    ['*rpm'],
    ['*gcc'],
    ['*smmu'],
    ['*ufs'],
  ]);
  const edges = boot?.edges.map(({ from, to, property, onWay }) => `${from} ${to} ${property}${onWay ? ' *' : ''}`);
  expect(edges?.toSorted()).toEqual([
    '/clock-controller@100 /iommu@1000000 clocks *',
    '/clock-controller@100 /ufs@4000 clocks',
    '/clock-controller@200 /clock-controller@100 clocks *',
    '/iommu@1000000 /ufs@4000 iommus *',
  ]);
  expect(boot?.holders).toEqual([
    { path: '/clock-controller@100', name: 'gcc', masters: ['ufs'] },
    { path: '/iommu@1000000', name: 'smmu', masters: ['ufs'] },
  ]);
});

test('a hover counts as many waits as the boot order and the details list, those that Linux drops included', () => {
  // drivers/base/core.c:__fw_devlink_relax_cycles: display and panel are each other's supplier.
  const text = `//- /board.dts
/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	timer { compatible = "arm,armv8-timer"; interrupt-parent = <&gic>; };
	gic: interrupt-controller@1000 { compatible = "arm,gic-v3"; reg = <0x1000 0x100>; interrupt-controller; #interrupt-cells = <3>; };
	clk: clock-controller@100 { compatible = "qcom,sm8550-gcc"; reg = <0x100 0x10>; #clock-cells = <1>; };
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; clocks = <&clk 0>; };
	display@4000 { compatible = "qcom,sm8550-dpu"; reg = <0x4000 0x100>; iommus = <&smmu 4>;
		clocks = <&clk 1>, <&clk 2>; interrupt-parent = <&gic>; interrupts = <0 1 4>; panel = <&panel>; };
	panel: panel@5000 { compatible = "acme,panel"; reg = <0x5000 0x100>; clocks = <&clk 3>; backlight = <&light>; };
	light: light@6000 { compatible = "acme,light"; reg = <0x6000 0x100>; leds = <&{/display@4000}>; };
	fastrpc { compatible = "qcom,fastrpc"; #address-cells = <1>; #size-cells = <0>;
		compute-cb@1 { compatible = "qcom,fastrpc-compute-cb"; reg = <1>; iommus = <&smmu 5>; }; };
};`;
  const { snapshot: own } = editor(text).view;
  const ways = dmaMap(own);
  const of = (path: string) => bootViewOf(own, ways, path)?.waits ?? [];
  expect(of('/display@4000').map(({ on, end, dropped }) => `${on}${dropped ? ' -' : ''}: ${end}`)).toEqual([
    'clk: the probe waits until its driver binds',
    'smmu: DMA setup waits until the IOMMU is registered',
    "panel -: it waits for this device, too (by way of /light@6000), so Linux drops the link; the device's own driver asks for it",
  ]);
  for (const path of ['/display@4000', '/fastrpc/compute-cb@1', '/iommu@1000000', '/panel@5000', '/light@6000']) {
    const node = nodeByPath(own.tree, path);
    expect(node && countWaits(own.tree, own.platform, node), path).toBe(of(path).length);
  }
  expect(detailsOf(own, '/display@4000')?.waits).toEqual(of('/display@4000'));
  expect(hoverText(text.replace('display@4000 {', '$0display@4000 {'))).toContain('[3 waits](showWaits:/display@4000)');
});

test('a device that waits for no supplier, and one that is not there', () => {
  expect(bootViewOf(snapshot, map, '/ethernet@14000')?.levels.map((nodes) => nodes.length)).toEqual([1]);
  expect(bootViewOf(snapshot, map, '/nowhere')).toBeUndefined();
});

test('an option, a release; what is no such thing is refused with what would be', () => {
  const passed = whatIf(snapshot, map, ' iommu.passthrough=1 ');
  expect(passed).toMatchObject({
    rows: [{ devices: [{ name: 'ufs' }], alike: [{ after: 'behind the IOMMU, passed through untranslated' }] }],
    same: 1,
  });
  expect('platform' in passed && passed.platform).toContain('iommu.passthrough=1');
  const older = whatIf(snapshot, map, '6.1');
  expect('platform' in older && older.platform).toContain('Linux 6.1 ');
  for (const wish of ['', 'CONFIG_ARM_SMMU=m', 'ä', 'x'.repeat(2000)]) {
    expect(whatIf(snapshot, map, wish)).toEqual({ refused: expect.any(String) });
  }
});

test('what is suggested can be asked', () => {
  const wishes = wishesFor(snapshot, map);
  expect(wishes).toContain('iommu.passthrough=1');
  for (const wish of wishes) expect(whatIf(snapshot, map, wish)).toHaveProperty('rows');
});
