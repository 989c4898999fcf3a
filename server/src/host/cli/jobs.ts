// SPDX-License-Identifier: MIT
// What is done with one file or board, in this thread or in a worker: plain data in, plain data out.
import { dirname } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { View } from '#ide/analysis.ts';
import { isBoard } from '#ide/boards/boards.ts';
import { advised } from '#ide/problems/advice.ts';
import { diagnostics } from '#ide/problems/diagnostics.ts';
import type { Verdict } from '#model/report/types.ts';
import { DEATH, refusals } from '#rules/dtc/refusals.ts';
import type { Crash } from '#rules/engine/runner.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { firstFailed, LAST_CHECK } from '#tree/dtc/checks.ts';
import { PATH_IN_OVERLAY } from '#tree/settle.ts';
import { makeFolderInside, writeOutput } from './output.ts';
import type { Task } from './queue.ts';
import { located, type ReportedProblem } from './report/problems.ts';
import type { Session } from './session.ts';

export interface Checked {
  /** Files read: the board first, then what it includes. */
  readonly files: readonly string[];
  readonly problems: readonly ReportedProblem[];
  /** What decided beside them: the project file, configurations, bytes that were read in. */
  readonly inputs?: readonly string[];
  /** Ignore comments of included files that silenced nothing on this board. */
  readonly idle?: readonly ReportedProblem[];
  /** Rules that failed: defects of ours. */
  readonly crashes?: readonly Crash[];
  /** Only checks of dtc failed: true where nothing was written, false where the blob was all the same (`-f`). */
  readonly refused?: boolean;
}

const JOBS = { check, compile, syntax, verdicts };

export type JobName = keyof typeof JOBS;
export type JobResult<J extends JobName> = ReturnType<(typeof JOBS)[J]>;

export function runJob<J extends JobName>(job: J, session: Session, task: Task): JobResult<J> {
  // TypeScript cannot see that JOBS[job] belongs to the same J.
  return JOBS[job](session, task) as JobResult<J>;
}

/**
 * A board with all its files, and with the partial trees of its domains where it is the host of a Xen system; a shared
 * file alone, in the context of the board that fits it best.
 */
function check(session: Session, { file }: Task): Checked {
  const own = checkOne(session, file);
  if (!isBoard(file)) return own;
  const { tree, platform } = session.analysis(file).board(file);
  if (platform.xen?.host !== tree) return own;
  const all = [own, ...platform.xen.domains.map((domain) => checkOne(session, domain.tree.file))];
  return {
    files: all.flatMap(({ files }) => files),
    inputs: all.flatMap(({ inputs = [] }) => inputs),
    problems: all.flatMap(({ problems }) => problems),
    idle: own.idle ?? [],
    crashes: all.flatMap(({ crashes = [] }) => crashes),
  };
}

function checkOne(session: Session, file: string): Checked {
  const view = session.analysis(file).view(file);
  if (!view) throw new Error(UNREADABLE);
  const { snapshot, choice } = view;
  const whole = isBoard(file) || /\.dtbo?$/.test(file);
  // dtc never reads what a script of U-Boot changes.
  const own = whole ? advised(view, true) : diagnostics(view);
  const problems = [...own, ...bindingProblems(session, view)].filter(
    ({ rule, span }) => !(rule.startsWith('dtc/') && session.isScript(span.file)),
  );
  return {
    files: whole ? snapshot.tree.files : [file],
    inputs: session.inputs(
      file,
      snapshot.trees.flatMap((tree) => tree.files),
    ),
    problems: [
      // What is read of a blob is text that nobody can edit.
      ...located(problems, choice.board, (path) => snapshot.text(path), {
        planned: session.planned && !/\.dtbo?$/.test(file),
      }),
      ...located(session.projectProblems(file), choice.board, (path) => session.text(path)),
    ],
    idle: isBoard(file) ? located(snapshot.idleIgnores(), file, (path) => snapshot.text(path)) : [],
    crashes: snapshot.crashes(),
  };
}

/** `--bindings`: where there are none, somebody who asked for them would take silence for praise. */
function bindingProblems(session: Session, view: View): readonly Problem[] {
  if (!session.bindings || !isBoard(view.file)) return [];
  const found = session.bindingsOf(view);
  if (!found) throw new Error('has no bindings around it: Documentation/devicetree/bindings, dts/Bindings or Bindings');
  return found;
}

/**
 * Resolves the board and writes its blob to the task's output, unless cpp or dtc would refuse it: then only its errors.
 * What dtc's checks refuse is written with `-f`, as far as dtc came.
 */
function compile(session: Session, { file, output, mirrored }: Task): Checked {
  const first = session.tree(file);
  const errors = first.problems.filter((problem) => problem.severity === 'error');
  const late = errors.some(({ rule }) => rule === PATH_IN_OVERLAY);
  const isRead = errors.every((problem) => isCheck(problem) || problem.rule === PATH_IN_OVERLAY);
  const stops = [...errors, ...(isRead ? refusals(first.omits ? session.tree(file, LAST_CHECK) : first) : [])];
  const failed = isRead ? firstFailed(new Set(stops.map(({ rule }) => rule.slice(4)))) : undefined;
  const dies = stops.some(({ rule }) => rule === DEATH);
  const written = stops.length === 0 || (failed !== undefined && session.force && !late && !dies);
  const tree = failed !== undefined && written ? session.tree(file, failed) : first;
  if (written && output !== undefined) {
    if (mirrored) makeFolderInside(dirname(output));
    writeOutput(output, writeBlob(tree, { symbols: session.symbols }), (stats) => session.files.wasRead(stats));
  }
  return {
    files: tree.files,
    problems: located(stops, file, (path) => session.text(path)),
    ...(failed !== undefined && !(late && session.force) && { refused: !written }),
  };
}

/** One of dtc's checks, which `-f` forces; everything else stops cpp or dtc before. */
function isCheck({ rule }: Problem): boolean {
  return rule.startsWith('dtc/');
}

/** One file alone: whether the grammar reads it. */
function syntax(session: Session, { file }: Task): Checked {
  const source = session.source(file);
  if (!source) throw new Error(UNREADABLE);
  const problems = session.frontend.ast(source).errors.map(({ start, end, message }) => ({
    rule: 'syntax/error',
    severity: 'error' as const,
    message,
    span: { file: source.path, start, end },
  }));
  return { files: [file], problems: located(problems, file, () => source.text) };
}

/** How many devices of the board get which DMA set-up. */
function verdicts(session: Session, { file }: Task): Partial<Record<Verdict, number>> {
  const counts: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of session.analysis(file).board(file).reports()) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

const UNREADABLE = 'cannot be read as text; check the path, its permissions and its size (10 MB at most)';
