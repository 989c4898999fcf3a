// SPDX-License-Identifier: MIT
// Repairs of problems: one at its place, or all of a file one after the other, each planned on what the last one left.
import type { Problem } from '#base/problem.ts';
import type { TextEdit } from '#base/text.ts';
import type { Analysis, View } from '#ide/analysis.ts';
import type { FixSandbox } from '#ide/boards/fix-sandbox.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import type { Fix } from '#rules/engine/rule.ts';
import { CATALOGUE } from '#rules/index.ts';

/** More repairs than any file needs: a fix that brings its own problem back must not go on for ever. */
const MAX_FIXES = 500;

/** `undefined` when the problem is gone or has no repair. */
export function fixOf(view: View, problem: Problem): Fix | undefined {
  return problem.fix === undefined ? undefined : view.snapshot.planFix(problem);
}

/** False for hints, which are matters of taste, and where the fix is one of several: a person asks for those rules. */
export function isRepair({ rule, severity }: Problem): boolean {
  return severity !== 'hint' && !CATALOGUE.byId.get(rule)?.judgement;
}

export interface FixAllRequest {
  readonly board: string;
  /** Absent: what the project applies to the board. */
  readonly overlays?: readonly string[];
  /** Which problems to repair; those that have no repair stay. */
  wanted(problem: Problem): boolean;
  /** Which files may change: a repair that would touch another one is left out as a whole. Absent: all. */
  writable?(file: string): boolean;
}

/** All repairs of a board, as edits of the texts that it has now; `fixed` counts them. */
export function fixAll(
  analysis: Analysis,
  request: FixAllRequest,
): { readonly edits: TextEdit[]; readonly fixed: number } {
  const sandbox = analysis.sandbox(request.board, request.overlays);
  const refused = new Set<string>();
  let fixed = 0;
  for (let n = 0; n < MAX_FIXES; n++) {
    const repaired = fixNext(sandbox, request, refused);
    if (repaired === 0) break;
    fixed += repaired;
  }
  return { edits: sandbox.edits(), fixed };
}

/** How many problems one more repair solved; 0 when none is left. One whose repair leads nowhere is not tried again. */
function fixNext(sandbox: FixSandbox, { wanted, writable }: FixAllRequest, refused: Set<string>): number {
  const { snapshot } = sandbox;
  const count = (now: Snapshot, rule: string) =>
    now.problems().filter((each) => each.rule === rule && wanted(each)).length;
  // Shared files first: what a repair there brings in, the board then has.
  const isOwn = ({ span }: Problem) => Number(span.file === snapshot.tree.file);
  for (const problem of [...snapshot.problems()].sort((a, b) => isOwn(a) - isOwn(b))) {
    const name = nameOf(snapshot, problem);
    if (problem.fix === undefined || refused.has(name) || !wanted(problem)) continue;
    const fix = snapshot.planFix(problem);
    refused.add(name);
    if (!fix || fix.edits.length === 0) continue;
    if (writable && !fix.edits.every((edit) => writable(edit.span.file))) continue;
    sandbox.apply(fix.edits);
    return Math.max(1, count(snapshot, problem.rule) - count(sandbox.snapshot, problem.rule));
  }
  return 0;
}

/** The same problem has the same name after other places of its file were edited. */
function nameOf(snapshot: Snapshot, { rule, node, span, fix }: Problem): string {
  const text = snapshot.text(span.file).slice(span.start, span.end);
  return [rule, node, span.file, text, fix].join('\0');
}
