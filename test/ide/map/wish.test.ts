// SPDX-License-Identifier: MIT
// Another platform for a board: what can be wished, and its map beside the board's own.
import { expect, test } from 'vitest';
import { dmaMap } from '#ide/map/dma-map.ts';
import { lanesOf } from '#ide/map/lanes.ts';
import { besideOwn, whatIf } from '#ide/map/what-if.ts';
import { boardOn, type ReadConfig, wishedPlatform, wishesFor } from '#ide/map/wish.ts';
import { platformOf } from '#model/platform/platform.ts';
import { treeOf } from '#test/support/tree.ts';
import { editor } from '#test/support/views.ts';
import { cardsOf } from '../../../client/webview/search.ts';

const BOARD = `/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { compatible = "arm,cortex-a53"; reg = <0>; }; };
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	fec: ethernet@14000 { compatible = "fsl,imx6q-fec"; reg = <0x14000 0x1000>; iommus = <&smmu 4>; };
	mmc: mmc@15000 { compatible = "fsl,imx8mm-usdhc"; reg = <0x15000 0x1000>; };
};`;
const { snapshot } = editor(`//- /board.dts\n${BOARD}`).view;
const tree = treeOf(BOARD.replace('/dts-v1/;', ''));
const CONFIG =
  '# Linux/arm64 6.6.1 Kernel Configuration\nCONFIG_ARM_SMMU_V3=m\nCONFIG_MODULES=y\nCONFIG_CMDLINE="quiet"\n';
const read: ReadConfig = (name) => (name === '/k/.config' ? { text: CONFIG } : { complaint: 'does not exist' });
const noneRead: ReadConfig = () => ({ complaint: 'is not read here' });
const wished = (wish: string) => wishedPlatform({ tree, platform: platformOf(tree) }, wish, read);

test.each([
  ['xen-host', { kind: 'xen-host' }],
  ['xen-dom0', { kind: 'xen-dom0' }],
  ['xen-domu', { kind: 'xen-domu' }],
  ['kvm', { kind: 'kvm' }],
  ['linux', { kind: 'linux' }],
  ['6.1', { kernelVersion: '6.1' }],
  ['v6.1', { kernelVersion: '6.1' }],
  ['iommu.passthrough=1 swiotlb=force', { cmdline: 'iommu.passthrough=1 swiotlb=force' }],
  ['kernel-config=/k/.config', { kernelConfig: CONFIG, kernelConfigPath: '/k/.config' }],
  ['6.1 xen-host  quiet', { kernelVersion: '6.1', kind: 'xen-host', cmdline: 'quiet' }],
  ['xen-host linux', { kind: 'linux' }],
] as const)('%s: as if it had been stated', (wish, statements) => {
  expect(wished(wish)).toEqual(platformOf(tree, statements));
});

test('a .config and then another symbol of it; its release does not replace one that was stated', () => {
  const built = wished('kernel-config=/k/.config CONFIG_ARM_SMMU_V3');
  expect(typeof built === 'string' ? built : built.kernelConfig?.get('ARM_SMMU_V3')).toBe('n');
  const stated = platformOf(tree, { kernelVersion: '6.12', cmdline: 'ro' });
  const found = wishedPlatform({ tree, platform: stated }, 'kernel-config=/k/.config', read);
  expect(found).toMatchObject({ kernelVersion: [6, 12], cmdline: 'ro' });
});

test.each([
  ['kernel-config=/k/none', '/k/none does not exist.'],
  ['6.1 CONFIG_ARM_SMMU_V3=n', 'No .config is known'],
  ['zephyr', 'Zephyr'],
  ['6.1 ä', 'a release such as 6.1'],
])('%s is refused', (wish, why) => expect(wished(wish)).toContain(why));

test('what is suggested depends on what the board is', () => {
  const map = dmaMap(snapshot);
  const on = (kind: 'linux' | 'xen-host' | 'xen-domu' | 'zephyr') =>
    wishesFor({ platform: platformOf(tree, { kind }) }, map).filter((wish) => /^(xen|kvm|linux)/.test(wish));
  expect([on('linux'), on('xen-host'), on('xen-domu'), on('zephyr')]).toEqual([
    ['xen-host'],
    ['linux', 'xen-dom0'],
    ['kvm'],
    [],
  ]);
  for (const wish of wishesFor(snapshot, map)) expect(whatIf(snapshot, map, wish)).toHaveProperty('rows');
});

test('the map of another platform marks what is something else there, and nothing besides', () => {
  const own = dmaMap(snapshot);
  const lines = (wish: string) => {
    const board = boardOn(snapshot, wish, noneRead);
    if (typeof board === 'string') throw new Error(board);
    const cards = lanesOf(besideOwn(own, dmaMap(board))).lanes.flatMap(cardsOf);
    return cards.map(({ name, way, was }) => `${name} ${way}: ${was}`).toSorted();
  };
  expect(lines('6.6')).toEqual(['fec translated: null', 'mmc direct: null']);
  expect(lines('iommu.passthrough=1')).toEqual([
    expect.stringMatching(/^fec identity: fec → smmu, 0x4 · translated \(dma-iommu\)/),
    'mmc direct: null',
  ]);
  // Still translated: the card would look the same.
  expect(lines('iommu.strict=0')).toEqual([
    'fec translated: translated by the IOMMU, strict invalidation',
    'mmc direct: null',
  ]);
  expect(lines('xen-host').every((line) => / (dom0|refused).*: .* → /.test(line))).toBe(true);
});

test('a board that is known on a platform is not worked out again; one with a file is', () => {
  const board = boardOn(snapshot, '6.1', read);
  expect(boardOn(snapshot, '6.1', read)).toBe(board);
  expect(boardOn(snapshot, 'kernel-config=/k/.config', read)).not.toBe(
    boardOn(snapshot, 'kernel-config=/k/.config', read),
  );
  expect(boardOn(snapshot, '', read)).toEqual(expect.any(String));
});
