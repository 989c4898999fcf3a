// SPDX-License-Identifier: MIT
// What is done with one file or board, in this thread or in a worker: plain data in, plain data out.
import type { Problem } from '#base/problem.ts';
import { writeBlob } from '#tree/blob.ts';
import { writeWhole } from './output.ts';
import { located, type ReportedProblem } from './problems.ts';
import type { Task } from './queue.ts';
import type { Session } from './session.ts';

export interface Checked {
  /** Files read: the board first, then what it includes. */
  readonly files: readonly string[];
  readonly problems: readonly ReportedProblem[];
}

const JOBS = { syntax, compile };

export type JobName = keyof typeof JOBS;
export type JobResult<J extends JobName> = ReturnType<(typeof JOBS)[J]>;

export function runJob<J extends JobName>(job: J, session: Session, task: Task): JobResult<J> {
  // TypeScript cannot see that JOBS[job] belongs to the same J.
  return JOBS[job](session, task) as JobResult<J>;
}

/** One file alone: whether the grammar reads it. */
function syntax(session: Session, { file }: Task): Checked {
  const source = session.files.read(file);
  if (!source) throw new Error('cannot be read; check the path and its permissions');
  const problems = session.frontend.ast(source).errors.map(({ start, end, message }) => ({
    rule: 'syntax/error',
    severity: 'error' as const,
    message,
    span: { file: source.path, start, end },
  }));
  return { files: [file], problems: located(problems, file, () => source.text) };
}

/**
 * Resolves the board and writes its blob to the task's output, unless cpp or dtc would refuse it: then only its errors.
 * An include that is missing is one of them; in `check` it is a warning, because the file may be elsewhere.
 */
function compile(session: Session, { file, output }: Task): Checked {
  const tree = session.tree(file);
  const stops = tree.problems.flatMap((problem): Problem[] => {
    if (problem.rule === 'syntax/include-not-found') return [{ ...problem, severity: 'error' }];
    return problem.severity === 'error' ? [problem] : [];
  });
  if (stops.length === 0 && output !== undefined) {
    writeWhole(output, writeBlob(tree, { symbols: session.symbols }));
  }
  return { files: tree.files, problems: located(stops, file, (path) => session.text(path)) };
}
