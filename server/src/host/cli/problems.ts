// SPDX-License-Identifier: MIT
// The problems of many boards as one list: each place once with the boards that show it, known ones left out.
import { readFileSync } from 'node:fs';
import type { Problem, Severity } from '#base/problem.ts';
import { lineStarts, type Range, rangeOf, type Span } from '#base/text.ts';
import { Failure } from './io.ts';
import { reason } from './output.ts';
import { type SourceLine, sourceLine } from './source-line.ts';

export interface Place {
  /** Absolute while it is worked with, relative to the working directory in the report. */
  readonly file: string;
  readonly range: Range;
}

/** `problems[]` of contracts.md section 2. */
export interface ReportedProblem extends Place {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly node?: string;
  readonly boards: readonly string[];
  readonly related?: readonly (Place & { readonly message: string })[];
  readonly fix?: string;
  /** For people: the text of the place. No part of the JSON. */
  readonly source?: SourceLine;
}

const RANK: Record<Severity, number> = { error: 3, warning: 2, info: 1, hint: 0 };

export function atLeast(severity: Severity, limit: Severity): boolean {
  return RANK[severity] >= RANK[limit];
}

/** One board's problems with lines instead of offsets. `text` gives the text that the offsets count in. */
export function located(
  problems: readonly Problem[],
  board: string,
  text: (file: string) => string,
): ReportedProblem[] {
  const starts = new Map<string, number[]>();
  const place = (span: Span): Place => {
    let lines = starts.get(span.file);
    if (!lines) {
      lines = lineStarts(text(span.file));
      starts.set(span.file, lines);
    }
    return { file: span.file, range: rangeOf(lines, span) };
  };
  const sourceOf = (span: Span) => {
    const source = sourceLine(text(span.file), span);
    return source && { source };
  };
  return problems.map(({ rule, severity, message, span, node, related, fix }) => ({
    rule,
    severity,
    message,
    ...place(span),
    ...(node !== undefined && { node }),
    boards: [board],
    ...(related && { related: related.map((other) => ({ message: other.message, ...place(other.span) })) }),
    ...(fix && { fix: fix.title }),
    ...(severity === 'error' || severity === 'warning' ? sourceOf(span) : undefined),
  }));
}

/** Joins what several boards report at one place, and puts the list into the order of the files. */
export function merge(problems: Iterable<ReportedProblem>): ReportedProblem[] {
  const byPlace = new Map<string, ReportedProblem & { boards: string[] }>();
  for (const problem of problems) {
    const { start, end } = problem.range;
    const key = [
      problem.file,
      start.line,
      start.character,
      end.line,
      end.character,
      problem.rule,
      problem.message,
    ].join('\0');
    const known = byPlace.get(key);
    if (known) for (const board of problem.boards) known.boards.includes(board) || known.boards.push(board);
    else byPlace.set(key, { ...problem, boards: [...problem.boards] });
  }
  return [...byPlace.values()].sort(
    (a, b) =>
      order(a.file, b.file) ||
      a.range.start.line - b.range.start.line ||
      a.range.start.character - b.range.start.character ||
      order(a.rule, b.rule),
  );
}

/** The same list with the names that the report shows. */
export function renamed(problems: readonly ReportedProblem[], name: (file: string) => string): ReportedProblem[] {
  return problems.map((problem) => ({
    ...problem,
    file: name(problem.file),
    boards: problem.boards.map(name).sort(order),
    ...(problem.related && { related: problem.related.map((other) => ({ ...other, file: name(other.file) })) }),
  }));
}

/**
 * Leaves out what the baseline, an earlier JSON report, already has. Lines do not count, so that an edit above a known
 * problem does not bring it back; a second problem of the same words does.
 */
export function withoutBaseline(problems: readonly ReportedProblem[], path: string): ReportedProblem[] {
  const known = new Map<string, number>();
  for (const problem of readBaseline(path)) {
    const key = fingerprint(problem);
    known.set(key, (known.get(key) ?? 0) + 1);
  }
  return problems.filter((problem) => {
    const key = fingerprint(problem);
    const left = known.get(key) ?? 0;
    if (left > 0) known.set(key, left - 1);
    return left === 0;
  });
}

function fingerprint(problem: ReportedProblem): string {
  return [problem.file, problem.rule, problem.node ?? '', problem.message].join('\0');
}

function readBaseline(path: string): readonly ReportedProblem[] {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Failure(`${path}: cannot be read as a baseline (${reason(error)}); ${MAKE_BASELINE}`);
  }
  const problems = typeof report === 'object' && report !== null && 'problems' in report ? report.problems : undefined;
  if (!Array.isArray(problems)) throw new Failure(`${path}: is no report; ${MAKE_BASELINE}`);
  return problems;
}

const MAKE_BASELINE = 'write one with `dt-iommu check --format json > FILE`';

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
