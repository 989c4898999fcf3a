// SPDX-License-Identifier: MIT
// How data is put into words: a table with a sentence for each kind, whole or it does not compile.

/** Words for every kind of a union. */
export type Words<Said extends { readonly kind: string }> = {
  readonly [Kind in Said['kind']]: (said: Extract<Said, { readonly kind: Kind }>) => string;
};

/** The words for what is said. */
export function wordsOf<Said extends { readonly kind: string }>(table: Words<Said>, said: Said): string {
  const words = table[said.kind as Said['kind']] as (said: Said) => string;
  return words(said);
}
