// SPDX-License-Identifier: MIT
// The record that every layer uses to say what is wrong at a place.
import type { Span, TextEdit } from './text.ts';

export type Severity = 'error' | 'warning' | 'info' | 'hint';

export interface Related {
  readonly message: string;
  readonly span: Span;
}

/** What would repair a problem, on the text that the problem was found in. */
export interface Repair {
  /** What the editor's light bulb says. */
  readonly title: string;
  /** Worked out when asked for; may touch several files, none of the edits overlap. `undefined`: no certain place. */
  plan(): readonly TextEdit[] | undefined;
}

/** A name that leads nowhere: of a macro, of an included file, or the text behind `&`. */
export interface Lack {
  readonly kind: 'macro' | 'include' | 'reference';
  readonly name: string;
  /** In the value of which property a reference stands. */
  readonly property?: string;
}

export interface Problem {
  /** Permanent rule id: kebab-case, `dtc/reg_format`, `syntax/…`. */
  readonly rule: string;
  readonly severity: Severity;
  /** One sentence: what is there; what Linux or Xen does because of it. */
  readonly message: string;
  readonly span: Span;
  /** Path of the node it is about. */
  readonly node?: string;
  readonly related?: readonly Related[];
  /** The quick fix, when the rule has one for this place that can be meant. */
  readonly fix?: Repair;
  /** Repairs of which a person has to choose one, the likeliest first: nothing makes them unasked. */
  readonly choices?: readonly Repair[];
  /** What is missing, for whoever can find what may be meant. */
  readonly lacks?: Lack;
  readonly tag?: 'deprecated' | 'unnecessary';
}
