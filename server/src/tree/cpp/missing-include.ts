// SPDX-License-Identifier: MIT
// What is said of an include that gives no text: nothing is there, or what is there cannot be read.
import type { FileReader } from '#base/files.ts';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';

/** `tried` are the paths at which it was looked for, in order. */
export function missingInclude(name: string, span: Span, tried: readonly string[], reader: FileReader): Problem {
  for (const path of tried) {
    const refusal = reader.refusal?.(path);
    if (refusal === undefined) continue;
    return { rule: 'syntax/unreadable-file', severity: 'error', message: `"${name}" ${refusal}.`, span };
  }
  const message = `"${name}" is not found; the preprocessor stops here.`;
  return { rule: 'syntax/include-not-found', severity: 'error', message, span, lacks: { kind: 'include', name } };
}
