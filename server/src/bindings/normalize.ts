// SPDX-License-Identifier: MIT
// Bindings leave out what every author knows: that one number stands for a list of one, that `maxItems` alone is the
// exact length, that `status` is allowed everywhere. dt-schema (2026.06, fixups.py) fills it in before it validates;
// what it fills in is filled in here.
import { isObject, keyword, type SchemaObject } from './schema.ts';

const MAX_DEPTH = 40;
const NESTED = ['select', 'if', 'then', 'else', 'not', 'additionalProperties'];
const LISTS = ['allOf', 'anyOf', 'oneOf'];
const TABLES = ['dependentSchemas', 'properties', 'patternProperties', '$defs', 'definitions'];

/** Changes the whole document, which nothing else has seen yet. */
export function normalize(document: SchemaObject): void {
  selectByName(document);
  nodeLevel(document, []);
}

/** A binding without compatible that says what its node is called is for nodes of that name. */
function selectByName(document: SchemaObject): void {
  const properties = keyword(document, 'properties');
  if (Object.hasOwn(document, 'select') || !isObject(properties) || Object.hasOwn(properties, 'compatible')) return;
  const name = keyword(properties, '$nodename');
  if (isObject(name)) document.select = { required: ['$nodename'], properties: { $nodename: copyOf(name) } };
}

const copyOf = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

type Path = readonly string[];

