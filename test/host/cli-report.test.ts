// SPDX-License-Identifier: MIT
// How problems of many boards become one report, in each of its formats.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, expect, test } from 'vitest';
import type { Problem } from '#base/problem.ts';
import { Failure } from '#host/cli/io.ts';
import { withoutBaseline } from '#host/cli/report/baseline.ts';
import { located, merge, type ReportedProblem, renamed } from '#host/cli/report/problems.ts';
import { githubReport, jsonReport, summary, textReport } from '#host/cli/report/report.ts';
import { sarifReport } from '#host/cli/report/sarif.ts';
import { framed, sourceLine } from '#host/cli/report/source-line.ts';

const DTSI = 'smmu: iommu {\n\tstatus = "disabled";\n};\n';
const BOARD = '/dts-v1/;\n&dma { iommus = <&smmu 1>; };\n';

const disabled: Problem = {
  rule: 'iommus-target-disabled',
  severity: 'warning',
  message: '`iommus` points to `/iommu`, which is disabled; Linux gives this device direct DMA.',
  span: { file: '/w/a.dts', start: 17, end: 23 },
  node: '/dma',
  related: [{ message: 'disabled here', span: { file: '/w/soc.dtsi', start: 15, end: 33 } }],
  fix: { title: 'Enable `/iommu`', plan: () => undefined },
};
const text = (file: string) => (file.endsWith('.dtsi') ? DTSI : BOARD);
const shared = (board: string, message = 'a 100% wrong, shared line'): ReportedProblem => ({
  rule: 'smmu-x',
  severity: 'error',
  message,
  file: '/w/soc.dtsi',
  range: { start: { line: 1, character: 1 }, end: { line: 1, character: 7 } },
  boards: [board],
});
const short = (path: string) => path.slice('/w/'.length);
const problems = renamed(
  merge([
    shared('/w/b.dts'),
    ...located([disabled], '/w/a.dts', text),
    shared('/w/a.dts'),
    shared('/w/b.dts', 'another'),
  ]),
  short,
);
const report = { files: 3, problems };

test('offsets become zero-based lines and columns', () => {
  const [problem] = located([disabled], '/w/a.dts', text);
  expect(problem?.range).toEqual({ start: { line: 1, character: 7 }, end: { line: 1, character: 13 } });
  expect(problem?.related?.[0]?.range).toEqual({ start: { line: 1, character: 1 }, end: { line: 1, character: 19 } });
});

test('a problem in a shared file appears once and lists its boards; the list is in the order of the files', () => {
  expect(problems.map(({ file, message, boards }) => [file, message.slice(0, 8), boards])).toEqual([
    ['a.dts', '`iommus`', ['a.dts']],
    ['soc.dtsi', 'a 100% w', ['a.dts', 'b.dts']],
    ['soc.dtsi', 'another', ['b.dts']],
  ]);
});

test('text', () => {
  expect(textReport(report, false) + summary(report)).toMatchInlineSnapshot(`
    "a.dts:2:8: warning: \`iommus\` points to \`/iommu\`, which is disabled; Linux gives this device direct DMA. [iommus-target-disabled]
        2 | &dma { iommus = <&smmu 1>; };
          |        ^^^^^^
        soc.dtsi:2:2: disabled here
        fix: Enable \`/iommu\`
    soc.dtsi:2:2: error: a 100% wrong, shared line [smmu-x]
        seen from 2 boards: a.dts, b.dts
    soc.dtsi:2:2: error: another [smmu-x]
        seen from 1 board: b.dts
    3 files, 2 errors, 1 warning
    "
  `);
});

test('many boards are counted, not named', () => {
  const boards = ['a', 'b', 'c', 'd', 'e'].map((name) => shared(`/w/${name}.dts`));
  expect(textReport({ files: 6, problems: merge(boards) }, false)).toContain('seen from 5 boards: ');
  expect(textReport({ files: 6, problems: merge(boards) }, false)).toContain(' and 2 more\n');
});

test('json has the fields of the contract', () => {
  const json = JSON.parse(jsonReport(report));
  expect(Object.keys(json)).toEqual(['version', 'files', 'problems']);
  expect(json.problems[0]).toEqual({
    rule: 'iommus-target-disabled',
    severity: 'warning',
    message: disabled.message,
    file: 'a.dts',
    range: { start: { line: 1, character: 7 }, end: { line: 1, character: 13 } },
    node: '/dma',
    boards: ['a.dts'],
    related: [
      {
        message: 'disabled here',
        file: 'soc.dtsi',
        range: { start: { line: 1, character: 1 }, end: { line: 1, character: 19 } },
      },
    ],
    fix: 'Enable `/iommu`',
  });
});

