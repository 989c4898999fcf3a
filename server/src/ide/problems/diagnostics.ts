// SPDX-License-Identifier: MIT
// The problems of one file in the context of its board, and what a comment needs to silence one.
import type { Problem } from '#base/problem.ts';
import type { View } from '#ide/analysis.ts';

/** In text order; related places may lie in other files. */
export function diagnostics({ file, snapshot }: View): Problem[] {
  return snapshot.problems().filter((problem) => problem.span.file === file);
}

/** The problems of a file that touch a range. */
export function problemsAt(view: View, start: number, end: number): Problem[] {
  return diagnostics(view).filter(({ span }) => span.start <= end && start <= span.end);
}
