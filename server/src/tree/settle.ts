// SPDX-License-Identifier: MIT
// What dtc settles after the last statement: references that name nothing, nodes that nobody refers to, deletions
// (checks.c: fixup_phandle_references, fixup_path_references, fixup_omit_unused_nodes).
import type { Problem } from '#base/problem.ts';
import type { TreeBuilder, TreeNode, TreeProperty } from './build.ts';
import { pathOf } from './query.ts';

interface Settings {
  readonly plugin: boolean;
  /** Nodes were marked with `/omit-if-no-ref/`. */
  readonly omits: boolean;
  /** Nothing is known to be missing, so an unresolved reference is an error. */
  readonly complete: boolean;
  readonly symbols: boolean;
}

export interface Settled {
  readonly labels: Map<string, TreeNode[]>;
  readonly innerLabels: readonly TreeProperty[];
  readonly problems: readonly Problem[];
  readonly phandleTargets: readonly TreeNode[];
}

/** Changes the tree: afterwards it has neither deleted nor omitted nodes. */
export function settle(tree: TreeBuilder, settings: Settings): Settled {
  tree.prune();
  const referenced = new Set<TreeNode>();
  const phandleTargets = new Set<TreeNode>();
  const labelled: TreeProperty[] = [];
  const withPaths = new Set<TreeProperty>();
  const problems: Problem[] = [];
  const visit = (node: TreeNode): void => {
    for (const property of node.referring) {
      if (property.labels.length > 0 || property.raw.labels.length > 0) labelled.push(property);
      for (const reference of property.raw.references) {
        if (reference.kind === 'path') withPaths.add(property);
        const target = tree.byReference(reference.ref);
        if (target) {
          referenced.add(target);
          if (reference.kind === 'phandle') phandleTargets.add(target);
        } else if (settings.complete && !(settings.plugin && reference.kind === 'phandle')) {
          problems.push({
            rule: reference.kind === 'phandle' ? 'dtc/phandle_references' : 'dtc/path_references',
            severity: 'error',
            message: `\`&${reference.ref}\` names no node of this board; dtc refuses it.`,
            span: property.value.spanOf(reference.at, reference.width),
            node: pathOf(node),
          });
        }
      }
    }
    for (const child of node.children.values()) visit(child);
  };
  visit(tree.root);
  if (settings.omits) omitUnreferenced(tree, referenced, settings.symbols);
  for (const property of withPaths) tree.forgetPaths(property);
  const innerLabels = labelled.filter((property) => !property.deleted);
  return { labels: tree.labelTable(), innerLabels, problems, phandleTargets: [...phandleTargets] };
}

function omitUnreferenced(tree: TreeBuilder, referenced: ReadonlySet<TreeNode>, symbols: boolean): void {
  const pending: TreeNode[] = [tree.root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const kept = symbols && node.labels.length > 0;
    if (node.omitIfUnreferenced && !referenced.has(node) && !kept) tree.deleteNode(node);
    else for (const child of node.children.values()) pending.push(child);
  }
  tree.prune();
}
