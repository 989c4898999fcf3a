// SPDX-License-Identifier: MIT
// Decision table, block 3, rows 9 to 17: which entries reach an IOMMU, and what becomes of those that do not.
import { describe, expect, test } from 'vitest';
import { configured, reportAt, verdicts } from '#test/support/reports.ts';

const NODES = `
  smmu: smmu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
  smmu2: smmu@2000000 { compatible = "arm,smmu-v3"; reg = <0x2000000 0x20000>; #iommu-cells = <1>; };
  off: smmu@3000000 { compatible = "arm,smmu-v3"; reg = <0x3000000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
  none: iommu@4000000 { compatible = "ex,iommu"; reg = <0x4000000 0x1000>; #iommu-cells = <1>; };
  celless: iommu@5000000 { compatible = "arm,smmu-v3"; reg = <0x5000000 0x20000>; };
  rk: iommu@6000000 { compatible = "rockchip,iommu"; reg = <0x6000000 0x100>; #iommu-cells = <0>; };
  wrong: smmu@7000000 { compatible = "arm,smmu-v3"; reg = <0x7000000 0x20000>; #iommu-cells = <2>; };
  small: smmu@8000000 { compatible = "arm,smmu-v3"; reg = <0x8000000 0x10000>; #iommu-cells = <1>; };
  old: iommu@9000000 { compatible = "arm,mmu-500"; reg = <0x9000000 0x10000>; #iommu-cells = <1>; interrupts = <0 1 4>; };
  bus { status = "disabled"; buried: smmu@a000000 { compatible = "arm,smmu-v3"; reg = <0xa000000 0x20000>; #iommu-cells = <1>; }; };
`;

function dev(iommus: string, over: Parameters<typeof reportAt>[2] = {}) {
  const source = `/ { #address-cells = <1>; #size-cells = <1>; ${NODES}
    dev@b000000 { compatible = "virtio,mmio"; reg = <0xb000000 0x1000>; ${iommus} }; };`;
  return reportAt(source, '/dev@b000000', over);
}

describe('rows 11 and 12: entries that do not parse', () => {
  test.each([
    ['absent', '', []],
    ['empty', 'iommus;', []],
    ['phandle 0', 'iommus = <0>;', []],
    ['no such phandle', 'iommus = <0x99 1>;', ['OF: /dev@b000000: could not find phandle 153']],
    ['no #iommu-cells', 'iommus = <&celless 1>;', ['OF: /dev@b000000: could not get #iommu-cells for /iommu@5000000']],
    ['too short', 'iommus = <&smmu>;', ['OF: /dev@b000000: #iommu-cells = 1 found 0']],
  ])('%s: direct', (_, iommus, log) => {
    expect(dev(iommus)).toMatchObject({ verdict: 'direct', certainty: 'certain', iommus: [], group: null, log });
  });

  test('a later one: the earlier entries are used', () => {
    const report = dev('iommus = <&smmu 0x40>, <&celless 1>;');
    expect(report).toMatchObject({ verdict: 'iommu-dma', group: '/smmu@1000000#0x40' });
    expect(report.iommus.map(({ path, args }) => [path, args])).toEqual([['/smmu@1000000', [0x40]]]);
    expect(report.log).toEqual([
      'OF: /dev@b000000: could not get #iommu-cells for /iommu@5000000',
      'virtio-mmio b000000.dev: Adding to iommu group N',
    ]);
  });
});

test('row 13: a disabled IOMMU means direct DMA at once, and drops the entries before it', () => {
  expect(dev('iommus = <&off 1>;')).toMatchObject({ verdict: 'direct', deferred: null, log: [] });
  expect(dev('iommus = <&smmu 1>, <&off 2>;')).toMatchObject({ verdict: 'direct', iommus: [], group: null, log: [] });
});

describe('row 14: an IOMMU that never registers', () => {
  const timedOut = ['virtio-mmio b000000.dev: deferred probe timeout, ignoring dependency'];
  test.each([
    ['no driver', '<&none 1>', 'no-driver', '/iommu@4000000'],
    ['#iommu-cells that its driver refuses', '<&wrong 1 2>', 'probe-fails', '/smmu@7000000'],
    ['registers too small', '<&small 1>', 'probe-fails', '/smmu@8000000'],
    ['no #global-interrupts', '<&old 1>', 'probe-fails', '/iommu@9000000'],
    // of_device_is_available looks at the node alone, so this one is waited for.
    ['below a disabled bus', '<&buried 1>', 'no-device', '/bus/smmu@a000000'],
  ])('%s', (_, iommus, reason, on) => {
    const report = dev(`iommus = ${iommus};`);
    expect(report).toMatchObject({ verdict: 'defer->direct', group: null, log: timedOut });
    expect(report.deferred).toEqual({ on, reason, seconds: 10, log: 'deferred probe timeout, ignoring dependency' });
  });

  test('the driver is not built', () => {
    const report = dev('iommus = <&smmu 1>;', configured('MODULES=y', 'ARM_SMMU=y'));
    expect(report).toMatchObject({ verdict: 'defer->direct', deferred: { reason: 'not-built', seconds: 10 } });
  });

  test('a kernel without modules does not wait', () => {
    const report = dev('iommus = <&none 1>;', configured('ARM_SMMU_V3=y'));
    expect(report.deferred).toMatchObject({
      seconds: 0,
      log: 'ignoring dependency for device, assuming no driver',
    });
  });

  test('the command line sets the timeout', () => {
    expect(dev('iommus = <&none 1>;', { cmdline: 'deferred_probe_timeout=3' }).deferred?.seconds).toBe(3);
    expect(dev('iommus = <&none 1>;', { cmdline: 'deferred_probe_timeout=-1' })).toMatchObject({
      verdict: 'defer',
      deferred: { seconds: null, log: '' },
      log: [],
    });
  });
});

