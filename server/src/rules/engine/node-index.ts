// SPDX-License-Identifier: MIT
// Which nodes each rule looks at: found in one walk of a tree, by names that are judged once and then remembered.
import { memo } from '#base/memo.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { eachNode } from '#tree/walk.ts';
import type { Rule } from './rule.ts';

/** The nodes of one tree, as rules ask for them. All lists are in tree order, parents first. */
export interface NodeIndex {
  /** The same object in all indexes of one selection for the versions of one board, whose trees share their nodes. */
  readonly versions: object;
  /** Counts these indexes. */
  readonly generation: number;
  /** Nodes that are not as in the generation before, with the parents and children of such. */
  readonly changed: ReadonlySet<DtNode>;
  /** Those that the rule's `properties` or `nodeNames` select, the root for `scope: 'tree'`, else all. */
  nodesFor(rule: Rule): readonly DtNode[];
  /** Those with a property that some rule names; none for a property that no rule names. */
  nodesWith(property: string): readonly DtNode[];
}

type Accepts = (name: string) => boolean;

/** Distinct names that are remembered; a board has some hundreds, most of them the same as on the board before. */
const MAX_NAMES = 20_000;

/** Lists of nodes, each with a test for names that puts a node on it. */
class NameLists {
  readonly #numbers = new Map<string | Accepts, number>();
  readonly #tests: Accepts[] = [];
  readonly #known = new Map<string, readonly number[]>();

  /** The number of the list with this key; a new one when there is none yet. */
  add(key: string | Accepts, accepts: Accepts): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#tests.length);
    return this.#tests.push(accepts) - 1;
  }

  numberOf(key: string): number | undefined {
    return this.#numbers.get(key);
  }

  /** The numbers of the lists that a name puts its node on. */
  of(name: string): readonly number[] {
    const known = this.#known.get(name);
    if (known) return known;
    const found: number[] = [];
    for (const [number, accepts] of this.#tests.entries()) if (accepts(name)) found.push(number);
    if (this.#known.size >= MAX_NAMES) this.#known.clear();
    this.#known.set(name, found);
    return found;
  }

  empty(): DtNode[][] {
    return this.#tests.map(() => []);
  }
}

/** What is known of a node as long as its revision stays the same: the numbers of the lists that it is on. */
interface Entry {
  readonly revision: number | undefined;
  readonly properties: readonly number[];
  readonly nodeNames: readonly number[];
}

/** What a set of rules looks at, whichever tree it is. */
export class NodeSelection {
  readonly #properties = new NameLists();
  readonly #nodeNames = new NameLists();
  readonly #byRule = new Map<Rule, { readonly of: 'properties' | 'nodeNames'; readonly list: number }>();
  /** By root, which the versions of a board have in common. */
  readonly #latest = memo((_root: DtNode) => ({ generation: 0, entries: new Map<DtNode, Entry>() }));

  /** `shared`: properties that {@link NodeIndex.nodesWith} is asked for whichever rules there are. */
  constructor(rules: readonly Rule[], shared: readonly string[]) {
    for (const name of shared) this.#property(name);
    for (const rule of rules) {
      const { properties, nodeNames } = rule;
      if (nodeNames) this.#byRule.set(rule, { of: 'nodeNames', list: this.#nodeNames.add(nodeNames, nodeNames) });
      else if (properties) this.#byRule.set(rule, { of: 'properties', list: this.#listOf(properties) });
    }
  }

  /** The index of a tree. */
  readonly of: (tree: DeviceTree) => NodeIndex = memo((tree) => this.#index(tree.root));

  /** The one walk. */
  #index(root: DtNode): NodeIndex {
    const latest = this.#latest(root);
    const { entries } = latest;
    const all: DtNode[] = [];
    const properties = this.#properties.empty();
    const nodeNames = this.#nodeNames.empty();
    const changed = new Set<DtNode>();
    const visit = (node: DtNode): void => {
      all.push(node);
      let entry = entries.get(node);
      if (!entry || node.revision === undefined || entry.revision !== node.revision) {
        entry = this.#entryOf(node);
        entries.set(node, entry);
        addWithNeighbours(changed, node);
      }
      for (const list of entry.properties) properties[list]?.push(node);
      for (const list of entry.nodeNames) nodeNames[list]?.push(node);
    };
    eachNode(root, visit);
    if (entries.size > all.length) latest.entries = withoutOthers(entries, all);
    return {
      versions: latest,
      generation: ++latest.generation,
      changed,
      nodesFor: (rule) => {
        if (rule.scope === 'tree') return [root];
        const selected = this.#byRule.get(rule);
        return selected ? ({ properties, nodeNames }[selected.of][selected.list] ?? []) : all;
      },
      nodesWith: (property) => properties[this.#properties.numberOf(property) ?? -1] ?? [],
    };
  }

  #entryOf({ revision, name, properties }: DtNode): Entry {
    const lists = new Set<number>();
    for (const property of properties.keys()) for (const list of this.#properties.of(property)) lists.add(list);
    return { revision, properties: [...lists], nodeNames: this.#nodeNames.of(name) };
  }

  #listOf(properties: readonly string[] | Accepts): number {
    if (typeof properties === 'function') return this.#properties.add(properties, properties);
    for (const name of properties) this.#property(name);
    return this.#properties.add(properties.join(), (name) => properties.includes(name));
  }

  #property(name: string): void {
    this.#properties.add(name, (other) => other === name);
  }
}

function withoutOthers(entries: ReadonlyMap<DtNode, Entry>, nodes: readonly DtNode[]): Map<DtNode, Entry> {
  const left = new Map<DtNode, Entry>();
  for (const node of nodes) {
    const entry = entries.get(node);
    if (entry) left.set(node, entry);
  }
  return left;
}

function addWithNeighbours(nodes: Set<DtNode>, node: DtNode): void {
  nodes.add(node);
  if (node.parent) nodes.add(node.parent);
  for (const child of node.children.values()) nodes.add(child);
}
