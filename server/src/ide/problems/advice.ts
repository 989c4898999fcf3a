// SPDX-License-Identifier: MIT
// What may be meant by a name that leads nowhere: the nearest ones, the header that has it, and a repair for each.
import { memo } from '#base/memo.ts';
import type { Problem } from '#base/problem.ts';
import type { View } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import type { HeaderIndex } from '#ide/knowledge/headers.ts';
import { DELETE_NOTHING, deletionAdvice } from './deletion-advice.ts';
import { MacroAdvice } from './macro-advice.ts';
import { referenceAdvice } from './reference-advice.ts';

interface Kept {
  problems?: readonly Problem[];
  /** All headers were read that may define a name, or none lacks a definition. */
  whole?: boolean;
}

const kept = memo((_snapshot: Snapshot): Kept => ({}));

/** Characters of headers that are read in one turn of a pause: some milliseconds' worth. */
const TURN = 60_000;

/** The problems of the board, of all its files, with advice on each name that leads nowhere; `patient`: on a command. */
export function advised(view: View, patient = false): readonly Problem[] {
  // A header that has not come yet defines nothing: nobody looks for another one.
  if (view.files.awaited) return view.snapshot.problems();
  const known = kept(view.snapshot);
  if (!known.problems || (known.whole === false && allHeaders(view).done)) {
    known.problems = advise(view, patient);
    known.whole = !known.problems.some(isMacro) || allHeaders(view).done;
  }
  return known.problems;
}

/** Reads on, in a pause, for the header that defines a missing name; `false`: there is nothing to look for. */
export function seekAdvice(view: View): boolean {
  if (view.files.awaited) return false;
  advised(view);
  if (kept(view.snapshot).whole) return false;
  allHeaders(view).step(TURN);
  return true;
}

function allHeaders(view: View): HeaderIndex {
  return view.knowledge.headers(view.includePaths());
}

function isMacro({ lacks }: Problem): boolean {
  return lacks?.kind === 'macro';
}

function advise(view: View, patient: boolean): readonly Problem[] {
  const problems = view.snapshot.problems();
  if (!problems.some(({ lacks, rule }) => lacks || rule === DELETE_NOTHING)) return problems;
  const undefinedNames = problems.filter(isMacro);
  const macros = undefinedNames.length === 0 ? undefined : new MacroAdvice(view, undefinedNames, patient);
  return problems.flatMap((problem) => {
    if (macros && isMacro(problem)) return macros.advise(problem);
    if (problem.rule === DELETE_NOTHING) return [deletionAdvice(view, problem)];
    return [problem.lacks?.kind === 'reference' ? referenceAdvice(view, problem, problem.lacks) : problem];
  });
}
