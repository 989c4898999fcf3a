// SPDX-License-Identifier: MIT
// What the model says, as data: statements of steps, reasons inside them, and the conditions that answers depend on.
// Types only. Facts inside are paths, numbers, names and tokens; the words are in the layer above (`wording/`).

/** What a step says. A text is one that has not been made data yet. */
export type Statement = string;

/** Why something is so, inside a statement. */
export type Reason = string;

/** What an answer depends on. */
export type Condition = string;

/** A condition that gives another verdict when it turns out otherwise. */
export type Alternative = string;
