// SPDX-License-Identifier: MIT
// Which kinds of keywords a schema has, told once: most have one or two.
import type { SchemaObject } from './schema.ts';

export interface Parts {
  readonly reference: boolean;
  readonly combined: boolean;
  readonly condition: boolean;
  readonly value: boolean;
  readonly node: boolean;
  /** A keyword that is not understood here. */
  readonly unread: string | undefined;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Of no consequence for whether a value fits. */
const ANNOTATIONS = words(
  '$id $schema title description maintainers examples default deprecated $defs definitions select historical $comment describedItems additionalItems unevaluatedItems typeSize',
);
const COMBINED = words('allOf anyOf oneOf not');
const CONDITION = words('if then else');
const VALUE = words(
  'type const enum pattern minimum maximum multipleOf exclusiveMinimum exclusiveMaximum minItems maxItems uniqueItems items contains minContains maxContains',
);
const NODE = words(
  'required properties patternProperties additionalProperties unevaluatedProperties dependentRequired dependentSchemas propertyNames minProperties maxProperties',
);

/** Bindings stay as they are once they are read. */
const known = new WeakMap<SchemaObject, Parts>();

export function partsOf(schema: SchemaObject): Parts {
  let parts = known.get(schema);
  if (!parts) {
    const keys = Object.keys(schema);
    const has = (set: ReadonlySet<string>) => keys.some((key) => set.has(key));
    const sets = [ANNOTATIONS, COMBINED, CONDITION, VALUE, NODE];
    parts = {
      reference: keys.includes('$ref'),
      combined: has(COMBINED),
      condition: keys.includes('if'),
      value: has(VALUE),
      node: has(NODE),
      unread: keys.find((key) => key !== '$ref' && !sets.some((set) => set.has(key))),
    };
    known.set(schema, parts);
  }
  return parts;
}
