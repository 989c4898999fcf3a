// SPDX-License-Identifier: MIT
// The live tree while statements are merged into it, as dtc does it (livetree.c: merge_nodes, delete_node): a deleted
// node or property keeps its place in the order and takes it again when it is set anew.
import type { Span } from '#base/text.ts';
import type { DtNode, DtProperty, Label, NodeOrigin, PropertyOrigin } from './types.ts';
import { ResolvedValue } from './value.ts';
import type { RawValue } from './value-syntax.ts';

export class TreeNode implements DtNode {
  readonly name: string;
  parent: TreeNode | undefined;
  /** In dtc's list order: the label added last comes first. */
  readonly labels: Label[] = [];
  readonly properties = new Map<string, TreeProperty>();
  readonly children = new Map<string, TreeNode>();
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
  value: ResolvedValue;
  deleted = false;

  constructor(name: string, node: TreeNode, value: ResolvedValue) {
    this.name = name;
    this.node = node;
    this.value = value;
  }
}

/** Where an item's text stands: gives the span of a part of it. */
export interface Locator {
  span(start: number, end: number): Span;
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

export class TreeBuilder {
  readonly root = new TreeNode('', undefined);
  /** Every node that ever carried a label; {@link byLabel} picks the living ones. */
  readonly #labelled = new Map<string, TreeNode[]>();
  rootOpened = false;

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
    body.node.children.set(name, node);
    return { node, fresh: true, duplicate: undefined };
  }

  /** Returns the property that a fresh body had already set under this name. */
  setProperty(
    body: OpenBody,
    property: { readonly name: string; readonly origin: PropertyOrigin; readonly value: ResolvedValue },
  ): TreeProperty | undefined {
    const known = body.node.properties.get(property.name);
    if (known) {
      const duplicate = body.fresh && !known.deleted ? known : undefined;
      known.deleted = false;
      known.value = property.value;
      known.origins.push(property.origin);
      return duplicate;
    }
    const made = new TreeProperty(property.name, body.node, property.value);
    made.origins.push(property.origin);
    body.node.properties.set(property.name, made);
    return undefined;
  }

  labelProperty(node: TreeNode, name: string, labels: readonly Label[]): void {
    const property = node.properties.get(name);
    if (property) property.labels = [...property.labels, ...labels];
  }

  /** False when there was nothing to delete. */
  deleteProperty(body: OpenBody, name: string, origin: PropertyOrigin): boolean {
    const property = body.node.properties.get(name);
    if (!property || property.deleted || body.fresh) return false;
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

/** A property's place: computed when somebody asks, because most are never looked at. */
export class ItemOrigin<K extends 'open' | 'set'> {
  readonly kind: K;
  readonly #locator: Locator;
  readonly #start: number;
  readonly #length: number;
  readonly #nameAt: number;
  readonly #nameLength: number;

  constructor(
    kind: K,
    locator: Locator,
    place: { readonly at: number; readonly length: number; readonly nameAt: number; readonly nameLength: number },
  ) {
    this.kind = kind;
    this.#locator = locator;
    this.#start = place.at;
    this.#length = place.length;
    this.#nameAt = place.nameAt;
    this.#nameLength = place.nameLength;
  }

  get span(): Span {
    return this.#locator.span(this.#start, this.#start + this.#length);
  }

  get name(): Span {
    return this.#locator.span(this.#nameAt, this.#nameAt + this.#nameLength);
  }
}

/** Raw values whose bytes need nothing of the tree are shared between evaluations. */
export function resolvedValue(raw: RawValue, locator: Locator, base: number, tree: TreeBuilder): ResolvedValue {
  return new ResolvedValue(raw, locator, base, (ref) => tree.byReference(ref));
}
