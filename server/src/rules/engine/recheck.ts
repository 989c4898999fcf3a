// SPDX-License-Identifier: MIT
// Which nodes a rule has to be asked about after an edit, when it said nothing about most of them before.
import { memo } from '#base/memo.ts';
import type { DtNode } from '#tree/types.ts';
import type { NodeIndex } from './node-index.ts';
import type { Rule } from './rule.ts';

/** Where a rule said something in one run. */
interface Said {
  readonly generation: number;
  readonly nodes: Set<DtNode>;
}

const lastRun = memo((_versions: NodeIndex['versions']) => new Map<Rule, Said>());

/**
 * The nodes to ask a rule about, and a set for those about which it says something, where that matters. Only a rule
 * that `sees` the node alone, and was asked in the generation before, is spared the nodes that have not changed.
 */
export function toAsk(rule: Rule, index: NodeIndex): { nodes: readonly DtNode[]; said?: Set<DtNode> } {
  const all = index.nodesFor(rule);
  if (rule.sees !== 'node') return { nodes: all };
  const said = new Set<DtNode>();
  const runs = lastRun(index.versions);
  const before = runs.get(rule);
  runs.set(rule, { generation: index.generation, nodes: said });
  const isRecent = before && index.generation - before.generation <= 1;
  return { nodes: isRecent ? all.filter((node) => index.changed.has(node) || before.nodes.has(node)) : all, said };
}
