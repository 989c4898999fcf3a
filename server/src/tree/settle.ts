// SPDX-License-Identifier: MIT
// What dtc settles after the last statement: references that name nothing, nodes that nobody refers to, deletions
// (checks.c: fixup_phandle_references, fixup_path_references, fixup_omit_unused_nodes).
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { TreeBuilder, TreeNode, TreeProperty } from './build.ts';
import { type ErrorCheck, ran } from './dtc/checks.ts';
import { written } from './dtc/value-problems.ts';
import type { RawReference } from './dtc/value-syntax.ts';
import { type DtcVersion, dtcHas, NEWEST_DTC } from './dtc/version.ts';
import { baseName, pathOf, readU32 } from './query.ts';
import { eachNode } from './walk.ts';

interface Settings {
  readonly plugin: boolean;
  /** Nodes were marked with `/omit-if-no-ref/`. */
  readonly omits: boolean;
  /** Whether a reference that names nothing is an error: what makes it cannot be in what was not read. */
  readonly isSure: (reference: string, span: Span) => boolean;
  readonly symbols?: boolean;
  readonly dtc?: DtcVersion;
  readonly failedCheck?: ErrorCheck;
}

export interface Settled {
  readonly labels: Map<string, TreeNode[]>;
  readonly innerLabels: readonly TreeProperty[];
  readonly problems: readonly Problem[];
  readonly phandleTargets: readonly TreeNode[];
  readonly omittedPhandles: readonly number[];
  readonly omittedTargets: ReadonlyMap<string, TreeNode>;
}

/** Changes the tree: afterwards it has neither deleted nor omitted nodes. */
export function settle(tree: TreeBuilder, settings: Settings): Settled {
  const problems: Problem[] = [...doubled(tree), ...deletedNames(tree)];
  tree.omittedTargets = new Map();
  const targets = new Map<string, TreeNode>();
  tree.prune();
  const referenced = new Set<TreeNode>();
  const phandleTargets = new Set<TreeNode>();
  const labelled: TreeProperty[] = [];
  const withPaths = new Set<TreeProperty>();
  const visit = (node: TreeNode): void => {
    for (const property of node.referring) {
      if (property.labels.length > 0 || property.raw.labels.length > 0) labelled.push(property);
      for (const reference of property.raw.references) {
        if (reference.kind === 'path') withPaths.add(property);
        const target = tree.byReference(reference.ref);
        if (target) {
          referenced.add(target);
          if (settings.omits) targets.set(reference.ref, target);
          if (reference.kind === 'phandle') phandleTargets.add(target);
        } else {
          const problem = unresolved(property, reference, settings);
          if (problem && settings.isSure(reference.ref, problem.span)) problems.push(problem);
        }
      }
    }
  };
  eachNode(tree.root, visit);
  const omittedPhandles: number[] = [];
  if (settings.omits && settings.failedCheck === undefined) {
    omitUnreferenced(tree, referenced, { symbols: settings.symbols ?? false, omittedPhandles });
    tree.omittedTargets = new Map([...targets].filter(([, node]) => node.deleted));
  }
  tree.resolvesPaths = ran('path_references', settings.failedCheck);
  for (const property of withPaths) tree.forgetPaths(property);
  const innerLabels = labelled.filter((property) => !property.deleted);
  return {
    labels: tree.labelTable(),
    innerLabels,
    problems,
    phandleTargets: [...phandleTargets],
    omittedPhandles,
    omittedTargets: tree.omittedTargets,
  };
}

/** What stands twice in the same braces and was deleted neither then nor later. */
function doubled(tree: TreeBuilder): Problem[] {
  const { nodes, properties } = tree.doubles();
  const once = 'is there twice in the same braces; dtc refuses that';
  return [
    ...nodes.flatMap((node): Problem[] => {
      const span = node.origins[0]?.name;
      const message = `\`${node.name}\` ${once} (only another \`{…}\` merges).`;
      return span ? [{ rule: 'dtc/duplicate_node_names', severity: 'error', message, span, node: pathOf(node) }] : [];
    }),
    ...properties.flatMap((property): Problem[] => {
      const span = property.origins[0]?.name;
      const message = `\`${property.name}\` ${once} (only another \`{…}\` overrides).`;
      const node = pathOf(property.node);
      return span ? [{ rule: 'dtc/duplicate_property_names', severity: 'error', message, span, node }] : [];
    }),
  ];
}

function deletedNames(tree: TreeBuilder): Problem[] {
  return tree.deletedNames().flatMap((property): Problem[] => {
    const { node, value, origins } = property;
    const text = `${baseName(node)}\0`;
    if (String.fromCharCode(...value.bytes) === text) return [];
    const span = origins.at(-1)?.name;
    const message = '`name` is deleted here; dtc still checks what it held and refuses the tree.';
    return span ? [{ rule: 'dtc/name_properties', severity: 'error', message, span, node: pathOf(node) }] : [];
  });
}

/** What dtc dies of when its checks are over, so that `-f` does not help. */
export const PATH_IN_OVERLAY = 'syntax/path-in-overlay';

/** A reference to nothing: an overlay may leave labels in cells to its base; a path has no fixup (from dtc 1.7 on). */
function unresolved(
  property: TreeProperty,
  { kind, ref, at, width }: RawReference,
  { plugin, dtc = NEWEST_DTC }: Settings,
): Problem | undefined {
  const place = {
    span: property.value.spanOf(at, width),
    node: pathOf(property.node),
    severity: 'error',
    lacks: { kind: 'reference', name: ref, property: property.name },
  } as const;
  if (plugin && kind === 'phandle') {
    if (!ref.includes('/') || !dtcHas(dtc, 'noPathFixups')) return undefined;
    const message = `&{${ref}} names no node of this overlay, and only labels have fixups; dtc refuses it.`;
    return { ...place, rule: PATH_IN_OVERLAY, message };
  }
  const rule = kind === 'phandle' ? 'dtc/phandle_references' : 'dtc/path_references';
  return { ...place, rule, message: `${written(ref)} names no node of this board; dtc refuses it.` };
}

function omitUnreferenced(
  tree: TreeBuilder,
  referenced: ReadonlySet<TreeNode>,
  { symbols, omittedPhandles }: { readonly symbols: boolean; readonly omittedPhandles: number[] },
): void {
  const pending: TreeNode[] = [tree.root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const kept = symbols && node.hadLabels;
    if (node.omitIfUnreferenced && !referenced.has(node) && !kept) {
      collectPhandles(node, omittedPhandles);
      tree.deleteNode(node);
    } else for (const child of node.children.values()) pending.push(child);
  }
  tree.prune();
}

function collectPhandles(from: TreeNode, numbers: number[]): void {
  const pending = [from];
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const name of ['phandle', 'linux,phandle']) {
      const bytes = node.properties.get(name)?.value.bytes;
      if (bytes?.length === 4) numbers.push(readU32(bytes, 0));
    }
    for (const child of node.children.values()) pending.push(child);
  }
}
