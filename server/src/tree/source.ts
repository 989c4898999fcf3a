// SPDX-License-Identifier: MIT
// Where statements stand: places that are worked out when somebody asks, and that follow an edit before them.
import type { SourceFile } from '#base/files.ts';
import type { Span } from '#base/text.ts';
import type { NodeItem, PropertyItem } from '#syntax/ast.ts';
import { type Expansion, tokenIndexAt } from './cpp/expand.ts';
import type { Head } from './dtc/statement-head.ts';
import type { Label } from './types.ts';

/** Text whose parts have spans: a file, or what a macro expanded to. */
export interface Locator {
  span(start: number, end: number): Span;
}

/** One file as it is being walked. */
export interface Source extends Locator {
  readonly file: SourceFile;
  /** False inside `/include/`: dtc reads such a file itself, after cpp is done. */
  readonly expands: boolean;
}

/** Text behind `at` moved by so many characters. */
interface Shift {
  readonly at: number;
  readonly by: number;
}

/** A file. Its offsets are those of the version that was walked; spans are those of the present version. */
export class FileSource implements Source {
  /** The present version. */
  file: SourceFile;
  readonly expands: boolean;
  #shifts: Shift[] = [];

  constructor(file: SourceFile, expands: boolean) {
    this.file = file;
    this.expands = expands;
  }

  span(start: number, end: number): Span {
    return { file: this.file.path, start: this.#present(start), end: this.#present(end) };
  }

  #present(offset: number): number {
    let present = offset;
    for (const { at, by } of this.#shifts) if (present > at) present += by;
    return present;
  }

  /** The file was edited: what stood behind `at` in the version before moved by `by` characters. */
  shift(at: number, by: number): void {
    const last = this.#shifts.at(-1);
    // Typing on in the same place.
    if (last && last.at + last.by === at) this.#shifts[this.#shifts.length - 1] = { at: last.at, by: last.by + by };
    else this.#shifts.push({ at, by });
  }

  /** Its statements from the offset on are gone. True when its offsets are those of the present version again. */
  cut(offset: number): boolean {
    if (this.#shifts.every(({ at }) => at >= offset)) this.#shifts = [];
    return this.#shifts.length === 0;
  }
}

/** The place of a statement. */
export class ItemOrigin<K extends 'open' | 'set'> {
  readonly kind: K;
  readonly #locator: Locator;
  readonly #item: NodeItem | PropertyItem;
  readonly #at: number;
  readonly #head: Head;

  /** `at`: where the item starts in its source. */
  constructor(kind: K, locator: Locator, item: NodeItem | PropertyItem, at: number, head: Head) {
    this.kind = kind;
    this.#locator = locator;
    this.#item = item;
    this.#at = at;
    this.#head = head;
  }

  get span(): Span {
    return this.#locator.span(this.#at, this.#at + this.#item.length);
  }

  get name(): Span {
    const start = this.#at + this.#item.head.at + this.#head.at;
    return this.#locator.span(start, start + this.#head.length);
  }
}

/** A stretch of a source. */
export interface Stretch {
  readonly at: number;
  readonly length: number;
}

/** The place of what is no item with a head: a directive, or a part that a fragment was made from. */
export class StretchOrigin<K extends 'open' | 'set' | 'delete'> {
  readonly kind: K;
  readonly #locator: Locator;
  readonly #whole: Stretch;
  readonly #name: Stretch;

  constructor(kind: K, locator: Locator, whole: Stretch, name: Stretch = whole) {
    this.kind = kind;
    this.#locator = locator;
    this.#whole = whole;
    this.#name = name;
  }

  get span(): Span {
    return this.#locator.span(this.#whole.at, this.#whole.at + this.#whole.length);
  }

  get name(): Span {
    return this.#locator.span(this.#name.at, this.#name.at + this.#name.length);
  }
}

/** The text that a call of a macro stands for, with its places in the call. */
export function expandedSource(around: Source, expansion: Expansion, { at, length }: Stretch): Source {
  return {
    file: around.file,
    expands: false,
    span: (start, end) => {
      const first = expansion.tokens[tokenIndexAt(expansion, start)];
      const last = expansion.tokens[tokenIndexAt(expansion, Math.max(start, end - 1))];
      if (!first || !last) return around.span(at, at + length);
      return around.span(at + first.at, at + Math.max(first.at + first.length, last.at + last.length));
    },
  };
}

export class LocatedLabel implements Label {
  readonly name: string;
  readonly #locator: Locator;
  readonly #at: number;

  constructor(name: string, locator: Locator, at: number) {
    this.name = name;
    this.#locator = locator;
    this.#at = at;
  }

  get span(): Span {
    return this.#locator.span(this.#at, this.#at + this.name.length);
  }
}
