// SPDX-License-Identifier: MIT
// What of a board does not fit its bindings: step by step, so that a host can stop in between. Which bindings a node is
// judged by is dt-schema's choice (2026.06, validator.py:iter_errors): that of the first compatible that has one, and all
// that say themselves that they are for the node.
import { memo } from '#base/memo.ts';
import { compatibles, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import type { Fault } from './fault.ts';
import { Judge } from './judge.ts';
import { type BindingLibrary, type Document, ReadLater } from './library.ts';
import { typesIn } from './property-types.ts';
import { keyword, listAt, objectAt, stringsAt } from './schema.ts';
import { NodeValue, type TypeOf } from './value.ts';

export interface BindingFinding {
  readonly fault: Fault;
  /** The binding by which the node was judged. */
  readonly binding: Document;
}

interface Result {
  readonly revision: number | undefined;
  readonly findings: readonly BindingFinding[];
}

export class BoardCheck {
  readonly #library: BindingLibrary;
  readonly #tree: DeviceTree;
  readonly #judge: Judge;
  readonly #types: Map<string, TypeOf>;
  /** Names of bindings that are still to be read, then those that were. */
  readonly #unread: string[];
  readonly #selecting: Document[] = [];
  readonly #nodes: DtNode[];
  readonly #results = new Map<DtNode, Result>();
  #judged = 0;
  readonly #revision: number;

  /** The library has looked over all of its bindings. `previous`: of the same board, a few keys ago. */
  constructor(library: BindingLibrary, tree: DeviceTree, previous?: BoardCheck) {
    this.#library = library;
    this.#tree = tree;
    this.#judge = new Judge(library);
    this.#revision = library.revision;
    const same = previous !== undefined && previous.#library === library && previous.#revision === library.revision;
    this.#types = same ? previous.#types : new Map();
    this.#unread = [...library.selecting()];
    const all = walk(tree.root).filter((node) => !isGenerated(node));
    const before = same ? previous.#results : new Map<DtNode, Result>();
    const left = before.size > 0 ? changedNodes(all, before) : all;
    const again = new Set(left);
    for (const node of all) {
      const known = again.has(node) ? undefined : before.get(node);
      if (known) this.#results.set(node, known);
    }
    this.#nodes = [...left].reverse();
  }

  get done(): boolean {
    return this.#unread.length === 0 && this.#nodes.length === 0;
  }

  /**
   * Reads a binding or judges a node. `last`: nothing is left; `later`: it needs more bindings than may be read now, and
   * is begun again by the next step.
   */
  step(): 'more' | 'last' | 'later' {
    try {
      const [name] = this.#unread.slice(-1);
      const [node] = this.#nodes.slice(-1);
      if (name !== undefined) {
        const document = this.#library.document(name);
        if (document) this.#selecting.push(document);
        this.#unread.pop();
      } else if (node) {
        this.#judgeNode(node);
        this.#nodes.pop();
      }
    } catch (error) {
      if (error instanceof ReadLater) return 'later';
      throw error;
    }
    return this.done ? 'last' : 'more';
  }

  #judgeNode(node: DtNode): void {
    const names = compatibles(node);
    const own = this.#library.bindingOf(names, 'exact');
    const findings = own ? this.#by(own, node) : [];
    for (const document of this.#selecting) {
      const wanted = selectedCompatibles(document);
      if (wanted && !names.some((name) => wanted.has(name))) continue;
      if (this.#judge.selects(document, this.#value(document, node)) !== true) continue;
      findings.push(...this.#by(document, node));
    }
    this.#results.set(node, { revision: node.revision, findings });
  }

  /** What two bindings say in two words is one mistake; the narrower one was asked first. */
  get findings(): readonly BindingFinding[] {
    const found = new Map<string, BindingFinding>();
    for (const { findings } of this.#results.values()) {
      for (const finding of findings) {
        const { fault } = finding;
        const key = [fault.node.path, fault.name ?? '', fault.kind, fault.names?.join() ?? ''].join('\0');
        if (!found.has(key) && !isExcused(fault)) found.set(key, finding);
      }
    }
    return [...found.values()];
  }

  /** Keywords that were not understood, and how often. */
  get unread(): ReadonlyMap<string, number> {
    return this.#judge.unread;
  }

  /** Pairs of a node and a binding. */
  get judged(): number {
    return this.#judged;
  }

  #by(document: Document, node: DtNode): BindingFinding[] {
    this.#judged++;
    const faults = this.#judge.faults(document, this.#value(document, node));
    return faults.map((fault) => ({ fault, binding: document }));
  }

  #value(document: Document, node: DtNode): NodeValue {
    const types = this.#types.get(document.name) ?? typesIn(this.#library, [document]);
    this.#types.set(document.name, types);
    return new NodeValue(this.#tree, node, types);
  }
}

/**
 * Nodes whose judgement may be another than before: what changed, what is around it (bindings speak of children) and
 * below it (which counts cells as it says). Where a count of cells may have changed, all of them.
 */
function changedNodes(all: readonly DtNode[], before: ReadonlyMap<DtNode, Result>): readonly DtNode[] {
  const changed = all.filter((node) => {
    const known = before.get(node);
    return known && (node.revision === undefined || known.revision !== node.revision);
  });
  const counts = changed.some(({ properties }) => [...properties.keys()].some((name) => name.startsWith('#')));
  if (counts || changed.length > all.length / 4) return all;
  const wanted = new Set<DtNode>(all.filter((node) => !before.has(node)));
  for (const node of changed) {
    for (let at: DtNode | undefined = node; at; at = at.parent) wanted.add(at);
    for (const child of node.children.values()) wanted.add(child);
  }
  return all.filter((node) => wanted.has(node));
}

/** The compatibles of which a node must have one to be selected; absent where it may be selected by something else. */
const selectedCompatibles = memo(({ root }: Document): ReadonlySet<string> | undefined => {
  const select = objectAt(root, 'select');
  if (!select || !stringsAt(select, 'required').includes('compatible')) return undefined;
  const contains = objectAt(objectAt(objectAt(select, 'properties') ?? {}, 'compatible') ?? {}, 'contains');
  if (!contains) return undefined;
  const constant = keyword(contains, 'const');
  const names = constant === undefined ? listAt(contains, 'enum') : [constant];
  return names.length === 0 ? undefined : new Set(names.map(String));
});

/** A disabled node may lack what a board adds that enables it (dtb_validate.py:check_node). */
function isExcused({ kind, node, keyword, because }: Fault): boolean {
  const absence = kind === 'required' || keyword === 'unevaluatedProperties' || because === 'required';
  return absence && node.disabled;
}

/** `__symbols__` and its kin, and what is below. */
function isGenerated(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at; at = at.parent) if (at.name.startsWith('__')) return true;
  return false;
}
