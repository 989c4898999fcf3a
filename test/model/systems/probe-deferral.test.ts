// SPDX-License-Identifier: MIT
// Probe deferral: the cases of the 2015 discussion as Linux 6.12 settles them (facts A.6, A.7, G03 to G05).
import { expect, test } from 'vitest';
import { board, reportAt, verdicts } from '#test/support/reports.ts';

const tree = board('probe-deferral/suppliers.dts');

test('cases 1, 2, 3a, 3b and 3c', () => {
  const lines = verdicts(tree)
    .split('\n')
    .filter((line) => !/iommu@|controller@/.test(line.split(' ')[0] ?? ''));
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "/plain@3000000  direct
    /display@3100000  iommu-dma  /iommu@30f0000  master-id 0x0
    /codec@3200000  iommu-dma  /iommu@30f0000  master-id 0x3
    /gpu@3300000  defer->direct
    /isp@3400000  defer->direct  master-id 0x1
    /npu@3500000  defer->direct  master-id 0x1
    /csi@3600000  direct"
  `);
});

test('what each of them waits for', () => {
  const waits = ['/gpu@3300000', '/isp@3400000', '/npu@3500000'].map((path) => {
    const { deferred, steps } = reportAt(tree, path);
    return `${path}: ${deferred?.reason}; ${steps.at(-2)?.text}`;
  });
  expect(waits.join('\n')).toMatchInlineSnapshot(`
    "/gpu@3300000: no-driver; \`iommus\` entry 0 names \`/iommu@10000000\`, which is never registered as an IOMMU, because no IOMMU driver of Linux for \`acme,soc1-iommu\` is known to this tool.
    /isp@3400000: supplier; \`iommus\` entry 0 names \`/iommu@30e0000\`, which is never registered as an IOMMU, because its \`clocks\` needs \`/clock-controller@2002000\`, which is disabled.
    /npu@3500000: probe-fails; \`iommus\` entry 0 names \`/iommu@30d0000\`, which is never registered as an IOMMU, because it has no \`resets\`, so its probe fails: "Couldn't get our reset line."."
  `);
});

test('a disabled IOMMU costs no time', () => {
  expect(reportAt(tree, '/csi@3600000')).toMatchObject({ verdict: 'direct', deferred: null, log: [] });
});
