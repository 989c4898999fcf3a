// SPDX-License-Identifier: MIT
// The pool of a device's coherent memory, from kernel/dma/coherent.c and kernel/dma/contiguous.c of Linux 6.12 and 7.3.
import { expect, test } from 'vitest';
import { dmaPool } from '#model/direct/pool.ts';
import { machineOf } from '#model/platform/machine.ts';
import type { Verdict } from '#model/report/types.ts';
import { platform } from '#test/support/reports.ts';
import { nodeAt, treeOf } from '#test/support/tree.ts';

const CMA = 'cma: cma { compatible = "shared-dma-pool"; reusable; size = <0x4000000>; linux,cma-default; };';
const COHERENT = 'pool: pool@50000000 { compatible = "shared-dma-pool"; no-map; reg = <0x50000000 0x400000>; };';
const OWN_CMA = 'pool: pool@50000000 { compatible = "shared-dma-pool"; reusable; reg = <0x50000000 0x400000>; };';

interface Case {
  readonly regions: string;
  readonly device?: string;
  readonly bus?: string;
  readonly verdict?: Verdict;
  readonly cmdline?: string;
  readonly arch?: 'arm' | 'arm64';
}

function poolOf({ regions, device = '', bus = '', verdict = 'direct', cmdline = '', arch = 'arm64' }: Case): string {
  const tree = treeOf(`/ { #address-cells = <1>; #size-cells = <1>;
    reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; ${regions} };
    soc { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; ${bus}
      dma@1000 { compatible = "example,dma"; reg = <0x1000 0x1000>; ${device} }; }; };`);
  const pool = dmaPool(machineOf(tree, platform({ cmdline, arch })), nodeAt(tree, '/soc/dma@1000'), verdict);
  if (!pool) return 'none';
  const hex = (value: bigint | undefined) => (value === undefined ? '?' : `0x${value.toString(16)}`);
  return `${pool.kind} ${pool.path} ${hex(pool.start)}+${hex(pool.size)} bus ${hex(pool.bus)}`;
}

const region = 'memory-region = <&pool>;';
const own = (kind: string, bus = '0x50000000') =>
  `${kind} /reserved-memory/pool@50000000 0x50000000+0x400000 bus ${bus}`;

test.each<[string, Case, string]>([
  ['without a pool: from all of RAM', { regions: '' }, 'none'],
  ['the default CMA area, which Linux places', { regions: CMA }, 'cma-default /reserved-memory/cma ?+0x4000000 bus ?'],
  ['`cma=` makes another one', { regions: CMA, cmdline: 'cma=64M' }, 'none'],
  ['nobody needs contiguous memory behind an IOMMU', { regions: CMA, verdict: 'iommu-dma' }, 'none'],
  ['its own goes before the default', { regions: CMA + COHERENT, device: region }, own('coherent')],
  [
    'a coherent pool serves behind an IOMMU, too',
    { regions: COHERENT, device: region, verdict: 'iommu-dma' },
    own('coherent'),
  ],
  ['a CMA area of its own', { regions: OWN_CMA, device: region }, own('cma')],
  [
    '32-bit Arm makes none without no-map',
    { regions: COHERENT.replace('no-map;', ''), device: region, arch: 'arm' },
    'none',
  ],
  [
    '`reusable` and `no-map`: neither',
    { regions: OWN_CMA.replace('reusable;', 'reusable; no-map;'), device: region },
    'none',
  ],
  ['half a page block is no CMA area', { regions: OWN_CMA.replace('0x400000', '0x300000'), device: region }, 'none'],
  [
    'a disabled region is none',
    { regions: COHERENT.replace('no-map;', 'no-map; status = "disabled";'), device: region },
    'none',
  ],
  [
    'the device sees it through its bus',
    { regions: COHERENT, device: region, bus: 'dma-ranges = <0x0 0x40000000 0x40000000>;' },
    own('coherent', '0x10000000'),
  ],
  [
    'or not at all',
    { regions: COHERENT, device: region, bus: 'dma-ranges = <0x0 0x80000000 0x40000000>;' },
    own('coherent', '?'),
  ],
  [
    'on 64-bit Arm the memory may be mapped',
    { regions: COHERENT.replace('no-map;', ''), device: region },
    own('coherent'),
  ],
  [
    'of two default areas the last one counts',
    { regions: `${CMA} ${CMA.replace('cma: cma', 'late: late')}` },
    'cma-default /reserved-memory/late ?+0x4000000 bus ?',
  ],
  ['a device without DMA has none', { regions: CMA, verdict: 'no-device' }, 'none'],
])('%s', (_name, given, expected) => {
  expect(poolOf(given)).toBe(expected);
});
