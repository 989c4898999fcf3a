// SPDX-License-Identifier: MIT
// The gates: each says who established its release, nothing else in the code has a release of its own, and a release of
// which nobody knows is a doubt.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GATES, openGates } from '#model/platform/gates.ts';
import { compareVersions, has, inVersions, isOpen, readAs } from '#model/platform/releases.ts';
import { configured, reportAt } from '#test/support/reports.ts';
import { treeOf } from '#test/support/tree.ts';
import { releasesPage } from '#wording/releases-page.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SOURCE = join(ROOT, 'server/src');

describe('the table', () => {
  test('says of each gate where it changed, by whom it is known, and a range that makes sense', () => {
    for (const { since, after, backports = [], by, what, where } of Object.values(GATES)) {
      expect(['booted', 'source', 'described']).toContain(by);
      expect(what).not.toMatch(/[`.]$/);
      expect(where).toMatch(/^[\w/.,-]+(:| \(|$)/);
      for (const older of [...(after ? [after] : []), ...backports])
        expect(compareVersions(older, since)).toBeLessThan(0);
    }
  });

  test('leaves few releases open, none of those that were booted', () => {
    const open = (minor: number) => openGates([6, minor]).map(({ name }) => name);
    for (const minor of [1, 12, 18]) expect(open(minor)).toEqual([]);
    expect([openGates([7, 2]), openGates([7, 3])]).toEqual([[], []]);
    expect(open(16)).toEqual(open(15).filter((name) => !['aliasesEnodev', 'acsAtRegistration'].includes(name)));
  });

  test('is the page of the documentation (npm run docs)', () => {
    expect(readFileSync(join(ROOT, 'docs/releases.md'), 'utf8')).toBe(releasesPage());
  });
});

/** Where pairs of numbers are no gates: the table, lists of releases to try, releases told by binding files, Xen's. */
const OTHERS = /^model\/(platform\/(gates|platform)|what-if|xen\/)|^ide\/boards\/kernel-version|^rules\/xen\//;

test('no other file of the code has a release of Linux', () => {
  const found = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts') && !OTHERS.test(file))
    .flatMap((file) =>
      readFileSync(join(SOURCE, file), 'utf8')
        .split('\n')
        .filter((line) => /\[[4-7], \d{1,2}\]/.test(line) && !/^\s*(\/\/|\*|\/\*\*)/.test(line))
        // The example of a rule is a board on a kernel.
        .filter((line) => !/platform: \{.*kernelVersion: \[/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});

describe('a release', () => {
  test('has what came before or with it, and what was given back to it', () => {
    const { severalDrivers, client6115 } = GATES;
    expect([[6, 7] as const, [6, 8] as const, [7, 0] as const].map((at) => has(at, severalDrivers))).toEqual([
      false,
      true,
      true,
    ]);
    expect([[6, 11] as const, [6, 12] as const, [6, 13] as const].map((at) => has(at, client6115))).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('lies in a range from its first release to the one before its end', () => {
    const range = { since: GATES.severalDrivers, until: GATES.omapXlate };
    expect([7, 8, 12, 13].map((minor) => inVersions([6, minor], range))).toEqual([false, true, true, false]);
  });

  test('between two that were looked at is open, and can be read either way', () => {
    const { mt6893 } = GATES;
    expect([14, 15, 16, 17].map((minor) => isOpen([6, minor], mt6893))).toEqual([false, true, true, false]);
    const read = readAs([6, 15], mt6893);
    expect([has([6, 15], mt6893), has(read, mt6893), has(read, GATES.threeDarts)]).toEqual([false, true, false]);
  });
});

describe('an answer for a release that nobody looked at', () => {
  const tree = treeOf(`/ { #address-cells = <1>; #size-cells = <1>;
    gic: gic { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; };
    smmu: iommu@1000000 { compatible = "qcom,sm8350-smmu-500", "arm,mmu-500"; reg = <0x1000000 0x10000>; #iommu-cells = <1>;
      #global-interrupts = <1>; interrupts-extended = <&gic 0 1 4>, <&gic 0 2 4>; };
    display@30000 { compatible = "qcom,sar2130p-mdss"; reg = <0x30000 0x100>; iommus = <&smmu 1>; };
    other@40000 { compatible = "ex,dma"; reg = <0x40000 0x100>; iommus = <&smmu 2>; }; };`);
  const at = (minor: number, path = '/display@30000') =>
    reportAt(tree, path, {
      kernelVersion: [6, minor],
      ...configured('ARM_SMMU=y', 'ARM_SMMU_QCOM=y', 'IOMMU_DMA=y', 'ARCH_QCOM=y'),
    });

  test('hangs on the change where it decides', () => {
    expect([at(14), at(17)].map(({ verdict, dependsOn = '' }) => [verdict, dependsOn.includes('in Linux')])).toEqual([
      ['iommu-dma', false],
      ['iommu-identity', false],
    ]);
    for (const minor of [15, 16]) {
      const { verdict, certainty, dependsOn, alternatives } = at(minor);
      expect([verdict, certainty]).toEqual(['iommu-dma', 'depends']);
      expect(dependsOn).toContain(
        `whether in Linux 6.${minor} the driver has the client sar2130p-mdss, which is not so in 6.14 and is so in 6.17`,
      );
      expect(alternatives?.map((other) => other.verdict)).toContain('iommu-identity');
    }
  });

  test('is certain where the change is about other devices', () => {
    for (const minor of [15, 16]) expect(at(minor, '/other@40000').dependsOn).not.toContain('in Linux');
  });
});
