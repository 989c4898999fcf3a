// SPDX-License-Identifier: MIT
// Which PCI functions share a group and which IDs they use, where the kernel lab's machine has no such hardware.
import { expect, test } from 'vitest';
import type { KernelVersion } from '#model/platform/types.ts';
import { reportAt } from '#test/support/reports.ts';

const BUS = 'device_type = "pci"; #address-cells = <3>; #size-cells = <2>; ranges;';

const host = (inside: string) => `/ { #address-cells = <2>; #size-cells = <2>;
  smmu: smmu@1000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x1000000 0x0 0x20000>; #iommu-cells = <1>; };
  pcie@20000000 { compatible = "pci-host-ecam-generic"; ${BUS} reg = <0x0 0x20000000 0x0 0x1000000>;
    iommu-map = <0x0 &smmu 0x0 0x10000>; ${inside} }; };`;

const ports = host(`
  pcie@1,0 { ${BUS} reg = <0x800 0 0 0 0>; bus-range = <1 1>; nvme@0,0 { reg = <0x10000 0 0 0 0>; }; };
  pcie@2,0 { ${BUS} reg = <0x1000 0 0 0 0>; bus-range = <2 9>; };`);

const fn = (source: string, rid: number, kernelVersion: KernelVersion = [6, 12]) =>
  reportAt(source, '/pcie@20000000', { rid, kernelVersion });

test('since Linux 7.0 ACS is asked for in time, and ports isolate what is below', () => {
  expect(fn(ports, 0x100).group).toBe('/smmu@1000000#0x8');
  expect(fn(ports, 0x100, [7, 0]).group).toBe('/smmu@1000000#0x100');
  expect(fn(ports, 0x100).dependsOn).toContain('whether ACS is on in `/pcie@20000000/pcie@1,0`');
});

test('a function of the tree answers by its node, whichever way one asks', () => {
  const path = '/pcie@20000000/pcie@1,0/nvme@0,0';
  expect(fn(ports, 0x100)).toMatchObject({ path, rid: '0x0100' });
  expect(reportAt(ports, path)).toMatchObject({ rid: '0x0100', group: '/smmu@1000000#0x8' });
});

test('the bus below a bridge is above its own, whatever `bus-range` says', () => {
  // rk3588-evb1-v10.dts: the port repeats the buses of its host bridge, and the function is addressed on the next one.
  const source = host(`bus-range = <0x20 0x2f>;
    pcie@0,0 { ${BUS} reg = <0x200000 0 0 0 0>; bus-range = <0x20 0x2f>; wifi@0,0 { reg = <0x210000 0 0 0 0>; }; };`);
  const wifi = '/pcie@20000000/pcie@0,0/wifi@0,0';
  expect(reportAt(source, wifi)).toMatchObject({ rid: '0x2100', verdict: 'iommu-dma' });
  expect(fn(source, 0x2000).path).toBe('/pcie@20000000/pcie@0,0');
  // Without a number that can be, the next one, as far as the tree tells.
  const unsaid = reportAt(source.replace('0x210000', '0'), wifi);
  expect([unsaid.rid, unsaid.dependsOn]).toEqual(['0x2100', expect.stringContaining('bus')]);
});

test('bridges that no node describes are what the answer hangs on', () => {
  expect(fn(ports, 0x500).dependsOn).toContain('the bridges between it and `/pcie@20000000/pcie@2,0`');
  expect(fn(ports, 0xa00).dependsOn).toContain('the bridges above it');
});

test('a bridge called `pci` may be conventional, one called `pcie` is not', () => {
  const below = (name: string) => fn(host(`${name}@1,0 { ${BUS} reg = <0x800 0 0 0 0>; bus-range = <1 1>; };`), 0x100);
  expect(below('pci').dependsOn).toContain('is a PCI Express port');
  expect(below('pcie').dependsOn).not.toContain('is a PCI Express port');
});

test('buses without a stated number are counted as Linux counts them', () => {
  const nested = host(`
    pcie@1,0 { ${BUS} reg = <0x800 0 0 0 0>; pcie@0,0 { ${BUS} reg = <0 0 0 0 0>; }; };
    pcie@2,0 { ${BUS} reg = <0x1000 0 0 0 0>; nvme@0,0 { reg = <0 0 0 0 0>; }; };`);
  const report = reportAt(nested, '/pcie@20000000/pcie@2,0/nvme@0,0');
  expect(report.rid).toBe('0x0300');
  expect(report.dependsOn).toContain('the bus number that Linux gives');
});

test('a controller that does its DMA as function 1 has that ID, too, and the group of such a function', () => {
  const marvell = host(`sata@3,0 { compatible = "pci1b4b,9172"; reg = <0x1800 0 0 0 0>; };`);
  const report = fn(marvell, 0x18);
  expect(report.iommus.flatMap(({ ids }) => ids.map(({ id }) => id))).toEqual([0x18, 0x19]);
  // An SMMUv3 gives an ID to one device only.
  expect(fn(marvell, 0x19)).toMatchObject({
    verdict: 'direct',
    log: ['0000:00:03.1: stream 25 already in tree from dev 0000:00:03.0'],
  });
});

test('a driver with one group for all does not ask how functions are isolated', () => {
  const ipmmu = host('')
    .replace('"arm,smmu-v3"', '"renesas,ipmmu-vmsa"')
    .replace('#iommu-cells', 'interrupts = <1>; #iommu-cells');
  const report = fn(ipmmu, 0x9);
  expect(report).toMatchObject({ verdict: 'iommu-dma', group: '/smmu@1000000' });
  expect(report.dependsOn ?? '').not.toContain('ACS');
});

test('a mask of zero makes one group of all functions behind an SMMUv2, whatever isolates them', () => {
  const folded = host('iommu-map-mask = <0x0>;')
    .replace('"arm,smmu-v3"', '"arm,mmu-500", "arm,smmu-v2"')
    .replace('#iommu-cells', '#global-interrupts = <1>; interrupts = <1>, <2>, <3>; #iommu-cells')
    .replace('<0x0 &smmu 0x0 0x10000>', '<0x0 &smmu 0x13 0x1000>');
  const [port, card] = [0x8, 0x301].map((rid) => fn(folded, rid));
  expect(port?.group).toBe('/smmu@1000000#0x13');
  expect(card).toMatchObject({ group: '/smmu@1000000#0x13', verdict: 'iommu-dma' });
  expect(card?.dependsOn ?? '').not.toContain('ACS');
});