function nodeLevel(schema: unknown, path: Path): void {
  if (!isObject(schema) || path.length > MAX_DEPTH) return;
  splitDependencies(schema);
  interrupts(schema, path);
  implicitProperties(schema);
  if (schema.additionalProperties === true) delete schema.additionalProperties;
  for (const name of NESTED) nodeLevel(keyword(schema, name), [...path, name]);
  for (const name of LISTS) for (const each of listOf(keyword(schema, name))) nodeLevel(each, [...path, name]);
  for (const table of TABLES) {
    const entries = keyword(schema, table);
    if (!isObject(entries)) continue;
    for (const [name, value] of Object.entries(entries)) {
      // Rows and columns of these may both vary: dt-schema does not judge them.
      if ((name === 'fsl,pins' || name === 'qcom,board-id') && isObject(value)) {
        entries[name] = Object.hasOwn(value, '$ref') ? { $ref: value.$ref } : {};
        continue;
      }
      valueLevel(value, [...path, table, name]);
      nodeLevel(value, [...path, table, name]);
    }
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function splitDependencies(schema: SchemaObject): void {
  const all = keyword(schema, 'dependencies');
  if (!isObject(all)) return;
  delete schema.dependencies;
  for (const [name, value] of Object.entries(all)) {
    const target = Array.isArray(value) ? 'dependentRequired' : 'dependentSchemas';
    const table = keyword(schema, target);
    if (isObject(table)) table[name] = value;
    else schema[target] = { [name]: value };
  }
}

const EITHER_INTERRUPTS = (): SchemaObject[] => [{ required: ['interrupts'] }, { required: ['interrupts-extended'] }];

/** Where `interrupts` may or must stand, `interrupts-extended` may stand instead. */
function interrupts(schema: SchemaObject, path: Path): void {
  const properties = keyword(schema, 'properties');
  if (isObject(properties)) {
    const named = Object.hasOwn(properties, 'interrupts');
    if (named || Object.hasOwn(properties, 'interrupt-controller')) properties['interrupt-parent'] ??= true;
    if (named) properties['interrupts-extended'] ??= copyOf(properties.interrupts);
  }
  const required = keyword(schema, 'required');
  if (Array.isArray(required) && required.includes('interrupts') && path.at(-1) !== 'oneOf') {
    if (!Object.hasOwn(schema, 'oneOf')) schema.oneOf = EITHER_INTERRUPTS();
    else schema.allOf = [...listOf(keyword(schema, 'allOf')), { oneOf: EITHER_INTERRUPTS() }];
    schema.required = required.filter((name) => name !== 'interrupts');
  }
  const dependent = keyword(schema, 'dependentRequired');
  for (const [name, list] of isObject(dependent) ? Object.entries(dependent) : []) {
    if (!Array.isArray(list) || !list.includes('interrupts')) continue;
    const table = keyword(schema, 'dependentSchemas');
    const either = { oneOf: EITHER_INTERRUPTS() };
    schema.dependentSchemas = { ...(isObject(table) && table), [name]: either };
    if (isObject(dependent)) dependent[name] = list.filter((each) => each !== 'interrupts');
  }
}

const EVERYWHERE = [
  'phandle',
  'status',
  'secure-status',
  '$nodename',
  'bootph-pre-sram',
  'bootph-verify',
  'bootph-pre-ram',
  'bootph-some-ram',
  'bootph-all',
];
/** Added to every binding, so none of them is looked for in one. */
export function isImplicit(name: string): boolean {
  return EVERYWHERE.includes(name) || WITH_CLOCKS.includes(name) || name === 'pinctrl-names';
}

const WITH_CLOCKS = [
  'assigned-clocks',
  'assigned-clock-rates-u64',
  'assigned-clock-rates',
  'assigned-clock-parents',
  'assigned-clock-sscs',
];

/** What a node may have although its binding, which allows nothing else, does not name it. */
function implicitProperties(schema: SchemaObject): void {
  const closed = ['unevaluatedProperties', 'additionalProperties'].filter((name) => Object.hasOwn(schema, name));
  if (closed.length === 0) return;
  const properties = tableAt(schema, 'properties');
  const patterns = keyword(schema, 'patternProperties');
  const names = [...Object.keys(properties), ...(isObject(patterns) ? Object.keys(patterns) : [])];
  if (names.includes('clocks') && !names.includes('assigned-clocks'))
    for (const name of WITH_CLOCKS) properties[name] = true;
  if (names.includes('ranges')) properties['dma-ranges'] ??= true;
  if (closed.some((name) => schema[name] === true)) return;
  for (const name of EVERYWHERE) properties[name] ??= true;
  if (names.some((name) => /^pinctrl-[0-9]/.test(name))) return;
  properties['pinctrl-names'] ??= true;
  tableAt(schema, 'patternProperties')['^pinctrl-[0-9]+$'] = true;
}

function tableAt(schema: SchemaObject, name: string): SchemaObject {
  const known = keyword(schema, name);
  if (isObject(known)) return known;
  const made: SchemaObject = {};
  schema[name] = made;
  return made;
}

/** What is said of a value, and of the alternatives of it. */
function valueLevel(schema: unknown, path: Path): void {
  if (!isObject(schema) || path.length > MAX_DEPTH) return;
  constantsToEnum(schema);
  for (const name of LISTS) for (const each of listOf(keyword(schema, name))) valueLevel(each, [...path, name]);
  valueLevel(keyword(schema, 'then'), [...path, 'then']);
  if (path.includes('reg')) numbersOfReg(schema);
  emptyItems(schema);
  numbersWithUnit(schema, path);
  if (isAbout(schema, 'string')) schema.items = [takeScalars(schema)];
  itemCounts(schema, path.includes('then') || path.includes('else'));
  splitDependencies(schema);
}

/** Alternatives that are constants alone, each with its description, are an enumeration. */
function constantsToEnum(schema: SchemaObject): void {
  const name = ['anyOf', 'oneOf'].find((each) => Object.hasOwn(schema, each));
  if (name === undefined) {
    if (isObject(schema.items)) constantsToEnum(schema.items);
    return;
  }
  const choices = listOf(schema[name]);
  const constants = choices.every(
    (each) =>
      isObject(each) &&
      Object.hasOwn(each, 'const') &&
      Object.keys(each).every((key) => key === 'const' || key === 'description' || key === 'deprecated'),
  );
  if (!constants || choices.length === 0) return;
  delete schema.anyOf;
  delete schema.oneOf;
  schema.enum = choices.map((each) => (isObject(each) ? each.const : undefined));
}

const SCALARS = ['const', 'enum', 'pattern', 'minimum', 'maximum', 'multipleOf'];

/** Whether what is demanded is one number, or one string. */
export function isAbout(schema: unknown, type: 'number' | 'string'): schema is SchemaObject {
  if (!isObject(schema)) return false;
  const names = type === 'number' ? ['const', 'enum', 'minimum', 'maximum'] : ['const', 'enum', 'pattern'];
  return names.some((name) => {
    const value = keyword(schema, name);
    const first = Array.isArray(value) ? value[0] : value;
    return typeof first === type;
  });
}

function takeScalars(schema: SchemaObject): SchemaObject {
  const taken: SchemaObject = {};
  for (const name of SCALARS) {
    if (!Object.hasOwn(schema, name)) continue;
    taken[name] = schema[name];
    delete schema[name];
  }
  return taken;
}

/** A number for `reg` is the first cell of its only entry. */
function numbersOfReg(schema: SchemaObject): void {
  const items = keyword(schema, 'items');
  const first = Array.isArray(items) ? items[0] : items;
  if (items === undefined ? isAbout(schema, 'number') : isAbout(first, 'number')) {
    schema.items = [{ items: [takeScalars(items === undefined ? schema : (first as SchemaObject))] }];
  }
}

/** Items that only have descriptions say how many there are, nothing more. */
function emptyItems(schema: SchemaObject): void {
  const items = keyword(schema, 'items');
  if (isObject(items)) emptyItems(items);
  if (!Array.isArray(items)) return;
  for (const item of items) {
    if (!isObject(item)) continue;
    emptyItems(item);
    if (Object.keys(item).some((key) => key !== 'description')) return;
  }
  schema.minItems ??= items.length;
  schema.maxItems ??= items.length;
  schema.describedItems = items;
  delete schema.items;
}

const UNIT_LIST =
  /-(kBps|bits|percent|bp|db|mhz|sec|ms|us|ns|ps|mm|nanoamp|(micro-)?ohms|micro(amp|watt)(-hours)?|milliwatt|(femto|pico)farads|(milli)?celsius|kelvin|k?pascal)$/;
const UNIT_TABLE = /-(hz|microvolt)$/;

/** What has a unit in its name is a list of numbers, or a table of them. */
function numbersWithUnit(schema: SchemaObject, path: Path): void {
  const table = path.findLastIndex((name) => ['properties', '$defs', 'definitions'].includes(name));
  const name = table < 0 ? undefined : path[table + 1];
  if (name === undefined || Object.hasOwn(schema, '$ref')) return;
  if (UNIT_LIST.test(name) && isAbout(schema, 'number')) schema.items = [takeScalars(schema)];
  else if (UNIT_TABLE.test(name) && !isTable(schema)) {
    const sized = ['items', 'minItems', 'maxItems'].filter((each) => Object.hasOwn(schema, each));
    if (sized.length > 0) {
      const row = Object.fromEntries(sized.map((each) => [each, schema[each]]));
      for (const each of sized) delete schema[each];
      schema.items = [row];
    } else if (isAbout(schema, 'number')) schema.items = [{ items: [takeScalars(schema)] }];
  }
}

function isTable({ items }: SchemaObject): boolean {
  const rows = Array.isArray(items) ? items : [items];
  return rows.some(
    (row) => isObject(row) && ['items', 'minItems', 'maxItems'].some((name) => Object.hasOwn(row, name)),
  );
}

/** A list of items is complete unless it says otherwise, and one bound without the other is the exact length. */
function itemCounts(schema: unknown, conditional: boolean): void {
  if (Array.isArray(schema)) for (const each of schema) itemCounts(each, conditional);
  if (!isObject(schema)) return;
  if (Object.hasOwn(schema, 'items')) {
    schema.type = 'array';
    if (Array.isArray(schema.items)) {
      schema.minItems ??= schema.items.length;
      schema.maxItems ??= schema.items.length;
    }
    itemCounts(schema.items, conditional);
  } else if (!conditional) {
    if (Object.hasOwn(schema, 'maxItems')) schema.minItems ??= schema.maxItems;
    else if (Object.hasOwn(schema, 'minItems')) schema.maxItems = schema.minItems;
  }
}