test('row 15: a module may come in time', () => {
  const report = dev('iommus = <&smmu 1>;', configured('MODULES=y', 'IOMMU_DMA=y', 'ARM_SMMU_V3=m'));
  expect(report).toMatchObject({
    verdict: 'iommu-dma',
    certainty: 'depends',
    dependsOn: 'the module of CONFIG_ARM_SMMU_V3 being loaded before the deferred probe timeout',
    alternative: { verdict: 'defer->direct' },
  });
});

test('an IOMMU that needs one of its own masters comes after the wait, before or after the other masters', () => {
  const circle = (gate: string) => `/ { #address-cells = <1>; #size-cells = <1>;
    gate: gate { compatible = "gpio-gate-clock"; #clock-cells = <0>; ${gate} };
    smmu: smmu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; clocks = <&gate>; };
    dev@b000000 { compatible = "virtio,mmio"; reg = <0xb000000 0x1000>; iommus = <&smmu 1>; }; };`;
  expect(reportAt(circle('iommus = <&smmu 2>;'), '/dev@b000000')).toMatchObject({
    verdict: 'iommu-dma',
    dependsOn:
      'whether the device probes after `/gate`, a master that the IOMMU itself needs and that waits for it until the deferred probe timeout',
    alternative: { verdict: 'defer->direct' },
  });
  expect(reportAt(circle('iommus = <&smmu 2>;'), '/gate').verdict).toBe('defer->direct');
  expect(reportAt(circle(''), '/dev@b000000')).toMatchObject({ verdict: 'iommu-dma', certainty: 'certain' });
});

test('row 16: IOMMUs of two drivers', () => {
  expect(dev('iommus = <&smmu 1>, <&rk>;')).toMatchObject({ verdict: 'direct', iommus: [], log: [] });
});

test('two instances of one driver: the first gets the IDs', () => {
  const report = dev('iommus = <&smmu 1>, <&smmu2 2>;');
  expect(report).toMatchObject({ verdict: 'iommu-dma', group: '/smmu@1000000#0x1' });
});

test('row 17: drivers that turn masters away', () => {
  const source = `/ { #address-cells = <1>; #size-cells = <1>; compatible = "renesas,r8a7795"; interrupt-parent = <&gic>;
    gic: gic { compatible = "arm,gic-v3"; #interrupt-cells = <3>; interrupt-controller; };
    mm: iommu@e67b0000 { compatible = "renesas,ipmmu-r8a7795"; reg = <0xe67b0000 0x1000>; interrupts = <0 196 4>; #iommu-cells = <1>; };
    ds1: iommu@e7740000 { compatible = "renesas,ipmmu-r8a7795"; reg = <0xe7740000 0x1000>; renesas,ipmmu-main = <&mm 1>; #iommu-cells = <1>; };
    mmc@ee100000 { compatible = "ex,sd"; reg = <0xee100000 0x2000>; iommus = <&ds1 32>; };
    dma@e7300000 { compatible = "ex,dma"; reg = <0xe7300000 0x10000>; iommus = <&ds1 0>; };
    eth@e6800000 { compatible = "ex,eth"; reg = <0xe6800000 0x800>; iommus = <&mm 16>; };
  };`;
  // Facts G12: the allowlist has the SD controller only, and the root IPMMU never registers.
  expect(verdicts(source)).toMatchInlineSnapshot(`
    "/iommu@e67b0000  direct
    /iommu@e7740000  direct
    /mmc@ee100000  iommu-dma  /iommu@e7740000  micro-tlb 0x20  ?
    /dma@e7300000  direct
    /eth@e6800000  defer->direct  micro-tlb 0x10"
  `);
});

