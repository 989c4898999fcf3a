// SPDX-License-Identifier: MIT
// The problems of one file in the context of its board, and what a comment needs to silence one.
import type { Problem } from '#base/problem.ts';
import type { View } from '#ide/analysis.ts';
import { advised } from './advice.ts';

/** In text order; related places may lie in other files. */
export function diagnostics(view: View): Problem[] {
  return advised(view).filter((problem) => problem.span.file === view.file);
}

/** The problems of a file that touch a range. */
export function problemsAt(view: View, start: number, end: number): Problem[] {
  return diagnostics(view).filter(({ span }) => span.start <= end && start <= span.end);
}
