// SPDX-License-Identifier: MIT
// What type a property has: said by the specification, or by the bindings that a binding consists of.
import { memo } from '#base/memo.ts';
import { CORE_PATTERNS, CORE_TYPES } from './core-types.ts';
import type { BindingLibrary, Document } from './library.ts';
import { isAbout } from './normalize.ts';
import { searches } from './pattern.ts';
import {
  entriesAt,
  isObject,
  keyword,
  numberAt,
  type Schema,
  type SchemaObject,
  schemaAt,
  schemasAt,
  textAt,
} from './schema.ts';
import type { Dimensions, PropertyType, TypeOf } from './value.ts';

interface Table {
  readonly names: Map<string, Draft>;
  readonly patterns: Map<string, Draft>;
  /** `$ref` to other bindings. */
  readonly refs: Set<string>;
}

interface Draft {
  readonly types: Set<string>;
  dimensions: Dimensions | undefined;
}

const MAX_DEPTH = 30;
const MAX_DOCUMENTS = 60;
const TYPE = /types\.yaml#\/definitions\/([\w-]+)$/;

/** The types of properties in a binding and all that it refers to. */
export function typesIn(library: BindingLibrary, documents: readonly Document[]): TypeOf {
  const tables = reachable(library, documents).map((document) => tableOf(document));
  const known = new Map<string, PropertyType | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, lookUp(tables, name));
    return known.get(name);
  };
}

function lookUp(tables: readonly Table[], name: string): PropertyType | undefined {
  const core = Object.hasOwn(CORE_TYPES, name) ? CORE_TYPES[name] : undefined;
  if (core !== undefined) return { types: new Set(core.split(' ')) };
  const drafts = tables.flatMap(({ names }) => names.get(name) ?? []).filter(({ types }) => types.size > 0);
  if (drafts.length === 0) {
    const pattern = CORE_PATTERNS.find(([expression]) => expression.test(name));
    if (pattern) return { types: new Set(pattern[1].split(' ')) };
    for (const { patterns } of tables) {
      for (const [expression, draft] of patterns) if (searches(expression, name) === true) drafts.push(draft);
    }
  }
  if (drafts.length === 0) return undefined;
  return { types: new Set(drafts.flatMap(({ types }) => [...types])), dimensions: merged(drafts) };
}

function merged(drafts: readonly Draft[]): Dimensions | undefined {
  const all = drafts.flatMap(({ dimensions }) => dimensions ?? []);
  const [first, ...rest] = all;
  return rest.reduce((one, other) => (one ? mergeTwo(one, other) : other), first);
}

function mergeTwo(a: Dimensions, b: Dimensions): Dimensions {
  const range = (one: readonly [number, number], other: readonly [number, number]): [number, number] => [
    Math.min(one[0], other[0]),
    one[1] === 0 || other[1] === 0 ? 0 : Math.max(one[1], other[1]),
  ];
  return { rows: range(a.rows, b.rows), columns: range(a.columns, b.columns) };
}

function reachable(library: BindingLibrary, documents: readonly Document[]): Document[] {
  const seen = new Map(documents.map((document) => [document.name, document]));
  const pending = [...documents];
  for (let at = pending.pop(); at && seen.size < MAX_DOCUMENTS; at = pending.pop()) {
    for (const ref of tableOf(at).refs) {
      const target = library.resolve(ref, at)?.document;
      if (!target || seen.has(target.name)) continue;
      seen.set(target.name, target);
      pending.push(target);
    }
  }
  return [...seen.values()];
}

const tableOf = memo((document: Document): Table => {
  const table: Table = { names: new Map(), patterns: new Map(), refs: new Set() };
  collect(table, document, document.root, 0);
  return table;
});

function collect(table: Table, document: Document, schema: Schema, depth: number): void {
  if (typeof schema === 'boolean' || depth > MAX_DEPTH) return;
  const ref = textAt(schema, '$ref');
  if (ref !== undefined && !ref.startsWith('#') && !TYPE.test(ref)) table.refs.add(ref);
  for (const name of ['allOf', 'oneOf', 'anyOf']) {
    for (const each of schemasAt(schema, name)) collect(table, document, each, depth + 1);
  }
  for (const name of ['additionalProperties', 'unevaluatedProperties', 'then', 'else']) {
    const inner = schemaAt(schema, name);
    if (inner !== undefined) collect(table, document, inner, depth + 1);
  }
  for (const [list, entries] of [
    [table.names, entriesAt(schema, 'properties')],
    [table.patterns, entriesAt(schema, 'patternProperties')],
  ] as const) {
    for (const [name, each] of entries) {
      if (name.startsWith('$')) continue;
      const draft = list.get(name) ?? { types: new Set<string>(), dimensions: undefined };
      list.set(name, draft);
      read(document, name, each, draft, 0);
      collect(table, document, each, depth + 1);
    }
  }
  for (const [, each] of [...entriesAt(schema, '$defs'), ...entriesAt(schema, 'definitions')]) {
    collect(table, document, each, depth + 1);
  }
}

function read(document: Document, name: string, schema: Schema, draft: Draft, depth: number): void {
  if (typeof schema === 'boolean' || depth > 8) return;
  for (const list of ['allOf', 'oneOf', 'anyOf']) {
    for (const each of schemasAt(schema, list)) read(document, name, each, draft, depth + 1);
  }
  const ref = textAt(schema, '$ref');
  if (ref?.startsWith('#/')) {
    let target: unknown = document.root;
    for (const part of ref.slice(2).split('/')) target = isObject(target) ? keyword(target, part) : undefined;
    if (isObject(target)) read(document, name, target, draft, depth + 1);
  }
  const type = typeOf(name, schema, ref);
  if (type === undefined) return;
  draft.types.add(type);
  if (type === 'phandle-array' || type.endsWith('-matrix')) {
    const dimensions = { rows: rangeOf(schema), columns: columnsOf(schema) };
    draft.dimensions = draft.dimensions ? mergeTwo(draft.dimensions, dimensions) : dimensions;
  }
}

function typeOf(name: string, schema: SchemaObject, ref: string | undefined): string | undefined {
  const named = ref === undefined ? undefined : TYPE.exec(ref)?.[1];
  if (named !== undefined) return named;
  const type = keyword(schema, 'type');
  if (type === 'boolean') return 'flag';
  if (type === 'object' || ['properties', 'patternProperties'].some((each) => Object.hasOwn(schema, each)))
    return 'node';
  const items = keyword(schema, 'items');
  if (items === undefined) return ref !== undefined && /\.yaml#?$/.test(ref) ? 'node' : undefined;
  if (isAbout(Array.isArray(items) ? items[0] : items, 'string')) return 'string-array';
  if (/-microvolt$/.test(name)) return 'int32-matrix';
  return /-hz$/.test(name) ? 'uint32-matrix' : undefined;
}

function rangeOf(schema: unknown): [number, number] {
  if (Array.isArray(schema)) return schema.length === 1 ? rangeOf(schema[0]) : [0, 0];
  if (!isObject(schema)) return [1, 0];
  const items = keyword(schema, 'items');
  if (Array.isArray(items)) return [numberAt(schema, 'minItems') ?? items.length, items.length];
  return [numberAt(schema, 'minItems') ?? 1, numberAt(schema, 'maxItems') ?? 0];
}

function columnsOf(schema: SchemaObject): [number, number] {
  const items = keyword(schema, 'items');
  if (items === undefined) return [0, 0];
  return Array.isArray(items) ? rangeOf(items[0]) : rangeOf(items);
}
