// SPDX-License-Identifier: MIT
// What a node's binding says: which properties it may have, which it must have, and what each is.
import { memo } from '#base/memo.ts';
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { type BindingLibrary, type Document, descriptionOf, titleOf } from './library.ts';
import { searches } from './pattern.ts';
import { type PropertyFact, propertyFact, type Statement } from './property-fact.ts';
import {
  describesNode,
  entriesAt,
  keyword,
  objectAt,
  type Schema,
  type SchemaObject,
  schemaAt,
  schemasAt,
  stringsAt,
  textAt,
} from './schema.ts';

const MAX_DEPTH = 20;
/** Parts of bindings that are read for one node. */
const MAX_STEPS = 3000;

/** The binding of a node: its own by compatible, or the part of another's that is about a child. */
export interface NodeBinding {
  readonly document: Document;
  readonly title: string;
  readonly description: string;
  /** By name, in the order of the binding: what it says itself before what it refers to. */
  readonly properties: ReadonlyMap<string, readonly Statement[]>;
  readonly patterns: ReadonlyMap<string, readonly Statement[]>;
  /** About children that neither list names. */
  readonly others: readonly Statement[];
  readonly required: ReadonlySet<string>;
  /** What the cells of a specifier are called, by the property that counts them: `#gpio-cells`. */
  readonly cellNames: ReadonlyMap<string, readonly string[]>;
}

/** What an `if` says of a node; `undefined`: unknown. */
export type Condition = (schema: Schema, document: Document, compatible: readonly string[]) => boolean | undefined;

interface Draft {
  readonly properties: Map<string, Statement[]>;
  readonly patterns: Map<string, Statement[]>;
  readonly others: Statement[];
  readonly required: Set<string>;
  readonly cellNames: Map<string, readonly string[]>;
  steps: number;
}

/** What holds for a node with these compatibles; `undefined` where no binding names one of them. */
export function bindingFor(
  library: BindingLibrary,
  compatible: readonly string[],
  buses?: readonly string[],
): NodeBinding | undefined {
  const document = library.bindingOf(compatible, 'likely', buses);
  return document && describe(library, [{ document, schema: document.root }], document, compatible);
}

/** The binding of a node of a tree. */
export function bindingOfNode(library: BindingLibrary, node: DtNode, depth = 0): NodeBinding | undefined {
  const names = compatibles(node);
  const own = bindingFor(library, names, busesOf(library, node));
  if (own || !node.parent || depth > 6) return own;
  const parent = bindingOfNode(library, node.parent, depth + 1);
  return parent && childBinding(library, parent, node.name, names);
}

/** What the nearest controller above a node offers, where bindings are picked by that. */
export function busesOf(library: BindingLibrary, node: DtNode): readonly string[] {
  return library.busesAbove(compatiblesAbove(node));
}

/** What the cells that follow a reference to a node are called; `undefined` where its binding does not say. */
export function cellNamesOf(library: BindingLibrary, provider: DtNode, cells: string): readonly string[] | undefined {
  return library.namesCells ? bindingOfNode(library, provider)?.cellNames.get(cells) : undefined;
}

export function* compatiblesAbove(node: DtNode): Generator<readonly string[]> {
  for (let at = node.parent; at; at = at.parent) yield compatibles(at);
}

/** What the binding of a node says of a child with this name. */
export function childBinding(
  library: BindingLibrary,
  parent: NodeBinding,
  name: string,
  compatible: readonly string[] = [],
): NodeBinding | undefined {
  const aboutNodes = (all: readonly Statement[]) =>
    all.filter(({ schema, document }) => isNode(library, schema, document));
  const named = aboutNodes(statementsOf(parent, name));
  const about = named.length > 0 ? named : aboutNodes(parent.others);
  const [first] = about;
  return first && describe(library, about, first.document, compatible);
}

function isNode(library: BindingLibrary, schema: Schema, document: Document): boolean {
  if (typeof schema === 'boolean') return false;
  if (describesNode(schema)) return true;
  const ref = textAt(schema, '$ref');
  if (ref === undefined || ref.includes('types.yaml#')) return false;
  const target = library.resolve(ref, document);
  return target !== undefined && describesNode(target.schema);
}

function describe(
  library: BindingLibrary,
  statements: readonly Statement[],
  document: Document,
  compatible: readonly string[],
): NodeBinding {
  const draft: Draft = {
    properties: new Map(),
    patterns: new Map(),
    others: [],
    required: new Set(),
    cellNames: new Map(),
    steps: 0,
  };
  for (const statement of statements) collect(library, statement, draft, { compatible, certain: true, depth: 0 });
  const inside = statements.find(({ schema }) => schema !== document.root)?.schema;
  const part = inside !== undefined && typeof inside !== 'boolean' ? inside : undefined;
  return {
    document,
    title: part ? (textAt(part, 'title') ?? titleOf(document)) : titleOf(document),
    description: part ? (textAt(part, 'description') ?? '') : descriptionOf(document),
    properties: draft.properties,
    patterns: draft.patterns,
    others: draft.others,
    required: draft.required,
    cellNames: draft.cellNames,
  };
}

