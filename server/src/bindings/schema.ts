// SPDX-License-Identifier: MIT
// A binding as data, and what its parts are called. Nothing is assumed of its shape: it was read from a file.

export interface SchemaObject {
  [keyword: string]: unknown;
}

export type Schema = boolean | SchemaObject;

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'boolean' || isObject(value);
}

/** The value of a keyword; never one that every object has. */
export function keyword(schema: SchemaObject, name: string): unknown {
  return Object.hasOwn(schema, name) ? schema[name] : undefined;
}

export function schemaAt(schema: SchemaObject, name: string): Schema | undefined {
  const value = keyword(schema, name);
  return isSchema(value) ? value : undefined;
}

export function objectAt(schema: SchemaObject, name: string): SchemaObject | undefined {
  const value = keyword(schema, name);
  return isObject(value) ? value : undefined;
}

export function listAt(schema: SchemaObject, name: string): readonly unknown[] {
  const value = keyword(schema, name);
  return Array.isArray(value) ? value : [];
}

/** The schemas of `allOf` and its kin. */
export function schemasAt(schema: SchemaObject, name: string): readonly Schema[] {
  return listAt(schema, name).filter(isSchema);
}

export function textAt(schema: SchemaObject, name: string): string | undefined {
  const value = keyword(schema, name);
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(schema: SchemaObject, name: string): number | undefined {
  const value = keyword(schema, name);
  return typeof value === 'number' ? value : undefined;
}

export function stringsAt(schema: SchemaObject, name: string): readonly string[] {
  return listAt(schema, name).filter((each): each is string => typeof each === 'string');
}

type Entries = readonly (readonly [string, Schema])[];

const NONE: Entries = [];
/** Bindings stay as they are once they are read. */
const entries = new WeakMap<SchemaObject, Entries>();

/** Entries of `properties` and its kin. */
export function entriesAt(schema: SchemaObject, name: string): Entries {
  const table = objectAt(schema, name);
  if (!table) return NONE;
  let known = entries.get(table);
  if (!known) {
    known = Object.entries(table).filter((entry): entry is [string, Schema] => isSchema(entry[1]));
    entries.set(table, known);
  }
  return known;
}

/** Whether it describes a node, as dt-schema tells it. */
export function describesNode(schema: Schema): boolean {
  if (typeof schema === 'boolean') return false;
  return (
    keyword(schema, 'type') === 'object' ||
    ['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties'].some((name) =>
      Object.hasOwn(schema, name),
    )
  );
}
