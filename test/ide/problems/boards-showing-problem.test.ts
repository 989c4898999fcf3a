// SPDX-License-Identifier: MIT
// The boards that show a problem of a shared file, and comments there that none of them needs.
import { describe, expect, test } from 'vitest';
import { Analysis } from '#ide/analysis.ts';
import { BoardsShowingProblem } from '#ide/problems/boards-showing-problem.ts';
import { grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

const SOC = `/ {
	smmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; status = "disabled"; };
	dma: dma { compatible = "vendor,dma"; iommus = <&smmu 4>; };
};
`;
const IGNORED = SOC.replace(
  '\tdma:',
  '\t/* dt-iommu-ignore iommus-target-disabled: the boot loader enables it */\n\tdma:',
);

function board(more = ''): string {
  return `/dts-v1/;\n#include "soc.dtsi"\n${more}`;
}

const ENABLED = '&smmu { status = "okay"; };\n';

function workspace(soc: string, boards: Record<string, string>) {
  const analysis = new Analysis(grammar, new MemoryFiles({ '/soc.dtsi': soc, ...boards }));
  const showing = new BoardsShowingProblem(analysis);
  analysis.open('/soc.dtsi', soc);
  return {
    analysis,
    showing,
    /** How many boards were asked, with two steps for each. */
    ask() {
      let steps = 0;
      while (showing.askNext('/soc.dtsi', () => true)) steps++;
      return steps / 2;
    },
    /** Rule and related places of every problem but hints. */
    shown: () =>
      showing
        .problems(analysis.view('/soc.dtsi')!)
        .filter(({ severity }) => severity !== 'hint')
        .map(({ rule, related }) => [rule, ...(related ?? []).map(({ message }) => message)].join(' | ')),
  };
}

describe('a problem of a shared file', () => {
  test('names the board it was found with at once, and the others when they were asked', () => {
    const { shown, ask } = workspace(SOC, { '/a.dts': board(), '/b.dts': board(), '/c.dts': board(ENABLED) });
    expect(shown()).toEqual(['iommus-target-disabled | disabled here | seen from a.dts']);
    expect(ask()).toBe(2);
    expect(shown()).toEqual(['iommus-target-disabled | disabled here | seen from a.dts | seen from b.dts']);
  });

  test('counts boards that are too many to name, and asks no more than eight', () => {
    const many = Object.fromEntries([...'abcdefghijkl'].map((name) => [`/${name}.dts`, board()]));
    const { shown, ask } = workspace(SOC, many);
    expect(ask()).toBe(8);
    expect(shown()[0]).toContain('seen from d.dts and 5 more');
  });

  test('keeps what boards said while the file is edited, and asks again afterwards', () => {
    const { analysis, showing, shown, ask } = workspace(SOC, { '/a.dts': board(), '/b.dts': board() });
    ask();
    analysis.edit('/soc.dtsi', [{ start: 0, end: 0, text: '/* moved */\n' }]);
    showing.changed();
    expect(shown()[0]).toContain('seen from b.dts');
    expect(ask()).toBe(1);
    expect(shown()[0]).toContain('seen from b.dts');
  });

  test('of a board of its own says nothing about boards', () => {
    const { analysis, showing } = workspace(SOC, { '/a.dts': board('&dma { iommus = <&smmu>; };\n') });
    const related = showing.problems(analysis.view('/a.dts')!).flatMap((problem) => problem.related ?? []);
    expect(related.filter(({ message }) => message.startsWith('seen from'))).toEqual([]);
  });

  test('leaves the boards that the editor keeps as they are', () => {
    const { analysis, ask } = workspace(SOC, { '/a.dts': board(), '/b.dts': board() });
    const before = analysis.view('/soc.dtsi')!.snapshot;
    ask();
    expect(analysis.view('/soc.dtsi')!.snapshot).toBe(before);
  });
});

describe('an ignore comment of a shared file', () => {
  test('that no board needs is told when all were asked', () => {
    const { shown, ask } = workspace(IGNORED, { '/a.dts': board(ENABLED), '/b.dts': board(ENABLED) });
    expect(shown()).toEqual([]);
    ask();
    expect(shown()).toEqual(['unused-ignore | not needed by a.dts | not needed by b.dts']);
  });

  test('that one board needs is left alone', () => {
    const { shown, ask } = workspace(IGNORED, { '/a.dts': board(ENABLED), '/b.dts': board() });
    ask();
    expect(shown()).toEqual([]);
  });

  test('is not judged where there are more boards than were asked, or a board cannot be read in full', () => {
    const many = Object.fromEntries([...'abcdefghijkl'].map((name) => [`/${name}.dts`, board(ENABLED)]));
    const crowd = workspace(IGNORED, many);
    crowd.ask();
    expect(crowd.shown()).toEqual([]);
    const broken = workspace(IGNORED, {
      '/a.dts': board(ENABLED),
      '/b.dts': board(`${ENABLED}#include "missing.dtsi"\n`),
    });
    broken.ask();
    expect(broken.shown()).toEqual([]);
  });

  test('is not judged in a source tree, where boards elsewhere may include the file', () => {
    const kernel = { '/scripts/dtc/include-prefixes/README': '' };
    const { shown, ask } = workspace(IGNORED, { '/a.dts': board(ENABLED), ...kernel });
    ask();
    expect(shown()).toEqual([]);
  });
});
