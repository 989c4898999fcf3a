// SPDX-License-Identifier: MIT
// Decision table, block 2: what `dma-ranges` let a device reach, and whether its DMA is coherent.
import { expect, test } from 'vitest';
import { reportAt } from '#test/support/reports.ts';

const RAM = 'memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x1 0x40000000>; };';

/** A bus below a bus, with these properties, and a device in it. RAM from 1 to 6 GiB. */
function dev(outer: string, inner: string, own = '', over: Parameters<typeof reportAt>[2] = {}) {
  const source = `/ { #address-cells = <2>; #size-cells = <2>; ${RAM}
    outer { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges; ${outer}
      inner { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges = <0x0 0x0 0x0 0x40000000>; ${inner}
        dev@1000 { compatible = "ex,dev"; reg = <0x1000 0x1000>; ${own} };
      };
    };
  };`;
  const { verdict, dmaLimit, dmaRanges, coherent, log } = reportAt(source, '/outer/inner/dev@1000', over);
  return { verdict, dmaLimit, windows: dmaRanges.map((w) => `${w.dmaStart}=${w.cpuStart}+${w.size}`), coherent, log };
}

test('row 4: none, or only empty ones: no limit', () => {
  expect(dev('', '')).toMatchObject({ verdict: 'direct', dmaLimit: null, windows: [] });
  expect(dev('dma-ranges;', 'dma-ranges;')).toMatchObject({ verdict: 'direct', dmaLimit: null, windows: [] });
});

test('row 5: the first non-empty one counts, translated through those above', () => {
  // Facts G01: bus 0 to 2 GiB is RAM from 1 GiB on; what lies above has to bounce.
  expect(dev('', 'dma-ranges = <0x0 0x0 0x40000000 0x80000000>;')).toMatchObject({
    verdict: 'direct+swiotlb',
    dmaLimit: '0x7fffffff',
    windows: ['0x0=0x40000000+0x80000000'],
  });
  expect(
    dev('dma-ranges = <0x0 0x0 0x0 0x40000000 0x1 0x40000000>;', 'dma-ranges = <0x10000000 0x0 0x0 0x1000>;'),
  ).toMatchObject({ dmaLimit: '0x10000fff', windows: ['0x10000000=0x40000000+0x1000'] });
  // The inner one may be missing: only the node that the search starts from.
  expect(dev('dma-ranges = <0x0 0x0 0x0 0x40000000 0x1 0x40000000>;', '')).toMatchObject({
    verdict: 'direct',
    dmaLimit: '0x13fffffff',
  });
});

test('neighbouring ranges are one window', () => {
  const two = 'dma-ranges = <0x0 0x0 0x40000000 0x10000000>, <0x10000000 0x0 0x50000000 0x10000000>;';
  expect(dev('', two).windows).toEqual(['0x0=0x40000000+0x20000000']);
});

test('a range of size 0 ends the map', () => {
  const ended = 'dma-ranges = <0x0 0x0 0x40000000 0x1000>, <0x8000 0x0 0x0 0x0>, <0x9000 0x0 0x50000000 0x1000>;';
  expect(dev('', ended).windows).toEqual(['0x0=0x40000000+0x1000']);
});

test('row 6: a hole in the chain makes the ranges above it void', () => {
  const source = `/ { #address-cells = <1>; #size-cells = <1>;
    a { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges = <0 0 0x1000>;
      b { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges;
        c { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges;
          dev@1000 { compatible = "ex,dev"; reg = <0x1000 0x1000>; };
        };
      };
    };
  };`;
  const report = reportAt(source, '/a/b/c/dev@1000');
  expect(report).toMatchObject({ verdict: 'direct', dmaLimit: null, dmaRanges: [] });
  expect(report.steps.map(({ text }) => text)).toContain(
    '`/a/b` has no `dma-ranges`, so the ones above it are not used and nothing limits the addresses.',
  );
});

test('row 7: ranges that lead nowhere are named in the log', () => {
  expect(dev('dma-ranges = <0x0 0x0 0x0 0x0 0x0 0x1000>;', 'dma-ranges = <0x0 0x1 0x0 0x1000>;')).toMatchObject({
    verdict: 'direct',
    dmaLimit: null,
    log: ['OF: translation of DMA address(0) to CPU address failed node(/outer/inner)'],
  });
});

test('row 8: the nearest word on coherence counts, `dma-coherent` before `dma-noncoherent`', () => {
  expect(dev('dma-coherent;', '').coherent).toBe(true);
  expect(dev('dma-coherent;', 'dma-noncoherent;').coherent).toBe(false);
  expect(dev('', 'dma-noncoherent;', 'dma-coherent;').coherent).toBe(true);
  expect(dev('', '', 'dma-coherent; dma-noncoherent;').coherent).toBe(true);
  expect(dev('', '').coherent).toBe(false);
  expect(dev('', '', '', { arch: 'riscv' }).coherent).toBe(true);
});

test('the way of DMA may leave the parents: an interconnect named dma-mem', () => {
  const source = `/ { #address-cells = <1>; #size-cells = <1>;
    mbus: mbus { #interconnect-cells = <1>; dma-ranges = <0x0 0x40000000 0x40000000>; dma-coherent; };
    dev { compatible = "ex,dev"; interconnects = <&mbus 1>; interconnect-names = "dma-mem"; };
  };`;
  expect(reportAt(source, '/dev')).toMatchObject({ dmaLimit: '0x3fffffff', coherent: true });
});

test('interconnects in a cycle end the search', () => {
  const source = `/ {
    a: a { compatible = "ex,a"; #interconnect-cells = <0>; interconnects = <&b>; interconnect-names = "dma-mem"; };
    b: b { compatible = "ex,b"; #interconnect-cells = <0>; interconnects = <&a>; interconnect-names = "dma-mem"; };
  };`;
  expect(reportAt(source, '/a')).toMatchObject({ verdict: 'direct', coherent: false, dmaLimit: null });
});

test('the ranges of a PCI host bridge are its own', () => {
  const source = `/ { #address-cells = <2>; #size-cells = <2>;
    pcie@20000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; #address-cells = <3>; #size-cells = <2>;
      reg = <0x0 0x20000000 0x0 0x1000000>;
      dma-ranges = <0x43000000 0x0 0x80000000 0x0 0x80000000 0x1 0x80000000>;
    };
  };`;
  expect(reportAt(source, '/pcie@20000000', { rid: 8 })).toMatchObject({
    rid: '0x0008',
    dmaLimit: '0x1ffffffff',
    dmaRanges: [{ dmaStart: '0x80000000', cpuStart: '0x80000000', size: '0x180000000' }],
  });
  expect(reportAt(source, '/pcie@20000000').dmaLimit).toBeNull();
});
