// SPDX-License-Identifier: MIT
// What may be meant by a name that leads nowhere: the nearest ones, the header that has it, and a repair for each.
import { memo } from '#base/memo.ts';
import type { Problem } from '#base/problem.ts';
import type { View } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { MacroAdvice } from './macro-advice.ts';
import { referenceAdvice } from './reference-advice.ts';

const kept = memo((_snapshot: Snapshot): { problems?: readonly Problem[] } => ({}));

/** The problems of the board, of all its files, with advice on each name that leads nowhere; `patient`: on a command. */
export function advised(view: View, patient = false): readonly Problem[] {
  // A header that has not come yet defines nothing: nobody looks for another one.
  if (view.files.awaited) return view.snapshot.problems();
  const known = kept(view.snapshot);
  known.problems ??= advise(view, patient);
  return known.problems;
}

function advise(view: View, patient: boolean): readonly Problem[] {
  const problems = view.snapshot.problems();
  if (!problems.some(({ lacks }) => lacks)) return problems;
  const undefinedNames = problems.filter(({ lacks }) => lacks?.kind === 'macro');
  const macros = undefinedNames.length === 0 ? undefined : new MacroAdvice(view, undefinedNames, patient);
  return problems.flatMap((problem) => {
    if (macros && problem.lacks?.kind === 'macro') return macros.advise(problem);
    return [problem.lacks?.kind === 'reference' ? referenceAdvice(view, problem, problem.lacks) : problem];
  });
}