test('github commands escape what the runner would take for syntax', () => {
  const [, line] = githubReport(report).split('\n');
  expect(line).toBe(
    '::error file=soc.dtsi,line=2,col=2,endLine=2,endColumn=8,title=smmu-x::a 100%25 wrong, shared line',
  );
});

test('sarif: every result has its rule in the list of rules, and one-based places', () => {
  const rule = { id: 'smmu-x', severity: 'error' as const, title: 'X', doc: 'What X is.', page: '# X' };
  const log: Log = JSON.parse(sarifReport(report, [rule], '1.2.3'));
  const [run] = log.runs;
  const { rules } = run!.tool.driver;
  expect([log.version, run!.tool.driver.version]).toEqual(['2.1.0', '1.2.3']);
  for (const result of run!.results!) expect(rules![result.ruleIndex!]!.id).toBe(result.ruleId);
  expect(rules!.map((known) => known.defaultConfiguration?.level)).toEqual([undefined, 'error']);
  expect(run!.results![0]!.locations![0]!.physicalLocation).toEqual({
    artifactLocation: { uri: 'a.dts' },
    region: { startLine: 2, startColumn: 8, endLine: 2, endColumn: 14 },
  });
  expect(run!.results!.map((result) => result.level)).toEqual(['warning', 'error', 'error']);
});

const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-baseline-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a baseline hides what it knows, though its line moved, and no second problem of the same words', () => {
  const path = join(folder, 'known.json');
  writeFileSync(path, jsonReport({ files: 1, problems: [problems[1]!] }));
  const moved = { ...problems[1]!, range: { start: { line: 9, character: 0 }, end: { line: 9, character: 1 } } };
  expect(withoutBaseline([moved, problems[0]!, problems[1]!], path)).toEqual([problems[0], problems[1]]);
});

test.each(['file', 'rule', 'node', 'message'] as const)(
  'a problem of another %s is not the one that is known',
  (field) => {
    const path = join(folder, `known-${field}.json`);
    writeFileSync(path, JSON.stringify({ version: 1, problems: [problems[0]] }));
    const other = { ...problems[0]!, [field]: 'another' };
    expect(withoutBaseline([other], path)).toEqual([other]);
  },
);

test('a baseline that is not a report is wrong usage', () => {
  const path = join(folder, 'other.json');
  writeFileSync(path, '[]');
  expect(() => withoutBaseline([], path)).toThrow(Failure);
  expect(() => withoutBaseline([], join(folder, 'absent.json'))).toThrow(/ENOENT/);
});

test('the line of a problem is shown with a caret: tabs as eight columns, long lines around the place, one line only', () => {
  const shown = (text: string, from: string, length = from.length, columns?: number) => {
    const start = text.indexOf(from);
    const line = sourceLine(text, { file: '/a.dts', start, end: start + length });
    return line && framed(line, 7, columns);
  };
  expect(shown('a;\n\treg = <1\t2>;\n', '2')).toBe(
    '    7 |         reg = <1        2>;\n      |                         ^\n',
  );
  expect(shown('\ta = "x"\r\n', '\r', 0)).toBe('    7 |         a = "x"\n      |                ^\n');
  expect(shown('node {\n\ta;\n};\n', 'node', 12)).toBe('    7 | node {\n      | ^^^^^^\n');
  expect(shown(`a = <${'1 '.repeat(5000)}WRONG ${'2 '.repeat(5000)}>;`, 'WRONG', 5, 60)).toBe(
    '    7 | …1 1 1 1 1 1 1 1 WRONG 2 2 2 2 2 2 2 2 2 2 2 2 2 2 …\n      |                  ^^^^^\n',
  );
  expect(shown('a = "\x1b[2J";\n', '"', 6)).toContain('"\\x1b[2J"');
  expect(sourceLine('', { file: '/a.dtb', start: 0, end: 0 })).toBeUndefined();
  expect(JSON.stringify(JSON.parse(jsonReport(report)))).not.toContain('"source"');
});
