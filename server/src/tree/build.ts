// SPDX-License-Identifier: MIT
// The live tree while statements are merged into it, as dtc does it (livetree.c: merge_nodes, delete_node): a deleted
// node or property keeps its place in the order and takes it again when it is set anew.
import type { Part } from '#syntax/ast.ts';
import { ResolvedValue } from './resolved-value.ts';
import type { Locator } from './source.ts';
import type { DtNode, DtProperty, Label, NodeOrigin, PropertyOrigin } from './types.ts';
import { EMPTY_VALUE, type RawValue } from './value-syntax.ts';

const NO_CHILDREN = new Map<string, TreeNode>();

const NO_LABELS: readonly Label[] = [];

export class TreeNode implements DtNode {
  readonly name: string;
  readonly parent: TreeNode | undefined;
  /** The step of the evaluation that made it (see {@link TreeBuilder.mark}). */
  readonly born: number;
  /** In dtc's list order: the label added last comes first. */
  labels: readonly Label[] = NO_LABELS;
  properties = new Map<string, TreeProperty>();
  /** Most nodes are leaves, so they share one empty map until the first child comes. */
  children: Map<string, TreeNode> = NO_CHILDREN;
  readonly origins: NodeOrigin[] = [];
  deleted = false;
  omitIfUnreferenced = false;
  revision: number;
  #referring: readonly TreeProperty[] = NO_PROPERTIES;
  #referringAt = -1;

