// SPDX-License-Identifier: MIT
// The problems of many boards as one list: each place once with the boards that show it, known ones left out.
import type { Problem, Severity } from '#base/problem.ts';
import { lineStarts, type Range, rangeOf, type Span } from '#base/text.ts';
import { fields } from '#host/cli/unknown.ts';
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
  /** What each repair would change, where it was asked for. No part of the JSON. */
  readonly repairs?: readonly PlannedRepair[];
}

export interface PlannedRepair {
  readonly title: string;
  readonly edits: readonly (Place & { readonly text: string })[];
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
  { planned = false } = {},
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
  const repairsOf = ({ fix, choices = [] }: Problem) => {
    const repairs = [...(fix ? [fix] : []), ...choices].flatMap(({ title, plan }) => {
      const edits = plan() ?? [];
      return edits.length === 0 ? [] : [{ title, edits: edits.map(({ span, text }) => ({ ...place(span), text })) }];
    });
    return repairs.length > 0 ? { repairs } : undefined;
  };
  return problems.map((problem) => {
    const { rule, severity, message, span, node, related, fix } = problem;
    return {
      rule,
      severity,
      message,
      ...place(span),
      ...(node !== undefined && { node }),
      boards: [board],
      ...(related && { related: related.map((other) => ({ message: other.message, ...place(other.span) })) }),
      ...(fix && { fix: fix.title }),
      ...(severity === 'error' || severity === 'warning' ? sourceOf(span) : undefined),
      ...(planned ? repairsOf(problem) : undefined),
    };
  });
}

/**
 * Joins what several boards report at one place, and puts the list into the order of the files. What the boards say
 * differently, such as a node's path, is that of the first board by name, in whatever order they were checked.
 */
export function merge(problems: Iterable<ReportedProblem>): ReportedProblem[] {
  const byPlace = new Map<string, { problem: ReportedProblem; first: string; readonly boards: Set<string> }>();
  for (const problem of problems) {
    const { start, end } = problem.range;
    const place = [problem.file, start.line, start.character, end.line, end.character, problem.rule, problem.message];
    const key = place.join('\0');
    const first = problem.boards.reduce((least, board) => (order(board, least) < 0 ? board : least));
    const known = byPlace.get(key);
    if (!known) {
      byPlace.set(key, { problem, first, boards: new Set(problem.boards) });
      continue;
    }
    for (const board of problem.boards) known.boards.add(board);
    if (first < known.first) Object.assign(known, { problem, first });
  }
  const joined = [...byPlace.values()].map(({ problem, boards }) => ({ ...problem, boards: [...boards].sort(order) }));
  return joined.sort(
    (a, b) =>
      order(a.file, b.file) ||
      a.range.start.line - b.range.start.line ||
      a.range.start.character - b.range.start.character ||
      order(a.rule, b.rule) ||
      a.range.end.line - b.range.end.line ||
      a.range.end.character - b.range.end.character ||
      order(a.message, b.message),
  );
}

/** Whether what came from a file is one. */
export function isReportedProblem(value: unknown): value is ReportedProblem {
  const { rule, severity, message, boards, node, fix, related = [], repairs = [], source } = fields(value);
  const isText = (text: unknown) => typeof text === 'string';
  return (
    isText(rule) &&
    isText(message) &&
    Object.hasOwn(RANK, String(severity)) &&
    isPlace(value) &&
    Array.isArray(boards) &&
    boards.every(isText) &&
    [node, fix].every((text) => text === undefined || isText(text)) &&
    Array.isArray(related) &&
    related.every((other) => isPlace(other) && isText(fields(other).message)) &&
    Array.isArray(repairs) &&
    repairs.every(isPlannedRepair) &&
    (source === undefined || (isText(fields(source).text) && isCounts([fields(source).start, fields(source).length])))
  );
}

function isPlannedRepair(value: unknown): boolean {
  const { title, edits } = fields(value);
  return (
    typeof title === 'string' &&
    Array.isArray(edits) &&
    edits.every((edit) => isPlace(edit) && typeof fields(edit).text === 'string')
  );
}

function isPlace(value: unknown): boolean {
  const { file, range } = fields(value);
  const { start, end } = fields(range);
  const ends = [start, end].flatMap((place) => [fields(place).line, fields(place).character]);
  return typeof file === 'string' && isCounts(ends);
}

function isCounts(values: readonly unknown[]): boolean {
  return values.every((value) => Number.isInteger(value) && Number(value) >= 0);
}

/** The same list with the names that the report shows. */
export function renamed(problems: readonly ReportedProblem[], name: (file: string) => string): ReportedProblem[] {
  return problems.map((problem) => ({
    ...problem,
    file: name(problem.file),
    boards: problem.boards.map(name).sort(order),
    ...(problem.repairs && {
      repairs: problem.repairs.map(({ title, edits }) => ({
        title,
        edits: edits.map((edit) => ({ ...edit, file: name(edit.file) })),
      })),
    }),
    ...(problem.related && { related: problem.related.map((other) => ({ ...other, file: name(other.file) })) }),
  }));
}

export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
