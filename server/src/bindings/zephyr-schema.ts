// SPDX-License-Identifier: MIT
// Bindings in Zephyr's own form, said as the schemas that the rest of this layer reads: what a binding includes is merged
// into it as scripts/dts/python-devicetree/src/devicetree/edtlib.py of Zephyr 4.4 does (_merge_includes, _merge_props).
import { isObject, keyword, listAt, type SchemaObject, stringsAt, textAt } from './schema.ts';

/** Bindings of Zephyr include each other four deep. */
const MAX_DEPTH = 12;
const MAX_INCLUDES = 200;

interface Merging {
  /** The binding with this file name, wherever it lies. */
  readonly load: (name: string) => unknown;
  left: number;
}

/** The binding as a schema; `depth`: that of the child bindings so many levels below. */
export function zephyrSchema(raw: SchemaObject, depth: number, load: Merging['load']): SchemaObject | undefined {
  let merged: unknown = merge(raw, { load, left: MAX_INCLUDES }, 0);
  for (let at = 0; at < depth; at++) merged = isObject(merged) ? keyword(merged, 'child-binding') : undefined;
  return isObject(merged) ? schemaOf(merged, 0) : undefined;
}

/** A copy with everything that it includes; what it says itself counts. */
function merge(raw: SchemaObject, merging: Merging, depth: number): SchemaObject {
  const merged = copyOf(raw, 0);
  delete merged.include;
  const child = keyword(merged, 'child-binding');
  if (isObject(child) && depth < MAX_DEPTH) merged['child-binding'] = merge(child, merging, depth + 1);
  const include = keyword(raw, 'include');
  for (const each of Array.isArray(include) ? include : [include]) {
    const name = isObject(each) ? textAt(each, 'name') : each;
    if (typeof name !== 'string' || depth >= MAX_DEPTH || merging.left-- <= 0) continue;
    const loaded = merging.load(name);
    if (!isObject(loaded)) continue;
    const included = merge(loaded, merging, depth + 1);
    if (isObject(each)) filter(included, each, 0);
    // Which nodes it is for is not inherited.
    delete included.compatible;
    delete included.title;
    fill(merged, included, 0);
  }
  return merged;
}

function copyOf(value: SchemaObject, depth: number): SchemaObject {
  const copy: SchemaObject = {};
  for (const [name, each] of Object.entries(value)) {
    if (name !== '__proto__') copy[name] = isObject(each) && depth < MAX_DEPTH ? copyOf(each, depth + 1) : each;
  }
  return copy;
}

/** `property-allowlist`, `property-blocklist`, and the same for the children. */
function filter(included: SchemaObject, by: SchemaObject, depth: number): void {
  const allowed = keyword(by, 'property-allowlist');
  const blocked = stringsAt(by, 'property-blocklist');
  const properties = keyword(included, 'properties');
  for (const name of isObject(properties) ? Object.keys(properties) : []) {
    const stays = Array.isArray(allowed) ? allowed.includes(name) : !blocked.includes(name);
    if (!stays && isObject(properties)) delete properties[name];
  }
  const child = keyword(included, 'child-binding');
  const below = keyword(by, 'child-binding');
  if (isObject(child) && isObject(below) && depth < MAX_DEPTH) filter(child, below, depth + 1);
}

function fill(into: SchemaObject, from: SchemaObject, depth: number): void {
  for (const [name, value] of Object.entries(from)) {
    const known = keyword(into, name);
    if (known === undefined) into[name] = value;
    else if (isObject(known) && isObject(value) && depth < MAX_DEPTH) fill(known, value, depth + 1);
    else if (name === 'required' && value === true) into[name] = true;
  }
}

function schemaOf(binding: SchemaObject, depth: number): SchemaObject {
  const properties: SchemaObject = {};
  const required: string[] = [];
  const stated = keyword(binding, 'properties');
  for (const [name, each] of isObject(stated) ? Object.entries(stated) : []) {
    const said = isObject(each) ? each : {};
    properties[name] = propertyOf(said);
    if (said.required === true) required.push(name);
  }
  const compatible = textAt(binding, 'compatible');
  if (compatible !== undefined) properties.compatible = { ...objectOf(properties.compatible), const: compatible };
  const child = keyword(binding, 'child-binding');
  return {
    type: 'object',
    title: textAt(binding, 'title') ?? '',
    description: textAt(binding, 'description') ?? '',
    properties,
    required,
    cellNames: cellNamesOf(binding),
    buses: wordsAt(binding, 'bus'),
    onBus: textAt(binding, 'on-bus'),
    ...(isObject(child) && depth < MAX_DEPTH && { additionalProperties: schemaOf(child, depth + 1) }),
  };
}

const objectOf = (value: unknown): SchemaObject => (isObject(value) ? value : {});

function wordsAt(binding: SchemaObject, name: string): readonly string[] {
  const one = textAt(binding, name);
  return one === undefined ? stringsAt(binding, name) : [one];
}

/** `gpio-cells: [pin, flags]`, by the property that counts them. */
function cellNamesOf(binding: SchemaObject): SchemaObject {
  const names: SchemaObject = {};
  for (const key of Object.keys(binding)) {
    if (key.endsWith('-cells')) names[`#${key}`] = listAt(binding, key).map(String);
  }
  return names;
}

/** The types keep the names that Zephyr gives them. */
function propertyOf(said: SchemaObject): SchemaObject {
  const type = textAt(said, 'type');
  const schema: SchemaObject = {};
  for (const name of ['description', 'deprecated', 'enum']) {
    if (Object.hasOwn(said, name)) schema[name] = said[name];
  }
  const initial = keyword(said, 'default');
  if (initial !== undefined) schema.default = Array.isArray(initial) ? initial.map(String).join(' ') : initial;
  const constant = keyword(said, 'const');
  if (Array.isArray(constant)) schema.items = constant.map((each) => ({ const: each }));
  else if (constant !== undefined) schema.const = constant;
  const space = textAt(said, 'specifier-space');
  if (space !== undefined) schema.specifierCells = `#${space}-cells`;
  if (type === 'boolean') schema.type = 'boolean';
  else if (type !== undefined && /^[\w-]+$/.test(type)) schema.$ref = `/schemas/types.yaml#/definitions/${type}`;
  return schema;
}
