// SPDX-License-Identifier: MIT
// Whether a node fits a binding, with a third answer: unknown. JSON Schema 2019-09 as far as bindings use it,
// interpreted, with a bound on the work; what is not understood is counted and nothing is said of it.
import { all, both, type Fault, type Judging, type Place, type Truth } from './fault.ts';
import type { BindingLibrary, Document } from './library.ts';
import { partsOf } from './parts.ts';
import { searches } from './pattern.ts';
import {
  entriesAt,
  objectAt,
  type Schema,
  type SchemaObject,
  schemaAt,
  schemasAt,
  stringsAt,
  textAt,
} from './schema.ts';
import { type Json, MISFIT, NodeValue, UNKNOWN } from './value.ts';
import { judgeValue } from './value-keywords.ts';
import { fitsType } from './value-types.ts';

const MAX_STEPS = 30_000;
const MAX_DEPTH = 60;
const TYPE = /types\.yaml#\/definitions\/([\w-]+)$/;

export class Judge implements Judging {
  readonly library: BindingLibrary;
  /** Keywords and references that were not understood: why something was not judged. */
  readonly unread = new Map<string, number>();
  #steps = 0;
  #depth = 0;

  constructor(library: BindingLibrary) {
    this.library = library;
  }

  /** Every way in which a node does not fit a binding. */
  faults(document: Document, node: NodeValue): readonly Fault[] {
    this.#steps = 0;
    this.#depth = 0;
    const faults: Fault[] = [];
    this.judge(document.root, document, node, { node, name: undefined }, faults);
    return faults;
  }

  /** Whether a binding that says so itself is for the node. */
  selects(document: Document, node: NodeValue): Truth {
    this.#steps = 0;
    this.#depth = 0;
    const select = schemaAt(document.root, 'select');
    return select === undefined ? false : this.judge(select, document, node, { node, name: undefined });
  }

  judge(schema: Schema, document: Document, value: Json, place: Place, faults?: Fault[]): Truth {
    if (schema === true) return true;
    if (schema === false) {
      faults?.push({ kind: 'forbidden', ...place, document, keyword: 'false', schema: {} });
      return false;
    }
    if (this.#steps++ > MAX_STEPS || this.#depth > MAX_DEPTH) return this.#pass('too much work');
    this.#depth++;
    try {
      const has = partsOf(schema);
      let truth: Truth = has.unread === undefined ? true : this.#pass(has.unread);
      if (has.reference) truth = both(truth, this.#reference(schema, document, value, place, faults));
      if (has.combined) truth = both(truth, this.#combined(schema, document, value, place, faults));
      if (has.condition) truth = both(truth, this.#condition(schema, document, value, place, faults));
      if (has.value) truth = both(truth, judgeValue(this, schema, document, value, place, faults));
      if (!has.node) return truth;
      if (value instanceof NodeValue) return both(truth, this.#node(schema, document, value, faults));
      return value === UNKNOWN || value === MISFIT ? both(truth, undefined) : truth;
    } finally {
      this.#depth--;
    }
  }

  /** Something that was not understood. */
  #pass(what: string): undefined {
    this.unread.set(what, (this.unread.get(what) ?? 0) + 1);
    return undefined;
  }

  #reference(schema: SchemaObject, document: Document, value: Json, place: Place, faults?: Fault[]): Truth {
    const ref = textAt(schema, '$ref');
    if (ref === undefined) return true;
    const type = TYPE.exec(ref)?.[1];
    if (type !== undefined) {
      const fits = fitsType(type, value);
      if (fits === false) faults?.push({ kind: 'type', ...place, document, keyword: '$ref', schema: { type } });
      return fits;
    }
    const target = this.library.resolve(ref, document);
    return target ? this.judge(target.schema, target.document, value, place, faults) : this.#pass(ref);
  }

  #combined(schema: SchemaObject, document: Document, value: Json, place: Place, faults?: Fault[]): Truth {
    const whole = schemasAt(schema, 'allOf').map((each) => this.judge(each, document, value, place, faults));
    return all([
      () => all(whole.map((truth) => () => truth)),
      () => this.#choice(schema, 'anyOf', document, value, place, faults),
      () => this.#choice(schema, 'oneOf', document, value, place, faults),
      () => {
        const not = schemaAt(schema, 'not');
        const truth = not === undefined ? false : this.judge(not, document, value, place);
        if (truth) faults?.push({ kind: 'form', ...place, document, keyword: 'not', schema });
        return truth === undefined ? undefined : !truth;
      },
    ]);
  }

  #choice(
    schema: SchemaObject,
    name: 'anyOf' | 'oneOf',
    document: Document,
    value: Json,
    place: Place,
    faults?: Fault[],
  ): Truth {
    const choices = schemasAt(schema, name);
    if (choices.length === 0) return true;
    const tried = choices.map((each) => {
      const own: Fault[] = [];
      return { truth: this.judge(each, document, value, place, faults ? own : undefined), own };
    });
    const fitting = tried.filter(({ truth }) => truth === true).length;
    if (name === 'anyOf' && fitting > 0) return true;
    if (tried.some(({ truth }) => truth === undefined)) return undefined;
    if (fitting === 1) return true;
    if (faults)
      faults.push(
        ...choiceFaults(
          tried.map(({ own }) => own),
          fitting,
          { ...place, document, keyword: name, schema },
        ),
      );
    return false;
  }

  #condition(schema: SchemaObject, document: Document, value: Json, place: Place, faults?: Fault[]): Truth {
    const condition = schemaAt(schema, 'if');
    if (condition === undefined) return true;
    const holds = this.judge(condition, document, value, place);
    if (holds === undefined) return undefined;
    const branch = schemaAt(schema, holds ? 'then' : 'else');
    return branch === undefined ? true : this.judge(branch, document, value, place, faults);
  }

