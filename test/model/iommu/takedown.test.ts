// SPDX-License-Identifier: MIT
// One device that its IOMMU's driver refuses: alone before Linux 6.15, with all others since. Expected values are what
// Linux 7.3 did with the trees of the kernel lab of the same kinds, or drivers/iommu/iommu.c:probe_iommu_group.
import { describe, expect, test } from 'vitest';
import { reportAt } from '#test/support/reports.ts';

const SMMU2 = `
  gic: interrupt-controller@9000 { compatible = "arm,gic-v3"; reg = <0x9000 0x1000>; interrupt-controller; #interrupt-cells = <1>; };
  smmu: iommu@1000000 { compatible = "arm,mmu-500"; reg = <0x1000000 0x10000>; #iommu-cells = <2>;
    #global-interrupts = <1>;
    interrupts-extended = <&gic 0>, <&gic 1>, <&gic 2>, <&gic 3>, <&gic 4>; };`;

const board = (...content: string[]): string => `/ { #address-cells = <1>; #size-cells = <1>; ${content.join('\n')} };`;

const dev = (at: string, iommus: string, more = ''): string =>
  `dev@${at} { compatible = "vendor,dev"; reg = <0x${at} 0x1000>; iommus = ${iommus}; ${more} };`;

describe('stream matches that cross', () => {
  const tree = board(
    SMMU2,
    dev('2000', '<&smmu 0x60 0x3>'),
    dev('3000', '<&smmu 0x62 0x5>'),
    dev('4000', '<&smmu 0x80 0>'),
  );

  test('since 6.15 the masters before are held by their link, the others wait for the timeout', () => {
    const over = { kernelVersion: [7, 3] } as const;
    expect(reportAt(tree, '/dev@2000', over)).toMatchObject({
      verdict: 'defer',
      certainty: 'certain',
      deferred: { on: '/iommu@1000000', seconds: null },
      log: [
        'dev@2000: Adding to iommu group N',
        'dev@2000: deferred probe pending: platform: supplier 1000000.iommu not ready',
      ].map((line) => line.replace('dev@2000', '2000.dev')),
    });
    for (const path of ['/dev@3000', '/dev@4000']) {
      expect(reportAt(tree, path, over)).toMatchObject({ verdict: 'defer->direct', deferred: { seconds: 10 } });
    }
    expect(reportAt(tree, '/iommu@1000000', over).log).toEqual([
      'arm-smmu 1000000.iommu: probe with driver arm-smmu failed with error -22',
    ]);
  });

  test('before, the refused device alone', () => {
    const over = { kernelVersion: [6, 12] } as const;
    const verdicts = ['/dev@2000', '/dev@3000', '/dev@4000'].map((path) => reportAt(tree, path, over).verdict);
    expect(verdicts).toEqual(['iommu-dma', 'direct', 'iommu-dma']);
  });

  test('AMBA devices come after those of the platform bus', () => {
    const late = board(
      SMMU2,
      dev('2000', '<&smmu 0x60 0x3>').replace('"vendor,dev"', '"arm,pl330", "arm,primecell"'),
      dev('3000', '<&smmu 0x62 0x5>'),
    );
    expect(reportAt(late, '/dev@3000', { kernelVersion: [7, 3] }).verdict).toBe('defer');
    expect(reportAt(late, '/dev@2000', { kernelVersion: [7, 3] }).verdict).toBe('defer->direct');
  });

  test('a device that another driver makes may come too late to end it', () => {
    const made = board(
      SMMU2,
      dev('2000', '<&smmu 0x60 0x3>'),
      `glue@8000 { compatible = "qcom,dwc3"; reg = <0x8000 0x1000>; #address-cells = <1>; #size-cells = <1>; ranges;
        ${dev('3000', '<&smmu 0x62 0x5>')} };`,
    );
    const report = reportAt(made, '/dev@2000', { kernelVersion: [7, 3] });
    expect(report).toMatchObject({ verdict: 'iommu-dma', certainty: 'depends' });
    expect(report.alternatives?.map(({ verdict }) => verdict)).toContain('defer');
  });
});

test('a device whose own matches cross does not race itself', () => {
  const tree = board(SMMU2, dev('2000', '<&smmu 0x60 0x3>, <&smmu 0x62 0x5>'));
  const before = reportAt(tree, '/dev@2000', { kernelVersion: [6, 12] });
  expect(before).toMatchObject({ verdict: 'direct', certainty: 'certain' });
  expect(reportAt(tree, '/dev@2000', { kernelVersion: [7, 3] }).verdict).toBe('defer->direct');
});

describe('stream IDs of an SMMUv3', () => {
  const smmu = 'smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };';
  const host = (map: string): string =>
    `pcie { compatible = "pci-host-ecam-generic"; device_type = "pci"; #address-cells = <3>; #size-cells = <2>; iommu-map = ${map}; };`;
  const over = { kernelVersion: [7, 3] } as const;

  test('one far beyond the others ends the registration, where the hardware has not so many bits', () => {
    const tree = board(smmu, host('<0 &smmu 0 0x10000>'), dev('2000', '<&smmu 0x10>'), dev('3000', '<&smmu 0x20000>'));
    for (const path of ['/dev@2000', '/dev@3000']) {
      expect(reportAt(tree, path, over)).toMatchObject({ verdict: 'defer->direct', certainty: 'depends' });
      expect(reportAt(tree, path, over).alternatives).toContainEqual({
        when: 'the SMMU has that many stream ID bits',
        verdict: 'iommu-dma',
      });
    }
    expect(reportAt(tree, '/pcie', { ...over, rid: 8 }).verdict).toBe('defer->direct');
    expect(reportAt(tree, '/dev@2000').verdict).toBe('iommu-dma');
  });

  test('one more bit, and the bits of a bus that is mapped there, are taken for granted', () => {
    const more = board(smmu, host('<0 &smmu 0 0x10000>'), dev('2000', '<&smmu 0x10>'), dev('3000', '<&smmu 0x10001>'));
    expect(reportAt(more, '/dev@2000', over)).toMatchObject({ verdict: 'iommu-dma', certainty: 'depends' });
    const wide = board(smmu, host('<0 &smmu 0x50000 0x10000>'), dev('3000', '<&smmu 0x41000>'));
    expect(reportAt(wide, '/dev@3000', over)).toMatchObject({ verdict: 'iommu-dma', certainty: 'certain' });
  });

  test('a stream of two devices costs the second one alone its IOMMU (-ENODEV)', () => {
    const tree = board(smmu, dev('2000', '<&smmu 0x10>'), dev('3000', '<&smmu 0x10>'), dev('4000', '<&smmu 0x11>'));
    const verdicts = ['/dev@2000', '/dev@3000', '/dev@4000'].map((path) => reportAt(tree, path, over));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['iommu-dma', 'direct', 'iommu-dma']);
    expect(verdicts.map(({ certainty }) => certainty)).toEqual(['certain', 'certain', 'certain']);
  });
});
