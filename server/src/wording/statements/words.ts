// SPDX-License-Identifier: MIT
// How data is put into words: a table with a sentence for each kind, whole or it does not compile.
import type { Reason, Statement } from '#model/statements/index.ts';

/** The words for what stands inside a statement. */
export interface Inner {
  reasonText(reason: Reason): string;
  statementText(statement: Statement): string;
}

/** Words for every kind of a union. */
export type Words<Said extends { readonly kind: string }> = {
  readonly [Kind in Said['kind']]: (said: Extract<Said, { readonly kind: Kind }>, inner: Inner) => string;
};

/** The words for what is said. */
export function wordsOf<Said extends { readonly kind: string }>(table: Words<Said>, said: Said, inner?: Inner): string {
  const words = table[said.kind as Said['kind']] as (said: Said, inner?: Inner) => string;
  return words(said, inner);
}