  #node(schema: SchemaObject, document: Document, value: NodeValue, faults?: Fault[]): Truth {
    const truths: Truth[] = [];
    for (const name of stringsAt(schema, 'required')) truths.push(missing(name, schema, document, value, faults));
    for (const [name, list] of Object.entries(objectAt(schema, 'dependentRequired') ?? {})) {
      if (!value.has(name) || !Array.isArray(list)) continue;
      for (const each of list) truths.push(missing(String(each), schema, document, value, faults, name));
    }
    for (const [name, each] of entriesAt(schema, 'dependentSchemas')) {
      if (value.has(name)) truths.push(this.judge(each, document, value, { node: value, name: undefined }, faults));
    }
    const closed = Object.hasOwn(schema, 'additionalProperties');
    const named = new Set<string>();
    for (const [name, each] of entriesAt(schema, 'properties')) {
      if (closed) named.add(name);
      if (value.has(name)) truths.push(this.#property(each, document, value, name, faults));
    }
    let sure = true;
    for (const [pattern, each] of entriesAt(schema, 'patternProperties')) {
      for (const name of value.names()) {
        const found = searches(pattern, name);
        if (found === undefined) sure = false;
        if (found !== true) continue;
        named.add(name);
        truths.push(this.#property(each, document, value, name, faults));
      }
    }
    if (!sure) truths.push(this.#pass('pattern'));
    truths.push(this.#others(schema, document, value, sure ? named : undefined, faults));
    for (const name of ['propertyNames', 'minProperties', 'maxProperties']) {
      if (Object.hasOwn(schema, name)) truths.push(this.#pass(name));
    }
    return truths.reduce(both, true);
  }

  #property(each: Schema, document: Document, value: NodeValue, name: string, faults?: Fault[]): Truth {
    const inner = value.get(name);
    if (inner === undefined) return true;
    return this.judge(each, document, inner, { node: value, name }, faults);
  }

  /** What is said of properties that are not named. `named`: absent where that is not sure. */
  #others(
    schema: SchemaObject,
    document: Document,
    value: NodeValue,
    named: ReadonlySet<string> | undefined,
    faults?: Fault[],
  ): Truth {
    const additional = schemaAt(schema, 'additionalProperties');
    const rest = schemaAt(schema, 'unevaluatedProperties');
    if (additional !== undefined && additional !== true) {
      if (!named) return undefined;
      const others = value.names().filter((name) => !named.has(name) && name !== '$nodename');
      return this.#judgeOthers(additional, 'additionalProperties', others, document, value, faults);
    }
    if (rest === undefined || rest === true) return true;
    const seen = new Set<string>();
    if (!this.#evaluated(schema, document, value, seen, 0)) return undefined;
    const others = value.names().filter((name) => !seen.has(name) && name !== '$nodename');
    return this.#judgeOthers(rest, 'unevaluatedProperties', others, document, value, faults);
  }

  #judgeOthers(
    schema: Schema,
    name: string,
    others: readonly string[],
    document: Document,
    value: NodeValue,
    faults?: Fault[],
  ): Truth {
    if (schema !== false)
      return all(others.map((other) => () => this.#property(schema, document, value, other, faults)));
    for (const other of others)
      faults?.push({ kind: 'unknown', node: value, name: other, document, keyword: name, schema: {} });
    return others.length === 0;
  }

  /** Names that some part of a schema speaks of; `false` where not all parts can be read. */
  #evaluated(schema: Schema, document: Document, value: NodeValue, seen: Set<string>, depth: number): boolean {
    if (typeof schema === 'boolean') return true;
    if (depth > MAX_DEPTH || this.#steps++ > MAX_STEPS) return false;
    const inner = (each: Schema, from = document) => this.#evaluated(each, from, value, seen, depth + 1);
    for (const [name] of entriesAt(schema, 'properties')) seen.add(name);
    for (const [pattern] of entriesAt(schema, 'patternProperties')) {
      for (const name of value.names()) {
        const found = searches(pattern, name);
        if (found === undefined) return false;
        if (found) seen.add(name);
      }
    }
    // What it says of all others is said by itself, at most once.
    if (depth > 0 && ['additionalProperties', 'unevaluatedProperties'].some((name) => Object.hasOwn(schema, name))) {
      for (const name of value.names()) seen.add(name);
    }
    let sure = true;
    const ref = textAt(schema, '$ref');
    if (ref !== undefined && !TYPE.test(ref)) {
      const target = this.library.resolve(ref, document);
      if (!target) return false;
      sure = inner(target.schema, target.document);
    }
    for (const each of schemasAt(schema, 'allOf')) sure = inner(each) && sure;
    for (const name of ['anyOf', 'oneOf']) {
      for (const each of schemasAt(schema, name)) {
        if (this.judge(each, document, value, { node: value, name: undefined }) !== false) sure = inner(each) && sure;
      }
    }
    const condition = schemaAt(schema, 'if');
    if (condition !== undefined) {
      const holds = this.judge(condition, document, value, { node: value, name: undefined });
      if (holds !== false) sure = inner(condition) && inner(schemaAt(schema, 'then') ?? true) && sure;
      if (holds !== true) sure = inner(schemaAt(schema, 'else') ?? true) && sure;
    }
    for (const [name, each] of entriesAt(schema, 'dependentSchemas')) if (value.has(name)) sure = inner(each) && sure;
    return sure;
  }
}

function missing(
  name: string,
  schema: SchemaObject,
  document: Document,
  node: NodeValue,
  faults?: Fault[],
  because?: string,
): Truth {
  if (node.has(name)) return true;
  // References to a node give it its phandle.
  if (name === 'phandle') return undefined;
  faults?.push({
    kind: 'required',
    node,
    name,
    document,
    keyword: because === undefined ? 'required' : 'dependentRequired',
    schema,
    ...(because !== undefined && { because }),
  });
  return false;
}

/** What fits none of several alternatives: of what they demand, that which all of them do is said. */
function choiceFaults(
  own: readonly (readonly Fault[])[],
  fitting: number,
  at: Place & Pick<Fault, 'document' | 'keyword' | 'schema'>,
): Fault[] {
  const all = own.flat();
  if (
    fitting === 0 &&
    own.every((each) => each.length > 0 && each.every(({ kind, node }) => kind === 'required' && node === at.node))
  ) {
    return [{ kind: 'required', ...at, name: undefined, names: [...new Set(all.flatMap(({ name }) => name ?? []))] }];
  }
  // Alternatives of a whole node that differ in one property are about that property.
  const names = new Set(all.map(({ node, name }) => (node === at.node ? name : undefined)));
  const [only] = names;
  if (
    fitting === 0 &&
    at.name === undefined &&
    names.size === 1 &&
    only !== undefined &&
    !all.some(({ kind }) => kind === 'required')
  ) {
    return [{ kind: 'form', ...at, name: only }];
  }
  return [{ kind: 'form', ...at, ...(all.some(({ kind }) => kind === 'required') && { because: 'required' }) }];
}
