// SPDX-License-Identifier: MIT
// What bindings say of one property, put together from every place that says something of it.
import type { BindingLibrary, Document } from './library.ts';
import { isObject, keyword, numberAt, objectAt, type Schema, type SchemaObject, schemasAt, textAt } from './schema.ts';

/** One place that says something of a property. */
export interface Statement {
  readonly document: Document;
  readonly schema: Schema;
}

export interface PropertyFact {
  /** As the binding writes it: a name, or a pattern. */
  readonly name: string;
  /** `''` where it has none. */
  readonly description: string;
  /** `uint32`, `string-array`, `phandle-array`, `flag`, `node`; `undefined` where no place says it. */
  readonly type: string | undefined;
  /** All values that are allowed; empty: not limited to a list. */
  readonly values: readonly (string | number)[];
  /** What each entry is: its name, or a description. */
  readonly items: readonly string[];
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly default: string | number | undefined;
  readonly deprecated: boolean;
  /** Who says so first. */
  readonly document: Document;
}

interface Draft {
  description: string;
  type: string | undefined;
  values: (string | number)[];
  items: string[];
  minItems: number | undefined;
  maxItems: number | undefined;
  minimum: number | undefined;
  maximum: number | undefined;
  default: string | number | undefined;
  deprecated: boolean;
}

const MAX_DEPTH = 12;
/** Statements that are read for one property: those of Linux need less than a hundred. */
const MAX_STEPS = 2000;

interface Reading {
  readonly library: BindingLibrary;
  steps: number;
}
const TYPE = /types\.yaml#\/definitions\/([\w-]+)$/;

export function propertyFact(library: BindingLibrary, name: string, statements: readonly Statement[]): PropertyFact {
  return factAt({ library, steps: 0 }, name, statements, 0);
}

function factAt(reading: Reading, name: string, statements: readonly Statement[], depth: number): PropertyFact {
  const draft: Draft = {
    description: '',
    type: undefined,
    values: [],
    items: [],
    minItems: undefined,
    maxItems: undefined,
    minimum: undefined,
    maximum: undefined,
    default: undefined,
    deprecated: false,
  };
  for (const statement of statements) read(reading, statement, draft, depth);
  const [first] = statements;
  if (!first) throw new Error('no statement');
  return { name, ...draft, document: first.document };
}

function read(reading: Reading, { schema, document }: Statement, draft: Draft, depth: number): void {
  if (typeof schema === 'boolean' || depth > MAX_DEPTH || reading.steps++ > MAX_STEPS) return;
  draft.description ||= (textAt(schema, 'description') ?? '').trim();
  if (keyword(schema, 'deprecated') === true) draft.deprecated = true;
  draft.default ??= scalar(keyword(schema, 'default'));
  draft.type ??= typeOf(schema);
  readBounds(schema, draft);
  const ref = textAt(schema, '$ref');
  if (ref !== undefined && !TYPE.test(ref)) {
    const target = reading.library.resolve(ref, document);
    if (target) read(reading, target, draft, depth + 1);
  }
  for (const each of schemasAt(schema, 'allOf')) read(reading, { schema: each, document }, draft, depth + 1);
  const choices = [...schemasAt(schema, 'oneOf'), ...schemasAt(schema, 'anyOf')];
  if (choices.length > 0) readChoices(reading, choices, document, draft, depth);
}

/** Of alternatives only what is true of each of them counts. */
function readChoices(
  reading: Reading,
  choices: readonly Schema[],
  document: Document,
  draft: Draft,
  depth: number,
): void {
  const facts = choices.map((schema) => factAt(reading, '', [{ schema, document }], depth + 1));
  const types = new Set(facts.map(({ type }) => type).filter((type) => type !== undefined));
  if (types.size === 1) draft.type ??= [...types][0];
  if (draft.values.length === 0 && facts.every(({ values }) => values.length > 0)) {
    draft.values = [...new Set(facts.flatMap(({ values }) => values))];
  }
  draft.description ||= facts.map(({ description }) => description).find((text) => text !== '') ?? '';
}

function typeOf(schema: SchemaObject): string | undefined {
  const ref = textAt(schema, '$ref');
  const named = ref === undefined ? undefined : TYPE.exec(ref)?.[1];
  if (named !== undefined) return named;
  const type = keyword(schema, 'type');
  if (type === 'boolean') return 'flag';
  if (type === 'object' || objectAt(schema, 'properties') || objectAt(schema, 'patternProperties')) return 'node';
  return undefined;
}

function readBounds(schema: SchemaObject, draft: Draft): void {
  draft.minItems ??= numberAt(schema, 'minItems');
  draft.maxItems ??= numberAt(schema, 'maxItems');
  const items = keyword(schema, 'items');
  const listed = Array.isArray(items) ? items : keyword(schema, 'describedItems');
  if (Array.isArray(listed) && draft.items.length === 0)
    draft.items = listed.map(itemText).filter((text) => text !== '');
  readScalars(schema, draft);
  // One item: what it says holds for the value, or for each of the values.
  const [only] = Array.isArray(items) ? (items.length === 1 ? items : []) : [items];
  if (isObject(only)) readScalars(only, draft);
}

function readScalars(schema: SchemaObject, draft: Draft): void {
  const constant = scalar(keyword(schema, 'const'));
  const list = keyword(schema, 'enum');
  const values = constant !== undefined ? [constant] : Array.isArray(list) ? list.map(scalar) : [];
  const stated = values.filter((value) => value !== undefined);
  if (stated.length > 0 && (draft.values.length === 0 || stated.length < draft.values.length)) draft.values = stated;
  draft.minimum ??= numberAt(schema, 'minimum');
  draft.maximum ??= numberAt(schema, 'maximum');
}

function scalar(value: unknown): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function itemText(item: unknown): string {
  if (!isObject(item)) return '';
  const constant = scalar(keyword(item, 'const'));
  if (constant !== undefined) return String(constant);
  const values = keyword(item, 'enum');
  return (textAt(item, 'description') ?? (Array.isArray(values) ? values.map(String).join(' | ') : '')).trim();
}
