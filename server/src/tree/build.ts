// SPDX-License-Identifier: MIT
// The live tree while statements are merged into it, as dtc does it (livetree.c: merge_nodes, delete_node): a deleted
// node or property keeps its place in the order and takes it again when it is set anew.
import { alive, descend, inTreeOrder, seconds, stands } from './lists.ts';
import { NO_CHILDREN, NO_LABELS, TreeNode, TreeProperty, type WrittenValue } from './tree-node.ts';
import type { Label, NodeOrigin, PropertyOrigin } from './types.ts';

export { TreeNode, TreeProperty, type WrittenValue } from './tree-node.ts';

/** The body of a node that statements are being applied to. */
export interface OpenBody {
  readonly node: TreeNode;
  /**
   * The node did not exist before this body: dtc then links the body in as it stands, so a second property of the same
   * name stands beside the first instead of overriding it, and `/delete-…/` deletes nothing but reserves a place.
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
  /** Values hold the paths that they refer to; false where dtc gave up before it filled them in. */
  resolvesPaths = true;
  /** By reference, the nodes that `/omit-if-no-ref/` dropped with a node around them after values had got their numbers. */
  omittedTargets: ReadonlyMap<string, TreeNode> = new Map();
  /** Nodes whose property `name` was ever deleted. */
  readonly #deletedNames = new Set<TreeNode>();
  #deletions = false;
  /** Nodes in which a name was ever written twice. */
  readonly #doubled = new Set<TreeNode>();
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
    if (node.labelPlaces.includes(label.name)) {
      const place = ({ name }: Label): number => node.labelPlaces.indexOf(name);
      node.labels = [...node.labels, label].sort((a, b) => place(a) - place(b));
    } else {
      node.labels = node.labels.length === 0 ? [label] : [label, ...node.labels];
      node.labelPlaces = [label.name, ...node.labelPlaces];
    }
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
    if (ref === '/') return this.root;
    return descend(slash === 0 ? this.root : this.byLabel(ref.slice(0, slash))[0], ref.slice(slash + 1));
  }

  /** The child for a body that opens now; brings a deleted one back to life. */
  openChild({ node: parent, fresh }: OpenBody, name: string): OpenBody {
    const known = fresh ? undefined : parent.children.get(name);
    return known ? { node: this.revived(known), fresh } : { node: this.#addChild(parent, name), fresh: true };
  }

  /** The node itself, brought back to life if it was deleted. */
  revived(node: TreeNode): TreeNode {
    if (!node.deleted) return node;
    if (node.parent) this.touch(node.parent);
    this.touch(node);
    node.deleted = false;
    return node;
  }

  #addChild(parent: TreeNode, name: string): TreeNode {
    const node = new TreeNode(name, parent, this.#step);
    if (parent.children === NO_CHILDREN) parent.children = new Map();
    const key = this.#keyFor(parent, parent.children, name);
    parent.children.set(key, node);
    if (parent.born !== this.#step) this.#change(parent, () => parent.children.delete(key));
    return node;
  }

  /** dtc's lists may hold a name twice, in the end (an error) or with all but one deleted; the first has its own name. */
  #keyFor(node: TreeNode, all: ReadonlyMap<string, unknown>, name: string): string {
    if (!all.has(name)) return name;
    node.hasDoubles = true;
    this.#doubled.add(node);
    return `${name} (${all.size})`;
  }

  /** The property of a body under a name, about to be set: the one that was there, deleted or not, or a new one. */
  property({ node, fresh }: OpenBody, name: string): TreeProperty {
    const known = fresh ? undefined : node.properties.get(name);
    if (!known) return this.#addProperty(node, name);
    this.#touchProperty(known);
    return known;
  }

  #addProperty(node: TreeNode, name: string): TreeProperty {
    const made = new TreeProperty(name, node, this);
    const key = this.#keyFor(node, node.properties, name);
    node.properties.set(key, made);
    if (node.born !== this.#step) this.#change(node, () => node.properties.delete(key));
    return made;
  }

  /** False when there was nothing to delete. */
  deleteProperty({ node, fresh }: OpenBody, name: string, origin: PropertyOrigin): boolean {
    const property = fresh ? this.#addProperty(node, name) : node.properties.get(name);
    if (!property || property.deleted) return false;
    this.#deletions = true;
    if (!fresh) this.#touchProperty(property);
    property.deleted = true;
    property.labels = NO_LABELS;
    property.origins.push(origin);
    if (name === 'name') this.#deletedNames.add(node);
    return !fresh;
  }

  /** Deleted properties `name`, which dtc checks all the same (checks.c: check_name_properties). */
  deletedNames(): TreeProperty[] {
    return [...this.#deletedNames].flatMap((node) => {
      const first = stands(node) ? node.properties.get('name') : undefined;
      return first?.deleted ? [first] : [];
    });
  }

  /** The node that a value means by a reference. */
  target(ref: string): TreeNode | undefined {
    return this.byReference(ref) ?? this.omittedTargets.get(ref);
  }

  /** False when there was nothing to delete. */
  deleteChild({ node, fresh }: OpenBody, name: string, origin: NodeOrigin): boolean {
    const child = fresh ? this.#addChild(node, name) : node.children.get(name);
    if (!child || child.deleted) return false;
    if (fresh) child.origins.push(origin);
    this.deleteNode(child);
    return !fresh;
  }

  /**
   * What stands twice in one list, as dtc finds it before anything else (checks.c: check_duplicate_node_names, which
   * takes a deleted second node for one too, and check_duplicate_property_names). To be asked before {@link prune}.
   */
  doubles(): { readonly nodes: readonly TreeNode[]; readonly properties: readonly TreeProperty[] } {
    const nodes: TreeNode[] = [];
    const properties: TreeProperty[] = [];
    for (const owner of this.#doubled) {
      if (!stands(owner)) continue;
      nodes.push(...seconds(owner.children.values(), true));
      properties.push(...seconds(owner.properties.values(), false));
    }
    return { nodes, properties };
  }

  deleteNode(node: TreeNode): void {
    this.#deletions = true;
    if (node.parent) this.touch(node.parent);
    else if (node.properties.has('name')) this.#deletedNames.add(node);
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
