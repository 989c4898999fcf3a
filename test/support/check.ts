// SPDX-License-Identifier: MIT
// The sentences that tests are written in: each takes a fixture (see fixture.ts) and says what must come of it.
import { expect } from 'vitest';
import type { Problem } from '#base/problem.ts';
import { applyEdits, lineStarts, positionAt } from '#base/text.ts';
import type { Platform, PlatformKind, XenBuild } from '#model/platform/types.ts';
import { parseXenVersion } from '#model/platform/xen-build.ts';
import { type AnalyseOptions, type Analysis, analyse, LINUX, only } from './analyse.ts';
import { type Expectation, type Fixture, parseFixture } from './fixture.ts';

/**
 * Every annotation of the fixture is reported, and nothing else. `hint`s count only where one is annotated. The fix of
 * every problem is safe: the result has lost that problem and gained none.
 */
export function checkDiagnostics(text: string, options: AnalyseOptions = {}): void {
  const fixture = parseFixture(dts(text));
  if (fixture.expected.length === 0) throw new Error('the fixture expects nothing: use checkNone');
  const hints = fixture.expected.some(({ severity }) => severity === 'hint');
  const analysis = diagnose(fixture, options);
  const found = analysis.problems.filter(({ severity }) => hints || severity !== 'hint');
  const actual = found.map((problem) => describe(problem, fixture));
  const wanted = fixture.expected.map(wording);
  expect(actual.map((each) => abridged(each, wanted)).sort()).toEqual(wanted.sort());
  for (const problem of analysis.problems)
    if (problem.fix !== undefined) tryFix({ fixture, analysis, options }, problem);
}

/** What the first problem of the rule offers to choose from: by title, the board that each choice makes. */
export function choicesOf(rule: string, text: string, options: AnalyseOptions = {}): Record<string, string> {
  const fixture = parseFixture(dts(text));
  const problem = diagnose(fixture, options).problems.find((each) => each.rule === rule);
  const before = fixture.files.get(fixture.root) ?? '';
  const made = (problem?.choices ?? []).map(({ title, plan }) => [title, applyEdits(before, plan() ?? [])] as const);
  return Object.fromEntries(made);
}

/** Nothing is reported; hints do not count. */
export function checkNone(text: string, options: AnalyseOptions = {}): void {
  const fixture = parseFixture(dts(text));
  const found = diagnose(fixture, options).problems.filter(({ severity }) => severity !== 'hint');
  expect(found.map((problem) => describe(problem, fixture))).toEqual([]);
}

/** The rule reports nothing, not even a hint; what other rules report does not count. */
export function checkSilent(rule: string, text: string): void {
  const fixture = parseFixture(dts(text));
  expect(diagnose(fixture, only(rule)).problems.map((problem) => describe(problem, fixture))).toEqual([]);
}

/**
 * The fix of the rule, applied to `before`, gives `after` (files that the fix does not touch may be left out of
 * `after`). The result has lost that problem, with others that the same edit solves, and gained none.
 */
export function checkFix(rule: string, before: string, after: string, options: AnalyseOptions = {}): void {
  const fixture = parseFixture(dts(before));
  const wanted = parseFixture(dts(after));
  const { result } = applyFix(fixture, rule, options);
  for (const [path, text] of wanted.files) expect(result.get(path)).toBe(text);
}

/** The rule reports the fixture's problem without a fix. */
export function checkNoFix(rule: string, text: string, options: AnalyseOptions = {}): void {
  const analysis = diagnose(parseFixture(dts(text)), options);
  const problem = analysis.problems.find((each) => each.rule === rule);
  expect(problem, `${rule} reports nothing`).toBeDefined();
  expect(problem?.fix).toBeUndefined();
}

/** Applies the fix of the first problem of a rule, and asserts that it is safe. */
export function applyFix(
  fixture: Fixture,
  rule: string,
  options: AnalyseOptions = {},
): { result: Map<string, string> } {
  const analysis = diagnose(fixture, options);
  const problem = analysis.problems.find((each) => each.rule === rule && each.fix !== undefined);
  expect(
    problem,
    `${rule} offers no fix; found: ${analysis.problems.map((each) => each.rule).join(', ')}`,
  ).toBeDefined();
  return { result: tryFix({ fixture, analysis, options }, problem!) };
}

interface Diagnosed {
  readonly fixture: Fixture;
  readonly analysis: Analysis;
  readonly options: AnalyseOptions;
}