interface Way {
  readonly compatible: readonly string[];
  /** What is required here is required of every such node. */
  readonly certain: boolean;
  readonly depth: number;
}

function collect(library: BindingLibrary, { schema, document }: Statement, draft: Draft, way: Way): void {
  if (typeof schema === 'boolean' || way.depth > MAX_DEPTH || draft.steps++ > MAX_STEPS) return;
  const deeper = { ...way, depth: way.depth + 1 };
  for (const [name, each] of entriesAt(schema, 'properties')) add(draft.properties, name, { schema: each, document });
  for (const [name, each] of entriesAt(schema, 'patternProperties'))
    add(draft.patterns, name, { schema: each, document });
  const other = schemaAt(schema, 'additionalProperties');
  if (other !== undefined) draft.others.push({ schema: other, document });
  const cells = objectAt(schema, 'cellNames');
  for (const name of Object.keys(cells ?? {})) if (cells) draft.cellNames.set(name, stringsAt(cells, name));
  if (way.certain) for (const name of stringsAt(schema, 'required')) draft.required.add(name);
  for (const each of schemasAt(schema, 'allOf')) collect(library, { schema: each, document }, draft, deeper);
  const ref = textAt(schema, '$ref');
  const target = ref === undefined ? undefined : library.resolve(ref, document);
  if (target) collect(library, target, draft, deeper);
  const unsure = { ...deeper, certain: false };
  for (const name of ['oneOf', 'anyOf'])
    for (const each of schemasAt(schema, name)) collect(library, { schema: each, document }, draft, unsure);
  collectCondition(library, schema, document, draft, deeper);
}

function collectCondition(
  library: BindingLibrary,
  schema: SchemaObject,
  document: Document,
  draft: Draft,
  way: Way,
): void {
  const condition = schemaAt(schema, 'if');
  if (condition === undefined) return;
  const holds = compatibleCondition(condition, way.compatible);
  if (holds === undefined) return;
  const branch = schemaAt(schema, holds ? 'then' : 'else');
  if (branch !== undefined) collect(library, { schema: branch, document }, draft, way);
}

/** Conditions about the compatible alone, which is all that a node that is being written has. */
function compatibleCondition(schema: Schema, compatible: readonly string[]): boolean | undefined {
  if (typeof schema === 'boolean') return schema;
  const keys = Object.keys(schema).filter((key) => key !== 'required' && key !== 'description');
  if (keys.length !== 1) return undefined;
  const alternatives = keys[0] === 'anyOf' ? schemasAt(schema, 'anyOf') : undefined;
  if (alternatives) {
    const answers = alternatives.map((each) => compatibleCondition(each, compatible));
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
  }
  if (keys[0] === 'not') {
    const inner = schemaAt(schema, 'not');
    const answer = inner === undefined ? undefined : compatibleCondition(inner, compatible);
    return answer === undefined ? undefined : !answer;
  }
  const properties = objectAt(schema, 'properties');
  if (!properties || Object.keys(properties).join() !== 'compatible') return undefined;
  const contains = objectAt(objectAt(properties, 'compatible') ?? {}, 'contains');
  const list = contains && (keyword(contains, 'enum') ?? [keyword(contains, 'const')]);
  if (!Array.isArray(list) || list[0] === undefined) return undefined;
  return list.some((each) => compatible.includes(String(each)));
}

function add(table: Map<string, Statement[]>, name: string, statement: Statement): void {
  const known = table.get(name);
  if (known) known.push(statement);
  else table.set(name, [statement]);
}

function statementsOf(binding: NodeBinding, name: string): readonly Statement[] {
  const found = [...(binding.properties.get(name) ?? [])];
  for (const [pattern, statements] of binding.patterns) if (searches(pattern, name) === true) found.push(...statements);
  return found;
}

const facts = memo((_binding: NodeBinding) => new Map<string, PropertyFact | undefined>());

/** What the binding says of a property; `undefined` for one that it does not name. */
export function factOf(library: BindingLibrary, binding: NodeBinding, name: string): PropertyFact | undefined {
  const known = facts(binding);
  if (!known.has(name)) {
    const statements = statementsOf(binding, name);
    known.set(name, statements.length === 0 ? undefined : propertyFact(library, name, statements));
  }
  return known.get(name);
}
