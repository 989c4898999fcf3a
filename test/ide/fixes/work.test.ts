// SPDX-License-Identifier: MIT
// What repairs cost, counted and not timed: a light bulb plans the one repair that it shows, and repairing a file takes
// as many evaluations for many devices as for a few.
import { describe, expect, test, vi } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { Analysis } from '#ide/analysis.ts';
import { FixSandbox } from '#ide/boards/fix-sandbox.ts';
import { codeActions } from '#ide/fixes/code-actions.ts';
import { fixAll } from '#ide/fixes/fixes.ts';
import { RULES } from '#rules/index.ts';
import { grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

const HEAD = '/dts-v1/;\n/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n';

/** A board with so many nodes that have the same problem; `at` makes the addresses differ. */
type Board = (count: number) => Record<string, string>;

const many = (count: number, node: (at: string, index: number) => string): string =>
  Array.from({ length: count }, (_, index) => node((0x100000 + index * 0x100000).toString(16), index)).join('');

const virtio: Board = (count) => ({
  '/board.dts': `${HEAD}${many(count, (at, index) => {
    return `\tvirtio@${at} { compatible = "virtio,mmio"; reg = <0x${at} 0x100>; xen,backend-domid = <${1 + (index % 3)}>; };\n`;
  })}};\n`,
});

const incoherent: Board = (count) => ({
  '/board.dts': `${HEAD}${many(count, (at) => {
    return `\tdma@${at} { compatible = "acme,dma"; reg = <0x${at} 0x100>; dma-coherent; dma-noncoherent; };\n`;
  })}};\n`,
});

const SMMU = (at: string, index: number) =>
  `\tsmmu${index}: iommu@${at} { compatible = "arm,smmu-v3"; reg = <0x${at} 0x20000>; #iommu-cells = <1>; status = "disabled"; };\n`;

/** The repair of each is a block at the end of the board's file. */
const disabled: Board = (count) => ({
  '/soc.dtsi': `/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n${many(count, SMMU)}};\n`,
  '/board.dts': `/dts-v1/;\n#include "soc.dtsi"\n/ {\n${many(count, (_, index) => {
    return `\tdma-${index} { compatible = "acme,dma"; iommus = <&smmu${index} 1>; };\n`;
  })}};\n`,
});

const functions: Board = (count) => ({
  '/board.dts': `${HEAD}\tsmmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x100>; #iommu-cells = <1>; };\n${many(
    count,
    (at, index) =>
      `\tpcie@${at} {\n\t\tdevice_type = "pci";\n\t\treg = <0x${at} 0x100>;\n\t\t#address-cells = <3>;\n\t\t#size-cells = <2>;\n\t\tbus-range = <0 0>;\n\n\t\tnic@1,0 {\n\t\t\treg = <0x800 0 0 0 0>;\n\t\t\tiommus = <&smmu ${index}>;\n\t\t};\n\t};\n`,
  )}};\n`,
});

function opened(files: Record<string, string>): Analysis {
  return new Analysis(grammar, new MemoryFiles(files));
}

/** The problems of a rule before and after all are repaired, and how many evaluations that took. */
function repaired(files: Record<string, string>, rule: string) {
  const analysis = opened(files);
  const of = (from: Analysis) => from.board('/board.dts').problems();
  const before = of(analysis);
  const apply = vi.spyOn(FixSandbox.prototype, 'apply');
  const { edits, fixed } = fixAll(analysis, { board: '/board.dts', wanted: (problem) => problem.rule === rule });
  const evaluations = apply.mock.calls.length;
  apply.mockRestore();
  const texts = { ...files };
  for (const [path, text] of Object.entries(files)) {
    texts[path] = applyEdits(
      text,
      edits.filter(({ span }) => span.file === path),
    );
  }
  return { before, after: of(opened(texts)), fixed, evaluations, texts };
}

describe.each([
  ['xen-backend-domid-legacy', virtio],
  ['dma-coherent-and-noncoherent', incoherent],
  ['iommus-target-disabled', disabled],
  ['iommus-on-pci-function', functions],
] as const)('all repairs of %s', (rule, board) => {
  test('are made, and bring nothing else', () => {
    const { before, after, fixed } = repaired(board(8), rule);
    expect(before.filter((problem) => problem.rule === rule)).toHaveLength(8);
    expect(after.filter((problem) => problem.rule === rule)).toEqual([]);
    const others = before.filter((problem) => problem.rule !== rule).map((problem) => problem.rule);
    expect(after.map((problem) => problem.rule).filter((other) => !others.includes(other))).toEqual([]);
    expect(fixed).toBe(8);
  });

  test('take as many evaluations for many as for a few', () => {
    const few = repaired(board(4), rule).evaluations;
    expect(repaired(board(24), rule).evaluations).toBe(few);
    expect(few).toBeLessThanOrEqual(2);
  });
});

test('repairs at one place wait for each other: each function of a bridge has its entry in one map', () => {
  const files = functions(1);
  const text = files['/board.dts'] ?? '';
  const second = text.replace(
    '\t\tnic@1,0',
    '\t\tnic@2,0 {\n\t\t\treg = <0x1000 0 0 0 0>;\n\t\t\tiommus = <&smmu 9>;\n\t\t};\n\n\t\tnic@1,0',
  );
  const { texts } = repaired({ '/board.dts': second }, 'iommus-on-pci-function');
  expect(texts['/board.dts']).toContain('iommu-map = <0x10 &smmu 9 0x1>, <0x8 &smmu 0 0x1>;');
  expect(texts['/board.dts']).not.toContain('iommus');
});

test('the light bulb on the last device plans its repair and no other, and asks no rule again', () => {
  const analysis = opened(virtio(24));
  const view = analysis.view('/board.dts')!;
  const problems = view.snapshot.problems().filter(({ fix }) => fix !== undefined);
  const plans = problems.map(({ fix }) => vi.spyOn(fix!, 'plan'));
  const checks = RULES.map((rule) => vi.spyOn(rule, 'check'));
  const last = problems.at(-1)!;
  const [action] = codeActions(view, last.span.start, last.span.end);
  expect(action?.problem).toBe(last);
  expect(plans.map((plan) => plan.mock.calls.length)).toEqual(problems.map((problem) => Number(problem === last)));
  expect(checks.filter((check) => check.mock.calls.length > 0)).toEqual([]);
  for (const spy of [...plans, ...checks]) spy.mockRestore();
});

test('edits that are not accepted leave the board as it was', () => {
  const files = virtio(1);
  const sandbox = opened(files).sandbox('/board.dts');
  const before = sandbox.snapshot;
  const end = (files['/board.dts'] ?? '').length;
  const edit = { span: { file: '/board.dts', start: end, end }, text: '/ { more { }; };\n' };
  expect(
    sandbox.apply(
      [edit],
      (after) => after.tree.root.children.has('virtio@100000') && !after.tree.root.children.has('more'),
    ),
  ).toBe(false);
  expect(sandbox.snapshot).toBe(before);
  expect(sandbox.edits()).toEqual([]);
  expect(sandbox.apply([edit])).toBe(true);
  expect(sandbox.edits()).toEqual([edit]);
});
