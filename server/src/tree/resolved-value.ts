// SPDX-License-Identifier: MIT
// A property's value in its tree: the raw bytes with path references filled in, and places in the source.
import type { Span } from '#base/text.ts';
import type { RawDatum, RawLabel, RawReference, RawValue } from './dtc/value-syntax.ts';
import { pathOf } from './query.ts';
import type { Datum, DtNode, Label, Reference, Value } from './types.ts';

interface Located {
  span(start: number, end: number): Span;
}

/** The tree that references are looked up in. */
interface References {
  readonly resolvesPaths: boolean;
  target(ref: string): DtNode | undefined;
}

const NO_LABELS: readonly (Label & { readonly offset: number })[] = [];

const NO_PATHS: readonly InsertedPath[] = [];

export class ResolvedValue implements Value {
  readonly raw: RawValue;
  readonly #locator: Located;
  readonly #base: number;
  readonly #tree: References;
  #bytes: Uint8Array | undefined;
  #paths: readonly InsertedPath[] | undefined;
  #data: readonly Datum[] | undefined;
  #references: readonly Reference[] | undefined;

  constructor(raw: RawValue, locator: Located, base: number, tree: References) {
    this.raw = raw;
    this.#locator = locator;
    this.#base = base;
    this.#tree = tree;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= withPaths(this.raw, this.#inserted());
    return this.#bytes;
  }

  get references(): readonly Reference[] {
    this.#references ??= this.raw.references.map((raw) => new LocatedReference(this, raw, this.#offsetOf(raw)));
    return this.#references;
  }

  get data(): readonly Datum[] {
    this.#data ??= this.raw.data.map((raw) => {
      const path = this.#inserted().find(({ at }) => at === raw.at);
      return new LocatedDatum(this, raw, this.#offsetOf(raw), path?.text.length ?? raw.length);
    });
    return this.#data;
  }

  get labels(): readonly (Label & { readonly offset: number })[] {
    if (this.raw.labels.length === 0) return NO_LABELS;
    return this.raw.labels.map((raw) => ({
      name: raw.name,
      span: this.spanOf(raw.at, raw.width),
      offset: this.#offsetOf(raw),
    }));
  }

  /** In the final bytes: paths that stand earlier in the source push later parts back. */
  #offsetOf(raw: RawReference | RawDatum | RawLabel): number {
    let { offset } = raw;
    for (const path of this.#inserted()) if (path.at < raw.at) offset += path.text.length;
    return offset;
  }

  /** The text that each path reference stands for, in source order; empty for one that names no node. */
  #inserted(): readonly InsertedPath[] {
    this.#paths ??= this.raw.references.some(isPath)
      ? this.raw.references.filter(isPath).map(({ at, offset, ref }) => ({ at, offset, text: this.#pathText(ref) }))
      : NO_PATHS;
    return this.#paths;
  }

  #pathText(ref: string): Uint8Array {
    const node = this.#tree.resolvesPaths ? this.#tree.target(ref) : undefined;
    return Uint8Array.from(node ? `${pathOf(node)}\0` : '', (char) => char.charCodeAt(0));
  }

  /** False when a path that was given out leads elsewhere by now. */
  get isCurrent(): boolean {
    const paths = this.#paths ?? NO_PATHS;
    return this.raw.references.filter(isPath).every(({ ref }, index) => {
      const given = paths[index]?.text;
      return given === undefined || String(given) === String(this.#pathText(ref));
    });
  }

  /** The span of a part of the value's text, for problems that the parser found in it. */
  spanOf(at: number, width: number): Span {
    return this.#locator.span(this.#base + at, this.#base + at + width);
  }
}

function isPath(reference: RawReference): boolean {
  return reference.kind === 'path';
}

/** A reference whose place in the source is worked out when somebody asks: few of a board's thousands are. */
class LocatedReference implements Reference {
  readonly kind: Reference['kind'];
  readonly offset: number;
  readonly ref: string;
  readonly #value: ResolvedValue;
  readonly #raw: RawReference;

  constructor(value: ResolvedValue, raw: RawReference, offset: number) {
    this.kind = raw.kind;
    this.offset = offset;
    this.ref = raw.ref;
    this.#value = value;
    this.#raw = raw;
  }

  get span(): Span {
    return this.#value.spanOf(this.#raw.at, this.#raw.width);
  }
}

class LocatedDatum implements Datum {
  readonly kind: Datum['kind'];
  readonly offset: number;
  readonly length: number;
  readonly #value: ResolvedValue;
  readonly #raw: RawDatum;

  constructor(value: ResolvedValue, raw: RawDatum, offset: number, length: number) {
    this.kind = raw.kind;
    this.offset = offset;
    this.length = length;
    this.#value = value;
    this.#raw = raw;
  }

  get span(): Span {
    return this.#value.spanOf(this.#raw.at, this.#raw.width);
  }
}

interface InsertedPath {
  /** Where the reference stands in the source text. */
  readonly at: number;
  /** Offset in the raw bytes at which the path goes in. */
  readonly offset: number;
  readonly text: Uint8Array;
}

function withPaths(raw: RawValue, paths: readonly InsertedPath[]): Uint8Array {
  if (paths.length === 0) return raw.bytes;
  const bytes = new Uint8Array(paths.reduce((sum, path) => sum + path.text.length, raw.bytes.length));
  let from = 0;
  let to = 0;
  for (const path of paths) {
    bytes.set(raw.bytes.subarray(from, path.offset), to);
    to += path.offset - from;
    from = path.offset;
    bytes.set(path.text, to);
    to += path.text.length;
  }
  bytes.set(raw.bytes.subarray(from), to);
  return bytes;
}
