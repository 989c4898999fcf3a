// SPDX-License-Identifier: MIT
// The bindings of a tree: found by compatible, read when they are needed, and what they refer to.
import { join } from '#base/files.ts';
import { BindingIndex, type IndexMemory } from './binding-index.ts';
import { type BindingFiles, type Borrowed, NOTHING, type Wanted } from './files.ts';
import { normalize } from './normalize.ts';
import { searches } from './pattern.ts';
import { isObject, isSchema, keyword, objectAt, type Schema, type SchemaObject, stringsAt, textAt } from './schema.ts';
import { canParse, parseYaml } from './yaml.ts';
import { zephyrSchema } from './zephyr-schema.ts';

/** One binding has what the validator fills in, too: 20 KB each. */
const MAX_DOCUMENTS = 1000;
/** Bindings of Zephyr that others include, as they are written. */
const MAX_INCLUDED = 200;

/** A binding as it was read. */
export interface Document {
  /** Below the folder: `iommu/arm,smmu.yaml`. */
  readonly name: string;
  readonly path: string;
  readonly root: SchemaObject;
  /** In Zephyr's form: the names of types are Zephyr's, and no node is judged by it. */
  readonly zephyr?: true;
}

export interface Resolved {
  readonly document: Document;
  readonly schema: Schema;
}

/** Questions that are prepared at a time, and bindings that are read for one: those of a node are a dozen. */
const MAX_POSTPONED = 20;
const MAX_TURNS = 100;

/** Thrown where more bindings are needed than may be read now: what needs them is asked again later. */
export class ReadLater extends Error {}

export class BindingLibrary {
  /** How many bindings may be read now: parsing one takes tens of milliseconds when it is large. */
  allowance = Number.POSITIVE_INFINITY;
  /** Whether there is time to read one more binding for the answer that is awaited; absent: no limit. */
  patience: (() => boolean) | undefined;
  /** What needed more than was allowed: it is worked out in the pauses, so that the next one who asks need not wait. */
  readonly #postponed: { readonly attempt: () => unknown; turns: number }[] = [];
  /** One for each folder; what an earlier one has is not looked for in a later one. */
  readonly #indexes: readonly BindingIndex[];
  /** Whose question is under way. */
  #asking: BindingIndex | undefined;
  readonly #files: BindingFiles;
  readonly #documents = new Map<string, Document | undefined>();
  readonly #included = new Map<string, unknown>();
  /** Changes when a file did: answers that were given before may be different now. */
  #revision = 0;

  constructor(files: BindingFiles, folders: readonly string[], memory?: IndexMemory) {
    this.#files = files;
    this.#indexes = folders.map((folder) => new BindingIndex(files, folder, memory));
  }

