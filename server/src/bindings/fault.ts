// SPDX-License-Identifier: MIT
// How a node can fail to fit a binding, and the answers: yes, no, unknown.
import type { Document } from './library.ts';
import type { Schema, SchemaObject } from './schema.ts';
import type { Json, NodeValue } from './value.ts';

/** `undefined`: unknown. */
export type Truth = boolean | undefined;

export type FaultKind = 'required' | 'unknown' | 'type' | 'value' | 'length' | 'form' | 'forbidden';

/** One way in which a node does not fit. */
export interface Fault {
  readonly kind: FaultKind;
  /** The node it is in. */
  readonly node: NodeValue;
  /** The property, or the child; absent where it is about the node itself. */
  readonly name: string | undefined;
  /** The entry of the property. */
  readonly index?: number;
  readonly document: Document;
  /** `maxItems`, `enum`, …. */
  readonly keyword: string;
  /** What the schema says there. */
  readonly schema: SchemaObject;
  /** Names of which one is required, where there are several. */
  readonly names?: readonly string[];
  readonly because?: string;
  /** How many entries there are. */
  readonly count?: number;
}

/** Where a value stands. */
export interface Place {
  readonly node: NodeValue;
  readonly name: string | undefined;
  readonly index?: number;
}

/** Who judges what lies inside of a value. */
export interface Judging {
  judge(schema: Schema, document: Document, value: Json, place: Place, faults?: Fault[]): Truth;
}

export function both(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === undefined || b === undefined ? undefined : true;
}

/** All are asked, so that each says what is wrong. */
export function all(parts: readonly (() => Truth)[]): Truth {
  let truth: Truth = true;
  for (const part of parts) {
    const each = part();
    if (each === false) truth = false;
    else if (each === undefined && truth !== false) truth = undefined;
  }
  return truth;
}
