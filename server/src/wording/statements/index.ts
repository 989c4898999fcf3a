// SPDX-License-Identifier: MIT
// The texts of everything that the model says, from the tables of its subjects.
import type { Alternative, Condition, Reason, Statement } from '#model/statements/index.ts';

/** What a step says: a sentence or two. */
export function statementText(statement: Statement): string {
  return statement;
}

/** Why something is so: a clause after "because", without a full stop. */
export function reasonText(reason: Reason): string {
  return reason;
}

/** What an answer depends on, after "depends on": a noun phrase or a clause with "whether". */
export function conditionText(condition: Condition): string {
  return condition;
}

/** The condition turned out otherwise: a clause after "if". */
export function otherwiseClause(alternative: Alternative): string {
  return alternative;
}