  constructor(name: string, parent: TreeNode | undefined, born: number) {
    this.name = name;
    this.parent = parent;
    this.born = born;
    this.revision = born;
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
    const { labels, deleted, omitIfUnreferenced, origins } = this;
    const { length } = origins;
    return () => {
      this.labels = labels;
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

/** The body of a node that statements are being applied to. */
export interface OpenBody {
  readonly node: TreeNode;
  /**
   * The node did not exist before this body: dtc then links the body in as it stands, so a second property of the same
   * name is an error instead of an override, and `/delete-…/` finds nothing to delete.
   */
  readonly fresh: boolean;
}

/** A point of the evaluation that a tree can be brought back to. */
export interface TreeMark {
  readonly changes: number;
  readonly rootOpened: boolean;
  readonly deletions: boolean;
}

interface Change {
  readonly node: TreeNode;
  readonly takeBack: () => void;
}

export class TreeBuilder {
  readonly root = new TreeNode('', undefined, 0);
  /** Every node that ever carried a label; {@link byLabel} picks the living ones. */
  readonly #labelled = new Map<string, TreeNode[]>();
  rootOpened = false;
  #deletions = false;
  /** What steps changed on nodes of earlier steps. A step's own nodes need no record: they go with it. */
  readonly #changes: Change[] = [];
  /** What {@link prune} took out of the maps of nodes, to be put back before a change is taken back. */
  readonly #pruned: { readonly node: TreeNode; readonly all: Pick<TreeNode, 'properties' | 'children'> }[] = [];
  #step = 0;

  /** Begins a step; {@link rewind} leads back to this point. */
  mark(): TreeMark {
    this.#step++;
    return { changes: this.#changes.length, rootOpened: this.rootOpened, deletions: this.#deletions };
  }

  /** Takes back all steps since the mark, as if they had never been. */
  rewind(mark: TreeMark): void {
    this.#step++;
    for (let last = this.#pruned.pop(); last; last = this.#pruned.pop()) Object.assign(last.node, last.all);
    while (this.#changes.length > mark.changes) {
      const change = this.#changes.pop();
      if (!change) break;
      change.takeBack();
      change.node.revision = this.#step;
    }
    this.rootOpened = mark.rootOpened;
    this.#deletions = mark.deletions;
  }

  /** The statement that gave the property its value has another one now. */
  rewrite(property: TreeProperty, written: WrittenValue): void {
    property.rewrite(written);
    property.node.revision = ++this.#step;
  }

  /** To be called before the node's own state changes. */
  touch(node: TreeNode): void {
    if (node.born !== this.#step) this.#change(node, node.save());
  }

  #touchProperty(property: TreeProperty): void {
    if (property.node.born !== this.#step) this.#change(property.node, property.save());
  }

  /** The nodes whose paths it holds may be elsewhere now. */
  forgetPaths(property: TreeProperty): void {
    if (property.forgetPaths()) property.node.revision = ++this.#step;
  }

  #change(node: TreeNode, takeBack: () => void): void {
    this.#changes.push({ node, takeBack });
    node.revision = this.#step;
  }

  addLabel(node: TreeNode, label: Label): void {
    if (node.labels.some((known) => known.name === label.name)) return;
    this.touch(node);
    node.labels = node.labels.length === 0 ? [label] : [label, ...node.labels];
    const nodes = this.#labelled.get(label.name);
    if (nodes?.includes(node)) return;
    if (nodes) nodes.push(node);
    else this.#labelled.set(label.name, [node]);
    this.#changes.push({ node, takeBack: () => this.#unlabel(label.name) });
  }

  #unlabel(label: string): void {
    const nodes = this.#labelled.get(label);
    if (nodes && nodes.length > 1) nodes.pop();
    else this.#labelled.delete(label);
  }

  /** The living nodes with a label, in tree order. */
  byLabel(label: string): TreeNode[] {
    const nodes = this.#labelled.get(label);
    if (!nodes) return [];
    const only = nodes.length === 1 ? nodes[0] : undefined;
    if (only && !only.deleted && only.labels.length === 1) return nodes;
    const living = nodes.filter((node) => !node.deleted && node.labels.some((known) => known.name === label));
    return living.length > 1 ? inTreeOrder(this.root, living) : living;
  }

  /** Every label that a living node carries. */
  labelTable(): Map<string, TreeNode[]> {
    const table = new Map<string, TreeNode[]>();
    for (const label of this.#labelled.keys()) {
      const nodes = this.byLabel(label);
      if (nodes.length > 0) table.set(label, nodes);
    }
    return table;
  }

  /** The node that the text after `&` names now: a label, `/path`, or `label/path` (dtc 1.7 and newer). */
  byReference(ref: string): TreeNode | undefined {
    const slash = ref.indexOf('/');
    if (slash < 0) return this.byLabel(ref)[0];
    return descend(slash === 0 ? this.root : this.byLabel(ref.slice(0, slash))[0], ref.slice(slash + 1));
  }

  /** The child for a body that opens now; brings a deleted one back to life. */
  openChild({ node: parent, fresh }: OpenBody, name: string): OpenBody & { readonly duplicate: TreeNode | undefined } {
    const known = parent.children.get(name);
    if (known) {
      const duplicate = fresh && !known.deleted ? known : undefined;
      if (known.deleted) {
        this.touch(parent);
        this.touch(known);
        known.deleted = false;
      }
      return { node: known, fresh, duplicate };
    }
    const node = new TreeNode(name, parent, this.#step);
    if (parent.children === NO_CHILDREN) parent.children = new Map();
    parent.children.set(name, node);
    if (parent.born !== this.#step) this.#change(parent, () => parent.children.delete(name));
    return { node, fresh: true, duplicate: undefined };
  }

  /** The property of a body under a name, about to be set: the one that was there, deleted or not, or a new one. */
  property({ node }: OpenBody, name: string): TreeProperty {
    const known = node.properties.get(name);
    if (known) {
      this.#touchProperty(known);
      return known;
    }
    const made = new TreeProperty(name, node, this);
    node.properties.set(name, made);
    if (node.born !== this.#step) this.#change(node, () => node.properties.delete(name));
    return made;
  }

  /** False when there was nothing to delete. */
  deleteProperty(body: OpenBody, name: string, origin: PropertyOrigin): boolean {
    const property = body.node.properties.get(name);
    if (!property || property.deleted || body.fresh) return false;
    this.#deletions = true;
    this.#touchProperty(property);
    property.deleted = true;
    property.labels = NO_LABELS;
    property.origins.push(origin);
    return true;
  }

  deleteChild(body: OpenBody, name: string): boolean {
    const child = body.node.children.get(name);
    if (!child || child.deleted || body.fresh) return false;
    this.deleteNode(child);
    return true;
  }

  deleteNode(node: TreeNode): void {
    this.#deletions = true;
    if (node.parent) this.touch(node.parent);
    const pending = [node];
    for (let next = pending.pop(); next; next = pending.pop()) {
      this.touch(next);
      next.deleted = true;
      next.labels = NO_LABELS;
      for (const property of next.properties.values()) {
        this.#touchProperty(property);
        property.deleted = true;
        property.labels = NO_LABELS;
      }
      for (const child of next.children.values()) if (!child.deleted) pending.push(child);
    }
  }

  /** Takes what is deleted out of the maps, so that readers see the tree that dtc would write. */
  prune(): void {
    if (!this.#deletions) return;
    const pending = [this.root];
    for (let node = pending.pop(); node; node = pending.pop()) {
      const { properties, children } = node;
      const left = { properties: alive(properties), children: alive(children) };
      if (left.properties !== properties || left.children !== children) {
        this.#pruned.push({ node, all: { properties, children } });
        Object.assign(node, left);
      }
      for (const child of left.children.values()) pending.push(child);
    }
  }
}

/** The map without what is deleted; the same one when nothing is. */
function alive<T extends { readonly deleted: boolean }>(all: Map<string, T>): Map<string, T> {
  for (const { deleted } of all.values()) {
    if (deleted) return new Map([...all].filter(([, one]) => !one.deleted));
  }
  return all;
}

function descend(from: TreeNode | undefined, path: string): TreeNode | undefined {
  let at = from;
  for (const part of path.split('/')) {
    if (part === '' || !at) continue;
    const child: TreeNode | undefined = at.children.get(part);
    at = child?.deleted ? undefined : child;
  }
  return at;
}

function inTreeOrder(root: TreeNode, wanted: readonly TreeNode[]): TreeNode[] {
  const left = new Set(wanted);
  const found: TreeNode[] = [];
  const visit = (node: TreeNode): void => {
    if (left.delete(node)) found.push(node);
    if (left.size > 0) for (const child of node.children.values()) visit(child);
  };
  visit(root);
  return found;
}
