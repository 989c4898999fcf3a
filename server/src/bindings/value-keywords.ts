// SPDX-License-Identifier: MIT
// Keywords of JSON Schema about a value: what it is, how large, how long, what its entries are.
import { all, type Fault, type FaultKind, type Judging, type Place, type Truth } from './fault.ts';
import type { Document } from './library.ts';
import { searches } from './pattern.ts';
import { isSchema, keyword, numberAt, type Schema, type SchemaObject, schemaAt, textAt } from './schema.ts';
import { type Json, MISFIT, NodeValue, UNKNOWN } from './value.ts';

export function judgeValue(
  judge: Judging,
  schema: SchemaObject,
  document: Document,
  value: Json,
  place: Place,
  faults?: Fault[],
): Truth {
  const say = (kind: FaultKind, name: string, truth: Truth): Truth => {
    const count = Array.isArray(value) ? value.length : undefined;
    if (truth === false)
      faults?.push({ kind, ...place, document, keyword: name, schema, ...(count !== undefined && { count }) });
    return truth;
  };
  return all([
    () => say('type', 'type', typeFits(keyword(schema, 'type'), value)),
    () => say('value', 'const', constant(schema, value)),
    () => say('value', 'enum', listed(schema, value)),
    () => say('value', 'pattern', patterned(schema, value)),
    ...Object.entries(BOUNDS).map(
      ([name, fits]) =>
        () =>
          say('value', name, bounded(numberAt(schema, name), value, fits)),
    ),
    () =>
      say(
        'length',
        'minItems',
        counted(numberAt(schema, 'minItems'), value, (count, limit) => count >= limit),
      ),
    () =>
      say(
        'length',
        'maxItems',
        counted(numberAt(schema, 'maxItems'), value, (count, limit) => count <= limit),
      ),
    () => say('value', 'uniqueItems', unique(schema, value)),
    () => entries(judge, schema, document, value, place, faults),
    () => say('value', 'contains', contains(judge, schema, document, value, place)),
  ]);
}

function typeFits(type: unknown, value: Json): Truth {
  if (type === undefined) return true;
  if (Array.isArray(type)) {
    const truths = type.map((each) => typeFits(each, value));
    return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
  }
  if (value instanceof NodeValue) return type === 'object';
  if (type === 'object') return false;
  if (value === MISFIT && type === 'boolean') return false;
  if (value === UNKNOWN || value === MISFIT) return undefined;
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'null':
      return false;
    default:
      return undefined;
  }
}

/** Equality of numbers, texts and lists of them. */
function equal(value: Json, wanted: unknown): Truth {
  if (value === UNKNOWN || value === MISFIT) return undefined;
  if (value instanceof NodeValue) return false;
  if (!Array.isArray(value)) return value === wanted;
  if (!Array.isArray(wanted) || wanted.length !== value.length) return false;
  return all(value.map((each, at) => () => equal(each, wanted[at])));
}

function constant(schema: SchemaObject, value: Json): Truth {
  return Object.hasOwn(schema, 'const') ? equal(value, schema.const) : true;
}

function listed(schema: SchemaObject, value: Json): Truth {
  const list = keyword(schema, 'enum');
  if (!Array.isArray(list)) return true;
  const truths = list.map((each) => equal(value, each));
  return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
}

function patterned(schema: SchemaObject, value: Json): Truth {
  const pattern = textAt(schema, 'pattern');
  if (pattern === undefined) return true;
  if (typeof value === 'string') return searches(pattern, value);
  return value === UNKNOWN || value === MISFIT ? undefined : true;
}

const BOUNDS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  minimum: (value, limit) => value >= limit,
  maximum: (value, limit) => value <= limit,
  exclusiveMinimum: (value, limit) => value > limit,
  exclusiveMaximum: (value, limit) => value < limit,
  multipleOf: (value, limit) => limit === 0 || value % limit === 0,
};

function bounded(limit: number | undefined, value: Json, fits: (value: number, limit: number) => boolean): Truth {
  if (limit === undefined) return true;
  if (typeof value === 'number') return fits(value, limit);
  return value === UNKNOWN || value === MISFIT ? undefined : true;
}

function counted(limit: number | undefined, value: Json, fits: (count: number, limit: number) => boolean): Truth {
  if (limit === undefined) return true;
  if (Array.isArray(value)) return fits(value.length, limit);
  return value === UNKNOWN || value === MISFIT ? undefined : true;
}

function unique(schema: SchemaObject, value: Json): Truth {
  if (keyword(schema, 'uniqueItems') !== true || !Array.isArray(value)) return value === UNKNOWN ? undefined : true;
  if (!value.every((each) => typeof each === 'string' || typeof each === 'number')) return undefined;
  return new Set(value).size === value.length;
}

function entries(
  judge: Judging,
  schema: SchemaObject,
  document: Document,
  value: Json,
  place: Place,
  faults?: Fault[],
): Truth {
  const items = keyword(schema, 'items');
  if (items === undefined) return true;
  if (value === UNKNOWN || value === MISFIT) return undefined;
  if (!Array.isArray(value)) return true;
  const rules: readonly unknown[] | Schema | undefined = Array.isArray(items) || isSchema(items) ? items : undefined;
  if (rules === undefined) return undefined;
  return all(
    value.map((each: Json, index: number) => () => {
      const rule = Array.isArray(rules) ? rules[index] : rules;
      if (!isSchema(rule)) return true;
      return judge.judge(rule, document, each, { ...place, index: place.index ?? index }, faults);
    }),
  );
}

function contains(judge: Judging, schema: SchemaObject, document: Document, value: Json, place: Place): Truth {
  const wanted = schemaAt(schema, 'contains');
  if (wanted === undefined) return true;
  if (value === UNKNOWN || value === MISFIT) return undefined;
  if (!Array.isArray(value)) return true;
  const truths = value.map((each: Json) => judge.judge(wanted, document, each, place));
  const sure = truths.filter((truth) => truth === true).length;
  const possible = truths.filter((truth) => truth !== false).length;
  const least = numberAt(schema, 'minContains') ?? 1;
  const most = numberAt(schema, 'maxContains') ?? Number.POSITIVE_INFINITY;
  if (possible < least || sure > most) return false;
  return sure >= least && possible <= most ? true : undefined;
}
