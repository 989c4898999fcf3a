// SPDX-License-Identifier: MIT
// Answers that are worked out once from an object and kept with it, so that they go when it goes.

/** Where an object keeps its answers. The property is not enumerable: a changed copy (`{ ...object }`) starts without. */
const ANSWERS = Symbol('answers');

interface Owner {
  readonly [ANSWERS]?: Map<object, unknown>;
}

/**
 * A function that is computed once per object. A WeakMap would look simpler, but V8's frequent small collections take
 * its values for reachable whatever becomes of the key (scavenger-inl.h, VisitEphemeronHashTable): an answer that
 * points back to its tree would keep the trees of a hundred keystrokes until the next large collection.
 */
export function memo<O extends object, T>(compute: (owner: O) => T): (owner: O) => T {
  return (owner) => {
    const answers = answersOf(owner);
    const known = answers.get(compute);
    if (known !== undefined || answers.has(compute)) return known as T;
    const answer = compute(owner);
    answers.set(compute, answer);
    return answer;
  };
}

function answersOf(owner: Owner): Map<object, unknown> {
  const known = owner[ANSWERS];
  if (known) return known;
  const answers = new Map<object, unknown>();
  Object.defineProperty(owner, ANSWERS, { value: answers });
  return answers;
}

/** A function of a text that keeps its answer for the text it was asked of last: many findings of one file ask alike. */
export function ofLastText<T>(compute: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly answer: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, answer: compute(text) };
    return last.answer;
  };
}