/** The files after the fix of a problem, which are without that problem and have no other one. */
function tryFix({ fixture, analysis, options }: Diagnosed, problem: Problem): Map<string, string> {
  const { rule } = problem;
  const edits = problem.fix?.plan();
  expect(edits, `the fix of ${rule} plans nothing`).toBeDefined();
  const result = new Map(fixture.files);
  for (const file of new Set(edits?.map(({ span }) => span.file))) {
    const own = edits?.filter(({ span }) => span.file === file) ?? [];
    result.set(file, applyEdits(fixture.files.get(file) ?? '', own));
  }
  const again = diagnose({ ...fixture, files: result }, options);
  expect(
    count(again.problems, rule),
    `the fix of ${rule} leaves its problem:\n${[...result.values()].join('\n')}`,
  ).toBeLessThan(count(analysis.problems, rule));
  for (const { rule: other, message } of again.problems) {
    // A comment that silenced the same problem elsewhere has nothing left to silence.
    if (other === rule || other === 'unused-ignore') continue;
    expect(count(again.problems, other), `the fix of ${rule} brings ${other}: ${message}`).toBeLessThanOrEqual(
      count(analysis.problems, other),
    );
  }
  return result;
}

/** The analysis of a fixture, with the platform that its metadata names (`platform:xen-domu`, `kernel:6.1`, `xen:4.20`). */
export function diagnose(fixture: Fixture, options: AnalyseOptions): Analysis {
  const kind = fixture.metadata.get('platform') as PlatformKind | undefined;
  const kernel = fixture.metadata.get('kernel')?.split('.').map(Number) as [number, number] | undefined;
  const xen = fixture.metadata.get('xen');
  const platform: Platform = {
    ...(options.platform ?? LINUX),
    ...(kind && { kind }),
    ...(kernel && { kernelVersion: kernel }),
    ...(xen !== undefined && { xenBuild: xenBuildOf(xen) }),
  };
  return analyse(fixture.files, fixture.root, { domains: fixture.domains, ...options, platform });
}

/** `4.17`, `4.20,ARM_SMMU_V3=y`: a release and, behind it, all the options that it is built with. */
export function xenBuildOf(text: string): XenBuild {
  const [version = '', ...options] = text.split(',');
  const config = new Map(options.map((option) => option.split('=') as [string, string]));
  return { version: parseXenVersion(version)!, assumed: false, ...(options.length > 0 && { config }) };
}

/** Puts `/dts-v1/;` before each board that has none, on the line that the fixture's own first line break ends. */
export function dts(text: string): string {
  const body = text.replace(/^\n/, '');
  if (/\/dts-v1\//.test(body)) return body;
  return body.startsWith('//- ') ? body.replace(/^(\/\/- \/\S+\.dts.*)$/gm, '$1\n/dts-v1/;') : `/dts-v1/;\n${body}`;
}

function wording({ file, line, start, end, severity, rule, message, hasFix }: Expectation): string {
  const at = `${file}:${line + 1}:${start + 1}-${end + 1}`;
  return `${at} ${hasFix ? '💡 ' : ''}${severity}[${rule}]${message === undefined ? '' : `: ${message}`}`;
}

function describe(problem: Problem, fixture: Fixture): string {
  const { file, start, end } = problem.span;
  const text = fixture.files.get(file) ?? '';
  const starts = lineStarts(text);
  const from = positionAt(starts, start);
  const lineEnd = (starts[from.line + 1] ?? text.length + 1) - 1;
  const stop = positionAt(starts, Math.min(end, lineEnd));
  const at = `${file}:${from.line + 1}:${from.character + 1}-${stop.character + 1}`;
  return `${at} ${problem.fix === undefined ? '' : '💡 '}${problem.severity}[${problem.rule}]: ${problem.message}`;
}

/** The problem as an annotation for it words it: without its text or with the beginning only, without its fix. */
function abridged(actual: string, wanted: readonly string[]): string {
  for (const each of wanted) {
    const whole = each.includes('💡') ? actual : actual.replace('💡 ', '');
    const open = each.endsWith(']') || each.endsWith('…');
    const start = each.endsWith('…') ? each.slice(0, -1) : `${each}:`;
    if (whole === each || (open && whole.startsWith(start))) return each;
  }
  return actual;
}

function count(problems: readonly Problem[], rule: string): number {
  return problems.filter((problem) => problem.rule === rule).length;
}
