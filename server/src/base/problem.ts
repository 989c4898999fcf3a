// SPDX-License-Identifier: MIT
// The record that every layer uses to say what is wrong at a place.
import type { Span } from './text.ts';

export type Severity = 'error' | 'warning' | 'info' | 'hint';

export interface Related {
  readonly message: string;
  readonly span: Span;
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
  /** Title of the quick fix, when the rule has one for this place. */
  readonly fix?: string;
  /** What the rule's fix needs to plan its edits again; plain JSON. */
  readonly data?: unknown;
  readonly tag?: 'deprecated' | 'unnecessary';
}
