// SPDX-License-Identifier: MIT
// The live tree while statements are merged into it, as dtc does it (livetree.c: merge_nodes, delete_node): a deleted
// node or property keeps its place in the order and takes it again when it is set anew.
import type { Span } from '#base/text.ts';
import type { NodeItem, PropertyItem } from '#syntax/ast.ts';
import type { Head } from './head.ts';
import type { DtNode, DtProperty, Label, NodeOrigin, PropertyOrigin } from './types.ts';
import { ResolvedValue } from './value.ts';
import { EMPTY_VALUE, type RawValue } from './value-syntax.ts';

const NO_CHILDREN = new Map<string, TreeNode>();

export class TreeNode implements DtNode {
  readonly name: string;
  parent: TreeNode | undefined;
  /** In dtc's list order: the label added last comes first. */
  readonly labels: Label[] = [];
  readonly properties = new Map<string, TreeProperty>();
  /** Most nodes are leaves, so they share one empty map until the first child comes. */
  children: Map<string, TreeNode> = NO_CHILDREN;
  readonly origins: NodeOrigin[] = [];
  deleted = false;
  omitIfUnreferenced = false;

  constructor(name: string, parent: TreeNode | undefined) {
    this.name = name;
    this.parent = parent;
  }
}

const NO_LABELS: readonly Label[] = [];

export class TreeProperty implements DtProperty {
  readonly name: string;
  readonly node: TreeNode;
  labels: readonly Label[] = NO_LABELS;
  readonly origins: PropertyOrigin[] = [];
  raw: RawValue = EMPTY_VALUE;
  deleted = false;
  readonly #tree: TreeBuilder;
  #locator: Locator | undefined;
  #base = 0;
  #value: ResolvedValue | undefined;

  constructor(name: string, node: TreeNode, tree: TreeBuilder) {
    this.name = name;
    this.node = node;
    this.#tree = tree;
  }

  /** Sets the value that was written at `base`; a deleted property is back again. */
  set(origin: PropertyOrigin, raw: RawValue, locator: Locator, base: number): void {
    this.origins.push(origin);
    this.raw = raw;
    this.deleted = false;
    this.#locator = locator;
    this.#base = base;
    this.#value = undefined;
  }

  /** Made when somebody asks: on a keystroke only a few of a board's ten thousand values are looked at. */
  get value(): ResolvedValue {
    this.#value ??= new ResolvedValue(this.raw, this.#locator ?? NOWHERE, this.#base, this.#tree);
    return this.#value;
  }
}

/** Where an item's text stands: gives the span of a part of it. */
export interface Locator {
  span(start: number, end: number): Span;
}

const NOWHERE: Locator = { span: (start, end) => ({ file: '', start, end }) };

/** The body of a node that statements are being applied to. */
export interface OpenBody {
  readonly node: TreeNode;
  /**
   * The node did not exist before this body: dtc then links the body in as it stands, so a second property of the same
   * name is an error instead of an override, and `/delete-…/` finds nothing to delete.
   */
  readonly fresh: boolean;
}

export class TreeBuilder {
  readonly root = new TreeNode('', undefined);
  /** Every node that ever carried a label; {@link byLabel} picks the living ones. */
  readonly #labelled = new Map<string, TreeNode[]>();
  rootOpened = false;
  #deletions = false;

  addLabel(node: TreeNode, label: Label): void {
    if (node.labels.some((known) => known.name === label.name)) return;
    node.labels.unshift(label);
    const nodes = this.#labelled.get(label.name);
    if (!nodes) this.#labelled.set(label.name, [node]);
    else if (!nodes.includes(node)) nodes.push(node);
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
  openChild(body: OpenBody, name: string): OpenBody & { readonly duplicate: TreeNode | undefined } {
    const known = body.node.children.get(name);
    if (known) {
      const duplicate = body.fresh && !known.deleted ? known : undefined;
      known.deleted = false;
      return { node: known, fresh: body.fresh, duplicate };
    }
    const node = new TreeNode(name, body.node);
    if (body.node.children === NO_CHILDREN) body.node.children = new Map();
    body.node.children.set(name, node);
    return { node, fresh: true, duplicate: undefined };
  }

  /** The property of a body under a name: the one that was there, deleted or not, or a new one without a value. */
  property(body: OpenBody, name: string): TreeProperty {
    const known = body.node.properties.get(name);
    if (known) return known;
    const made = new TreeProperty(name, body.node, this);
    body.node.properties.set(name, made);
    return made;
  }

  /** False when there was nothing to delete. */
  deleteProperty(body: OpenBody, name: string, origin: PropertyOrigin): boolean {
    const property = body.node.properties.get(name);
    if (!property || property.deleted || body.fresh) return false;
    this.#deletions = true;
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
    const pending = [node];
    for (let next = pending.pop(); next; next = pending.pop()) {
      next.deleted = true;
      next.labels.length = 0;
      for (const property of next.properties.values()) {
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
      for (const [name, property] of node.properties) if (property.deleted) node.properties.delete(name);
      for (const [name, child] of node.children) {
        if (child.deleted) node.children.delete(name);
        else pending.push(child);
      }
    }
  }
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

/** The place of a statement: computed when somebody asks, because most are never looked at. */
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
