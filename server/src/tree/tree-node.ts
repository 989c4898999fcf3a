// SPDX-License-Identifier: MIT
// Nodes and properties of the live tree: what they are now, and what brings back what they were.
import type { Part } from '#syntax/ast.ts';
import type { TreeBuilder } from './build.ts';
import { EMPTY_VALUE, type RawValue } from './dtc/value-syntax.ts';
import { ResolvedValue } from './resolved-value.ts';
import type { Locator } from './source.ts';
import type { DtNode, DtProperty, Label, NodeOrigin, PropertyOrigin } from './types.ts';

export const NO_CHILDREN = new Map<string, TreeNode>();

export const NO_LABELS: readonly Label[] = [];
const NO_NAMES: readonly string[] = [];

export class TreeNode implements DtNode {
  readonly name: string;
  readonly parent: TreeNode | undefined;
  /** How many nodes it is in. */
  readonly level: number;
  /** The step of the evaluation that made it (see {@link TreeBuilder.mark}). */
  readonly born: number;
  /** In dtc's list order: the label added last comes first. */
  labels: readonly Label[] = NO_LABELS;
  /** Names of all labels that it ever had, in that order: one that comes back takes its former place. */
  labelPlaces: readonly string[] = NO_NAMES;
  properties = new Map<string, TreeProperty>();
  /** Most nodes are leaves, so they share one empty map until the first child comes. */
  children: Map<string, TreeNode> = NO_CHILDREN;
  readonly origins: NodeOrigin[] = [];
  deleted = false;
  omitIfUnreferenced = false;
  /** Two properties or two children of one name were written (see {@link keyFor}). */
  hasDoubles = false;
  revision: number;
  #referring: readonly TreeProperty[] = NO_PROPERTIES;
  #referringAt = -1;

  constructor(name: string, parent: TreeNode | undefined, born: number) {
    this.name = name;
    this.parent = parent;
    this.level = parent ? parent.level + 1 : 0;
    this.born = born;
    this.revision = born;
  }

  /** A label that was deleted still asks dtc for a phandle under `-@` (generate_label_tree_internal). */
  get hadLabels(): boolean {
    return this.labelPlaces.length > 0;
  }

  /** Its properties with references or labels in their values or before their names; to be asked of a pruned tree. */
  get referring(): readonly TreeProperty[] {
    if (this.#referringAt !== this.revision) {
      const found = [...this.properties.values()].filter(refers);
      this.#referring = found.length > 0 ? found : NO_PROPERTIES;
      this.#referringAt = this.revision;
    }
    return this.#referring;
  }

  /** What brings back its own present state; properties and children have theirs. */
  save(): () => void {
    const { labels, labelPlaces, deleted, omitIfUnreferenced, origins } = this;
    const { length } = origins;
    return () => {
      this.labels = labels;
      this.labelPlaces = labelPlaces;
      this.deleted = deleted;
      this.omitIfUnreferenced = omitIfUnreferenced;
      origins.length = length;
    };
  }
}

const NO_PROPERTIES: readonly TreeProperty[] = [];

function refers({ labels, raw }: TreeProperty): boolean {
  return labels.length > 0 || raw.labels.length > 0 || raw.references.length > 0;
}

/** A value as its text says. */
export interface WrittenValue {
  readonly raw: RawValue;
  /** Where the text begins. */
  readonly locator: Locator;
  readonly base: number;
  /** The part of the statement; none where no text says it. */
  readonly part: Part | undefined;
}

const NOTHING_WRITTEN: WrittenValue = {
  raw: EMPTY_VALUE,
  locator: { span: (start, end) => ({ file: '', start, end }) },
  base: 0,
  part: undefined,
};

export class TreeProperty implements DtProperty {
  readonly name: string;
  readonly node: TreeNode;
  labels: readonly Label[] = NO_LABELS;
  readonly origins: PropertyOrigin[] = [];
  deleted = false;
  readonly #tree: TreeBuilder;
  #written: WrittenValue = NOTHING_WRITTEN;
  #value: ResolvedValue | undefined;

  constructor(name: string, node: TreeNode, tree: TreeBuilder) {
    this.name = name;
    this.node = node;
    this.#tree = tree;
  }

  /** What brings back its present state. */
  save(): () => void {
    const { labels, deleted, origins } = this;
    const { length } = origins;
    const written = this.#written;
    const value = this.#value;
    return () => {
      this.labels = labels;
      this.deleted = deleted;
      origins.length = length;
      this.#written = written;
      this.#value = value;
    };
  }

  get raw(): RawValue {
    return this.#written.raw;
  }

  get faulty(): boolean {
    return this.#written.raw.faults.some(({ kind }) => kind !== 'warning');
  }

  isLocatedBy(locator: Locator): boolean {
    return this.#written.locator === locator;
  }

  /** The value that counts was written there. */
  isWrittenAt(part: Part): boolean {
    return this.#written.part === part;
  }

  /** Its value holds the path of another node: true when that led elsewhere, so that the value is made anew. */
  forgetPaths(): boolean {
    if (this.#value?.isCurrent !== false) return false;
    this.#value = undefined;
    return true;
  }

  /** A deleted property is back again. */
  set(origin: PropertyOrigin, written: WrittenValue): void {
    this.origins.push(origin);
    this.deleted = false;
    this.rewrite(written);
  }

  /** The same statement has another value. */
  rewrite(written: WrittenValue): void {
    this.#written = written;
    this.#value = undefined;
  }

  /** Made when somebody asks: on a keystroke only a few of a board's ten thousand values are looked at. */
  get value(): ResolvedValue {
    const { raw, locator, base } = this.#written;
    this.#value ??= new ResolvedValue(raw, locator, base, this.#tree);
    return this.#value;
  }
}
