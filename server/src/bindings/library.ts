// SPDX-License-Identifier: MIT
// The bindings of a tree: found by compatible, read when they are needed, and what they refer to.
import { join } from '#base/files.ts';
import { BindingIndex } from './binding-index.ts';
import type { BindingFiles } from './files.ts';
import { normalize } from './normalize.ts';
import { searches } from './pattern.ts';
import { isObject, isSchema, keyword, objectAt, type Schema, type SchemaObject, textAt } from './schema.ts';
import { canParse, parseYaml } from './yaml.ts';

/** One binding has what the validator fills in, too: 20 KB each. */
const MAX_DOCUMENTS = 1000;

/** A binding as it was read. */
export interface Document {
  /** Below the folder: `iommu/arm,smmu.yaml`. */
  readonly name: string;
  readonly path: string;
  readonly root: SchemaObject;
}

export interface Resolved {
  readonly document: Document;
  readonly schema: Schema;
}

/** Thrown where more bindings are needed than may be read now: what needs them is asked again later. */
export class ReadLater extends Error {}

export class BindingLibrary {
  /** How many bindings may be read now: parsing one takes tens of milliseconds when it is large. */
  allowance = Number.POSITIVE_INFINITY;
  readonly index: BindingIndex;
  /** Of dt-schema's own schemas. */
  readonly core: BindingIndex | undefined;
  readonly #files: BindingFiles;
  readonly #folder: string;
  /** dt-schema's own schemas, where somebody said where they are. */
  readonly #core: string | undefined;
  readonly #documents = new Map<string, Document | undefined>();
  /** Changes when a file did: answers that were given before may be different now. */
  #revision = 0;

  constructor(files: BindingFiles, folder: string, core?: string) {
    this.#files = files;
    this.#folder = folder;
    this.#core = core;
    this.index = new BindingIndex(files, folder);
    this.core = core === undefined ? undefined : new BindingIndex(files, core);
  }

  get revision(): number {
    return this.#revision;
  }

  /**
   * A binding by its name; `undefined` for what is no binding, or cannot be read yet.
   * @throws {ReadLater} when the allowance is used up
   */
  document(name: string): Document | undefined {
    if (!canParse()) return undefined;
    const known = this.#documents.get(name);
    if (known || this.#documents.has(name)) {
      this.#documents.delete(name);
      this.#documents.set(name, known);
      return known;
    }
    if (this.allowance-- <= 0) throw new ReadLater(name);
    const document = this.#read(name);
    this.#documents.set(name, document);
    for (const oldest of this.#documents.keys()) {
      if (this.#documents.size <= MAX_DOCUMENTS) break;
      this.#documents.delete(oldest);
    }
    return document;
  }

  #read(name: string): Document | undefined {
    if (name.split('/').includes('..')) return undefined;
    for (const folder of [this.#folder, ...(this.#core === undefined ? [] : [this.#core])]) {
      const path = join(folder, name);
      const text = this.#files.peek(path);
      if (text === undefined) continue;
      const end = /^examples:/m.exec(text)?.index ?? text.length;
      const root = parseYaml(text.slice(0, end));
      if (!isObject(root)) return undefined;
      normalize(root);
      return { name, path, root };
    }
    return undefined;
  }

  /** A binding changed. */
  forget(path: string): void {
    for (const [name, document] of this.#documents) {
      if (document ? document.path === path : path.endsWith(`/${name}`)) this.#documents.delete(name);
    }
    this.#revision++;
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

  /** The binding that a node with these compatibles is judged by, as dt-schema picks it. */
  bindingOf(compatibles: readonly string[], how: 'exact' | 'likely' = 'likely'): Document | undefined {
    for (const compatible of compatibles) {
      const named = how === 'exact' ? this.#named(compatible) : this.bindingsNaming(compatible);
      // One that says itself for which nodes it is is asked by that.
      const found = named.find((each) => how === 'likely' || !Object.hasOwn(each.root, 'select'));
      if (found) return found;
    }
    return undefined;
  }

  /** The bindings with a compatible: those of devices before those that devices share. */
  bindingsNaming(compatible: string): readonly Document[] {
    const found = this.#named(compatible);
    if (found.length > 0) return found;
    const patterned = this.index.patterned().filter(({ pattern }) => searches(pattern, compatible) === true);
    return patterned.flatMap(({ pattern, binding }) =>
      binding.hasCompatible ? this.#naming(binding.name, (words) => words.has(pattern), compatible) : [],
    );
  }

  #named(compatible: string): readonly Document[] {
    const all = [...this.index.named(compatible), ...(this.core?.named(compatible) ?? [])];
    const named = all.filter(({ hasCompatible }) => hasCompatible);
    return named.flatMap(({ name }) => this.#naming(name, (words) => words.has(compatible), compatible));
  }

  /** Bindings that say themselves for which nodes they are; dt-schema's own where they are at hand. */
  selecting(): ReadonlySet<string> {
    return new Set([...this.index.selecting(), ...(this.core?.selecting() ?? [])].map(({ name }) => name));
  }

  /** Everything is looked over. */
  get done(): boolean {
    return this.index.done && this.core?.done !== false;
  }

  /** Looks over some more. */
  step(characters: number): void {
    if (!this.index.done) this.index.step(characters);
    else this.core?.step(characters);
  }

  #naming(name: string, has: (words: ReadonlySet<string>) => boolean, compatible: string): Document[] {
    const document = this.document(name);
    const words = document && compatiblesOf(document);
    if (!words || !has(words) || (SHARED.has(compatible) && words.size > 1)) return [];
    return [document];
  }
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