  /** The answer, where it takes no more reading than is allowed now; else `undefined`, and it is prepared. */
  ask<T>(attempt: () => T): T | undefined {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof ReadLater)) throw error;
      if (this.#postponed.length < MAX_POSTPONED) this.#postponed.push({ attempt, turns: 0 });
      return undefined;
    }
  }

  /** An answer is still being prepared. */
  get isPreparing(): boolean {
    return this.#postponed.length > 0;
  }

  /** Reads one more binding for what was postponed; `false`: nothing is. */
  prepare(): boolean {
    const [next] = this.#postponed;
    if (!next) return false;
    let done = next.turns++ > MAX_TURNS;
    this.allowance = 1;
    try {
      next.attempt();
      done = true;
    } catch (error) {
      if (!(error instanceof ReadLater)) throw error;
    } finally {
      this.allowance = Number.POSITIVE_INFINITY;
      if (done) this.#postponed.shift();
    }
    return true;
  }

  get revision(): number {
    return this.#revision;
  }

  /**
   * A binding by its name; `undefined` for what is no binding, or cannot be read yet.
   * @throws {ReadLater} when the allowance is used up
   */
  document(name: string): Document | undefined {
    // A binding of Zephyr is not whole before it is known where those lie that it includes.
    if (!canParse() || (this.#isZephyr && !this.done)) return undefined;
    const known = this.#documents.get(name);
    if (known || this.#documents.has(name)) {
      this.#documents.delete(name);
      this.#documents.set(name, known);
      return known;
    }
    if (this.allowance-- <= 0 || this.patience?.() === false) throw new ReadLater(name);
    const document = this.#read(name);
    // What has not come yet is asked for again.
    if (!document && this.#files.awaited) return undefined;
    this.#documents.set(name, document);
    for (const oldest of this.#documents.keys()) {
      if (this.#documents.size <= MAX_DOCUMENTS) break;
      this.#documents.delete(oldest);
    }
    return document;
  }

  #read(name: string): Document | undefined {
    const [file = '', part = '0'] = name.split('#', 2);
    if (file.split('/').includes('..')) return undefined;
    for (const { folder, isZephyr } of this.#indexes) {
      const path = join(folder, file);
      const text = this.#files.peek(path);
      if (text === undefined) continue;
      const root = contentOf(text);
      if (!isObject(root)) return undefined;
      if (isZephyr && !Object.hasOwn(root, '$id')) return this.#zephyr(name, path, root, Number(part));
      normalize(root);
      return { name, path, root };
    }
    return undefined;
  }

  #zephyr(name: string, path: string, raw: SchemaObject, depth: number): Document | undefined {
    const root = zephyrSchema(raw, depth, (fileName) => this.#includedFile(fileName));
    // Some of what it includes may not have come yet.
    return root && !this.#files.awaited ? { name, path, root, zephyr: true } : undefined;
  }

  #includedFile(fileName: string): unknown {
    if (this.#included.has(fileName)) return this.#included.get(fileName);
    for (const index of this.#indexes) {
      const name = index.fileNamed(fileName);
      if (name === undefined) continue;
      if (this.#included.size >= MAX_INCLUDED) this.#included.clear();
      const text = this.#files.peek(join(index.folder, name));
      if (text === undefined) return undefined;
      const content = contentOf(text);
      this.#included.set(fileName, content);
      return content;
    }
    return undefined;
  }

  /** A binding changed. */
  forget(path: string): void {
    for (const [name, document] of this.#documents) {
      if (document ? document.path === path : path.endsWith(`/${name}`)) this.#documents.delete(name);
    }
    for (const [name, document] of this.#documents) if (document?.zephyr) this.#documents.delete(name);
    this.#included.clear();
    this.#revision++;
  }

  get #isZephyr(): boolean {
    return this.#indexes.some(({ isZephyr }) => isZephyr);
  }

  /** Where a `$ref` in a document leads; `undefined` where nothing is known of it. */
  resolve(ref: string, from: Document): Resolved | undefined {
    const [file = '', fragment = ''] = ref.split('#', 2);
    const name = file === '' ? from.name : nameOf(file, from.name);
    const document = name === from.name ? from : name === undefined ? undefined : this.document(name);
    if (!document) return undefined;
    let schema: unknown = document.root;
    for (const part of fragment.split('/').filter((each) => each !== '')) {
      const step = decode(part);
      schema = isObject(schema) ? keyword(schema, step) : Array.isArray(schema) ? schema[Number(step)] : undefined;
    }
    return isSchema(schema) ? { document, schema } : undefined;
  }

  /**
   * The binding that a node with these compatibles is judged by, as dt-schema picks it. `buses`: what the controller above
   * the node offers, by which Zephyr picks among those with one compatible.
   */
  bindingOf(
    compatibles: readonly string[],
    how: 'exact' | 'likely' = 'likely',
    buses: readonly string[] = [],
  ): Document | undefined {
    for (const compatible of compatibles) {
      const named = how === 'exact' ? this.#named(compatible) : this.bindingsNaming(compatible);
      // One that says itself for which nodes it is is asked by that.
      const likely = named.filter((each) => how === 'likely' || !Object.hasOwn(each.root, 'select'));
      const found = likely.find(({ root }) => buses.includes(textAt(root, 'onBus') ?? ''));
      const general = likely.filter(({ root }) => textAt(root, 'onBus') === undefined);
      const anywhere = found ?? (how === 'likely' ? closest(general, compatibles) : general[0]) ?? likely[0];
      if (anywhere) return anywhere;
    }
    return undefined;
  }

  /** What the nearest controller above a node offers; the nodes above it by their compatibles, from the inside out. */
  busesAbove(nodes: Iterable<readonly string[]>): readonly string[] {
    if (!this.#isZephyr) return [];
    for (const compatibles of nodes) {
      const document = this.bindingOf(compatibles);
      const buses = document ? stringsAt(document.root, 'buses') : [];
      if (buses.length > 0) return buses;
    }
    return [];
  }

  /** The bindings with a compatible: those of devices before those that devices share. */
  bindingsNaming(compatible: string): readonly Document[] {
    const found = this.#named(compatible);
    // A pattern counts where no binding has the name; before all are looked over, that is not known.
    if (found.length > 0 || !this.done) return found;
    const patterned = this.#indexes
      .flatMap((index) => index.patterned())
      .filter(({ pattern }) => searches(pattern, compatible) === true);
    return patterned.flatMap(({ pattern, binding }) =>
      binding.hasCompatible ? this.#naming(binding.name, (words) => words.has(pattern), compatible) : [],
    );
  }

  #named(compatible: string): readonly Document[] {
    const named = this.#indexes
      .flatMap((index) => index.named(compatible))
      .filter(({ hasCompatible }) => hasCompatible);
    return named.flatMap(({ name }) => this.#naming(name, (words) => words.has(compatible), compatible));
  }

  /** Bindings that say themselves for which nodes they are. */
  selecting(): ReadonlySet<string> {
    return new Set(this.#indexes.flatMap((index) => index.selecting()).map(({ name }) => name));
  }

  /** Everything is looked over. */
  get done(): boolean {
    return this.#indexes.every(({ done }) => done);
  }

  /** Looks over some more. */
  step(characters: number): void {
    if (this.#files.lent) return;
    this.#indexes.find(({ done }) => !done)?.step(characters);
  }

  /** Where files come from an editor: what is to be fetched next. */
  wanted(): Wanted {
    this.#asking = this.#indexes.find(({ done }) => !done);
    return this.#asking?.wanted() ?? NOTHING;
  }

  give(borrowed: Borrowed): void {
    this.#asking?.give(borrowed);
  }

  /** How many bindings there are. */
  get size(): number {
    return this.#indexes.reduce((sum, { size }) => sum + size, 0);
  }

  /** Its bindings may say what the cells of a specifier are called. */
  get namesCells(): boolean {
    return this.#isZephyr;
  }

  /** Nodes can be judged: what Zephyr's bindings say is not checked, nor what an editor would have to lend. */
  get judges(): boolean {
    return !this.#files.lent && !this.#isZephyr;
  }

  /** All that are named, each once. */
  compatibles(): ReadonlySet<string> {
    return new Set(this.#indexes.flatMap((index) => [...index.compatibles()]));
  }

  /** The title of the binding that has a compatible; empty where it has none. */
  titleFor(compatible: string): string {
    for (const index of this.#indexes) {
      const [first] = index.named(compatible);
      if (first) return first.title;
    }
    return '';
  }

  #naming(name: string, has: (words: ReadonlySet<string>) => boolean, compatible: string): Document[] {
    const document = this.document(name);
    const words = document && compatiblesOf(document);
    if (!words || !has(words) || (SHARED.has(compatible) && words.size > 1)) return [];
    return [document];
  }
}

/** Of bindings that share a compatible, the one that knows most of the node's others; the first among equals. */
function closest(documents: readonly Document[], compatibles: readonly string[]): Document | undefined {
  if (documents.length < 2 || compatibles.length < 2) return documents[0];
  const known = (document: Document) => {
    const words = compatiblesOf(document);
    return compatibles.filter((name) => words.has(name)).length;
  };
  return documents.reduce((best, each) => (known(each) > known(best) ? each : best));
}

/** Without the examples, which are the longest part of many. */
function contentOf(text: string): unknown {
  const end = /^examples:/m.exec(text)?.index ?? text.length;
  return parseYaml(text.slice(0, end));
}

/** Compatibles that stand behind others and say nothing of the device. */
const SHARED = new Set(['syscon', 'simple-mfd', 'simple-bus']);

/** The strings and patterns that the binding names for `compatible`. */
export function compatiblesOf({ root }: Document): ReadonlySet<string> {
  const words = new Set<string>();
  const collect = (value: unknown, depth: number): void => {
    if (depth > 30) return;
    if (Array.isArray(value)) for (const each of value) collect(each, depth + 1);
    if (!isObject(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'enum' && Array.isArray(inner)) for (const each of inner) words.add(String(each));
      else if ((name === 'const' || name === 'pattern') && typeof inner === 'string') words.add(inner);
      else collect(inner, depth + 1);
    }
  };
  const properties = objectAt(root, 'properties');
  if (properties) collect(keyword(properties, 'compatible'), 0);
  return words;
}

/** `iommu/arm,smmu.yaml` of `/schemas/iommu/arm,smmu.yaml` or of a name relative to another binding. */
function nameOf(file: string, from: string): string | undefined {
  const path = file.replace(/^https?:\/\/devicetree\.org/, '');
  if (path.startsWith('/schemas/')) return path.slice('/schemas/'.length);
  if (path.startsWith('/') || path.includes(':')) return undefined;
  const folder = from.includes('/') ? from.slice(0, from.lastIndexOf('/')) : '';
  const parts: string[] = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function decode(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {
    // As it stands.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

export function titleOf({ root }: Document): string {
  return (textAt(root, 'title') ?? '').replace(/\s+/g, ' ').trim();
}

export function descriptionOf({ root }: Document): string {
  return (textAt(root, 'description') ?? '').trim();
}
