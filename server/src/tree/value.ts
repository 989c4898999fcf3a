// SPDX-License-Identifier: MIT
// A property's value in its tree: the raw bytes with path references filled in, and places in the source.
import type { Span } from '#base/text.ts';
import { pathOf } from './query.ts';
import type { Datum, DtNode, Label, Reference, Value } from './types.ts';
import type { RawValue } from './value-syntax.ts';

interface Located {
  span(start: number, end: number): Span;
}

/** The tree that references are looked up in. */
interface References {
  byReference(ref: string): DtNode | undefined;
}

const NO_LABELS: readonly (Label & { readonly offset: number })[] = [];

export class ResolvedValue implements Value {
  readonly raw: RawValue;
  readonly #locator: Located;
  readonly #base: number;
  readonly #tree: References;
  #bytes: Uint8Array | undefined;
  #data: readonly Datum[] | undefined;
  #references: readonly Reference[] | undefined;

  constructor(raw: RawValue, locator: Located, base: number, tree: References) {
    this.raw = raw;
    this.#locator = locator;
    this.#base = base;
    this.#tree = tree;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= this.raw.references.some((reference) => reference.kind === 'path')
      ? withPaths(this.raw, this.#paths())
      : this.raw.bytes;
    return this.#bytes;
  }

  /** The text that each path reference stands for, in source order; empty for one that names no node. */
  #paths(): readonly InsertedPath[] {
    return this.raw.references
      .filter((reference) => reference.kind === 'path')
      .map((reference) => {
        const node = this.#tree.byReference(reference.ref);
        const text = node ? `${pathOf(node)}\0` : '';
        return {
          at: reference.at,
          offset: reference.offset,
          text: Uint8Array.from(text, (char) => char.charCodeAt(0)),
        };
      });
  }

  get references(): readonly Reference[] {
    this.#references ??= this.#located(this.raw.references).map(({ part, span, offset }) => ({
      kind: part.kind,
      offset,
      ref: part.ref,
      span,
    }));
    return this.#references;
  }

  get data(): readonly Datum[] {
    this.#data ??= this.#located(this.raw.data).map(({ part, span, offset, length }) => ({
      kind: part.kind,
      offset,
      length,
      span,
    }));
    return this.#data;
  }

  get labels(): readonly (Label & { readonly offset: number })[] {
    if (this.raw.labels.length === 0) return NO_LABELS;
    return this.#located(this.raw.labels).map(({ part, span, offset }) => ({ name: part.name, span, offset }));
  }

  /** Offsets and lengths in the final bytes: paths that stand earlier in the source push later parts back. */
  #located<T extends { readonly offset: number; readonly at: number; readonly width: number }>(
    parts: readonly T[],
  ): { part: T; span: Span; offset: number; length: number }[] {
    const paths = this.#paths();
    return parts.map((part) => {
      let offset = part.offset;
      let length = 'length' in part ? Number(part.length) : 0;
      for (const path of paths) {
        if (path.at < part.at) offset += path.text.length;
        else if (path.at === part.at) length = path.text.length;
      }
      return { part, span: this.spanOf(part.at, part.width), offset, length };
    });
  }

  /** The span of a part of the value's text, for problems that the parser found in it. */
  spanOf(at: number, width: number): Span {
    return this.#locator.span(this.#base + at, this.#base + at + width);
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
