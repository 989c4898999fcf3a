// SPDX-License-Identifier: MIT
// How long one turn of work may take. The layers below read no clock; they ask.

/** Says, until so many milliseconds from now have passed, that the work may go on. */
export function until(milliseconds: number): () => boolean {
  const end = Date.now() + milliseconds;
  return () => Date.now() < end;
}
