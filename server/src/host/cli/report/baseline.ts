// SPDX-License-Identifier: MIT
// What makes a problem the same one after an edit, and what is left of a list when an earlier report is taken away.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure } from '#host/cli/io.ts';
import { reason } from '#host/cli/output.ts';
import { fields, listOf } from '#host/cli/unknown.ts';
import type { ReportedProblem } from './problems.ts';

/** The name of our fingerprints in SARIF; another number when what they are made of changes. */
export const FINGERPRINT = 'dtIommu/v1';

/** File, rule, node and words: an edit above a problem moves it and leaves these. */
export function fingerprint({ file, rule, node, message }: ReportedProblem): string {
  // Places that a message names move, too.
  const words = message.replace(/(\.\w+):\d+(?::\d+)?/g, '$1');
  return createHash('sha256')
    .update([file, rule, node ?? '', words].join('\0'))
    .digest('hex')
    .slice(0, 32);
}

/** One for each problem of a report: where several are alike, they are counted. */
export function fingerprints(problems: readonly ReportedProblem[]): string[] {
  const counts = new Map<string, number>();
  return problems.map((problem) => {
    const print = fingerprint(problem);
    const count = (counts.get(print) ?? 0) + 1;
    counts.set(print, count);
    return `${print}:${count}`;
  });
}

/**
 * Leaves out what the baseline, an earlier report in JSON or SARIF, already has. Lines do not count, so that an edit above
 * a known problem does not bring it back; a second problem of the same words does.
 */
export function withoutBaseline(problems: readonly ReportedProblem[], path: string): ReportedProblem[] {
  const known = new Map<string, number>();
  for (const print of readBaseline(path)) known.set(print, (known.get(print) ?? 0) + 1);
  return problems.filter((problem) => {
    const print = fingerprint(problem);
    const left = known.get(print) ?? 0;
    if (left > 0) known.set(print, left - 1);
    return left === 0;
  });
}

function readBaseline(path: string): readonly string[] {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Failure(`${path}: cannot be read as a baseline (${reason(error)}); ${MAKE_BASELINE}`);
  }
  const { problems, runs } = fields(report);
  if (Array.isArray(problems)) return problems.map((problem) => fingerprint({ ...BLANK, ...fields(problem) }));
  if (!Array.isArray(runs)) throw new Failure(`${path}: is not a report; ${MAKE_BASELINE}`);
  const results = runs.flatMap((run) => listOf(fields(run).results));
  return results.map((result) => {
    const print = fields(fields(result).partialFingerprints)[FINGERPRINT];
    if (typeof print === 'string') return print.replace(/:\d+$/, '');
    throw new Failure(`${path}: is SARIF without fingerprints of dt-iommu; ${MAKE_BASELINE}`);
  });
}

const BLANK = { file: '', rule: '', message: '' } as ReportedProblem;
const MAKE_BASELINE = 'write one with `dt-iommu check --format json > FILE`, or sarif';
