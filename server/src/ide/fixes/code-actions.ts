// SPDX-License-Identifier: MIT
// What the light bulb offers: the repair of each problem at the cursor, and a comment that silences it.
import { t } from '#base/language.ts';
import type { Problem } from '#base/problem.ts';
import type { TextEdit } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import { isBoard } from '#ide/boards/boards.ts';
import { nodeRanges } from '#ide/navigation/places.ts';
import { diagnostics, problemsAt } from '#ide/problems/diagnostics.ts';
import { indentAt, lineEnd } from '#rules/edits/edits.ts';
import { CATALOGUE } from '#rules/index.ts';
import { pathOf } from '#tree/query.ts';
import { someOf } from '#wording/values.ts';
import { isRepair } from './fixes.ts';

export interface CodeAction {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  readonly problem: Problem;
  /** The one that the editor's fix key applies. */
  readonly preferred: boolean;
}

/** The repairs first, then the comments. `more`: problems of the file that were found in the pauses. */
export function codeActions(view: View, start: number, end: number, more: readonly Problem[] = []): CodeAction[] {
  const touches = ({ span }: Problem) => span.start <= end && start <= span.end;
  const problems = [...problemsAt(view, start, end), ...more.filter(touches)];
  return [
    ...problems.flatMap((problem) => repairs(view, problem)),
    ...problems.flatMap((problem) => silence(view, problem)),
  ];
}

/** Whether {@link diagnostics} has more than nothing to repair: what offers "fix all". */
export function hasFixes(view: View): boolean {
  return diagnostics(view).some((problem) => problem.fix !== undefined && isRepair(problem));
}

/** Rules with a repair at these offsets: what offers "fix all of these". `repeated`: those that the file needs again. */
export function fixableRules(view: View, start: number, end: number): { rule: string; repeated: boolean }[] {
  const fixable = diagnostics(view).filter((problem) => problem.fix !== undefined);
  const here = problemsAt(view, start, end).filter((problem) => problem.fix !== undefined);
  const rules = new Set(here.map((problem) => problem.rule));
  return [...rules].map((rule) => ({ rule, repeated: fixable.filter((problem) => problem.rule === rule).length > 1 }));
}

function repairs(view: View, problem: Problem): CodeAction[] {
  const { fix, choices = [] } = problem;
  return [...(fix ? [fix] : []), ...choices].flatMap((repair) => {
    const edits = repair.plan();
    return edits ? [{ title: repair.title + sharers(view, edits), edits, problem, preferred: repair === fix }] : [];
  });
}

/** Which boards change with a shared file that the edits are in. */
function sharers(view: View, edits: readonly TextEdit[]): string {
  const boards = new Set<string>();
  for (const file of new Set(edits.map(({ span }) => span.file))) {
    if (isBoard(file)) continue;
    for (const board of view.boardsOf(file)) boards.add(board.slice(board.lastIndexOf('/') + 1));
  }
  return boards.size < 2 ? '' : t(' (changes {0})', someOf([...boards]));
}

/** A comment on a line of its own before the node, where the rule's runner looks for it. */
function silence(view: View, problem: Problem): CodeAction[] {
  if (!CATALOGUE.byId.has(problem.rule) || problem.node === undefined) return [];
  const { file, text, snapshot } = view;
  const around = nodeRanges(snapshot, file).filter(
    ({ node, start, end }) => pathOf(node) === problem.node && start <= problem.span.start && problem.span.end <= end,
  );
  const block = around[around.length - 1];
  if (!block) return [];
  const line = text.lastIndexOf('\n', block.start - 1) + 1;
  const note = `/* dt-iommu-ignore ${problem.rule}: reason */`;
  // Behind another node's brace, a comment before the line would be about that one.
  const own = text.slice(line, block.start).trim() === '';
  const at = own ? line : block.start;
  const comment = own ? `${indentAt(text, block.start)}${note}${lineEnd(text)}` : `${note} `;
  return [
    {
      title: t('Ignore {0} for this node', problem.rule),
      edits: [{ span: { file, start: at, end: at }, text: comment }],
      problem,
      preferred: false,
    },
  ];
}