describe('rows 9 and 10: PCI', () => {
  function fn(map: string, rid: number, over: Parameters<typeof reportAt>[2] = {}) {
    const source = `/ { #address-cells = <1>; #size-cells = <1>; ${NODES}
      pcie@20000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; #address-cells = <3>; #size-cells = <2>;
        reg = <0x20000000 0x1000000>; iommus = <&smmu 0x77>; ${map} }; };`;
    return reportAt(source, '/pcie@20000000', { rid, ...over });
  }
  const gap = 'iommu-map = <0x0 &smmu 0x0 0x100>, <0x200 &smmu 0x1200 0x100>;';

  test.each([
    ['no map', '', 8, []],
    ['an ID in a gap', gap, 0x108, ['OF: /pcie@20000000: no iommu-map translation for id 0x108 on (null)']],
    ['a bad length', 'iommu-map = <0 1 2>;', 8, ['OF: /pcie@20000000: Error: Bad iommu-map length: 12']],
    [
      'a mask that hides the base',
      'iommu-map = <0x1f &smmu 0 1>; iommu-map-mask = <0xf8>;',
      8,
      ['OF: /pcie@20000000: Invalid iommu-map translation - iommu-map-mask (0xf8) ignores id-base (0x1f)'],
    ],
    ['no such phandle', 'iommu-map = <0 0x99 0 0x100>;', 8, []],
    ['a disabled IOMMU', 'iommu-map = <0 &off 0 0x100>;', 8, []],
    [
      'an entry of length 0',
      'iommu-map = <0 &smmu 0 0>;',
      0,
      ['OF: /pcie@20000000: no iommu-map translation for id 0x0 on (null)'],
    ],
  ])('%s: direct', (_, map, rid, log) => {
    expect(fn(map, rid)).toMatchObject({ verdict: 'direct', iommus: [], group: null, log });
  });

  test('an ID is mapped, with its mask', () => {
    expect(fn(gap, 0x208)).toMatchObject({
      verdict: 'iommu-dma',
      rid: '0x0208',
      group: '/smmu@1000000#0x1208',
      iommus: [{ path: '/smmu@1000000', args: [0x1208] }],
      log: ['0000:02:01.0: Adding to iommu group N'],
    });
    const folded = 'iommu-map = <0 &smmu 5 1>; iommu-map-mask = <0>;';
    expect(fn(folded, 0x120).iommus[0]?.args).toEqual([5]);
    // Where there is a function 3 there is a function 0, which comes first.
    expect(fn(folded, 0x123)).toMatchObject({
      verdict: 'direct',
      log: ['0000:01:04.3: stream 5 already in tree from dev 0000:01:04.0'],
      alternative: { verdict: 'iommu-dma' },
    });
  });

  test('`iommus` of the bridge is only the bridge’s', () => {
    expect(fn('', 8).verdict).toBe('direct');
  });

  test('since Linux 7.2 an entry has as many cells as the IOMMU wants', () => {
    const two = 'iommu-map = <0x0 &wide 0x10 0x1 1>, <0x8 &wide 0x20 0x2 1>;';
    const source = (map: string) => `/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;
      gic: gic { #interrupt-cells = <3>; interrupt-controller; };
      wide: smmu@1000000 { compatible = "arm,mmu-500", "arm,smmu-v2"; reg = <0x1000000 0x20000>; #iommu-cells = <2>;
        #global-interrupts = <1>; interrupts = <0 1 4>, <0 2 4>; };
      pcie@20000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; #address-cells = <3>; #size-cells = <2>;
        reg = <0x20000000 0x1000000>; ${map} }; };`;
    const at = (map: string, version: readonly [number, number]) =>
      reportAt(source(map), '/pcie@20000000', { rid: 8, kernelVersion: version });
    expect(at(two, [7, 2]).iommus[0]?.ids).toEqual([{ kind: 'stream-id', id: 0x20, mask: 2 }]);
    expect(at(two, [6, 12])).toMatchObject({ verdict: 'direct' });
    // The old form is tolerated where every entry is one ID, and hands over one cell (of_map_id: args_count).
    expect(at('iommu-map = <0x8 &wide 0x20 1>;', [7, 2]).iommus[0]?.args).toEqual([0x20]);
    expect(at('iommu-map = <0x8 &wide 0x20 1>;', [6, 12]).iommus[0]?.args).toEqual([0x20]);
  });

  test.each([
    // Observed on 6.12 and 7.2 by others, and read in both sources; not booted in this lab yet. An entry that wraps, IDs before a cut-off entry, and a phandle that names nothing.
    ['<0x8 &smmu 0x8 0xffffffff>', 0x10, 'direct', 'iommu-dma'],
    ['<0x0 &smmu 0x0 0x18>, <0x18 &smmu 0x18>', 0x10, 'direct', 'iommu-dma'],
    ['<0x0 &smmu 0x0 0x18>, <0x18 &smmu 0x18>', 0x18, 'direct', 'direct'],
    ['<0x0 0x99 0x0 0x8>, <0x8 &smmu 0x8 0x100>', 0x10, 'iommu-dma', 'direct'],
  ])('an entry is read when it is tried since 7.2: %s for %i', (map, rid, before, since) => {
    const source = `/ { #address-cells = <1>; #size-cells = <1>; ${NODES}
      pcie@20000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; #address-cells = <3>; #size-cells = <2>;
        reg = <0x20000000 0x1000000>; iommu-map = ${map}; }; };`;
    const verdict = (kernelVersion: readonly [number, number]) =>
      reportAt(source, '/pcie@20000000', { rid, kernelVersion }).verdict;
    expect([verdict([6, 12]), verdict([7, 2])]).toEqual([before, since]);
  });
});
