// SPDX-License-Identifier: MIT
// Which rules there are, in which order they run, and which of them a tree and a platform allow.
import type { Severity } from '#base/problem.ts';
import type { Platform } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { NodeSelection } from './node-index.ts';
import type { Rule } from './rule.ts';

/** What a run looks at: one resolved tree on one platform, and the user's wishes. */
export interface RunInput {
  readonly tree: DeviceTree;
  readonly platform: Platform;
  report(node: DtNode): DmaReport | undefined;
  text(file: string): string;
  /** Text of `#include <name>` as the board finds it; absent where nobody can look. */
  header?(name: string): string | undefined;
  /** The user's severity by rule id; `off` silences a rule. */
  readonly severities?: ReadonlyMap<string, Severity | 'off'>;
}

/** Rules in an order in which each comes after those it needs, with what the runner wants to know about all of them. */
export interface Catalogue {
  readonly rules: readonly Rule[];
  readonly byId: ReadonlyMap<string, Rule>;
  /** Which nodes they look at. */
  readonly selection: NodeSelection;
}

/** What `uses.ts` asks for, whichever rules run. */
const SHARED = ['iommus', 'iommu-map'];

/** Orders the rules; a `needs` that forms a cycle or names no rule is an error of ours that the tidy test finds. */
export function catalogue(rules: readonly Rule[]): Catalogue {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const ordered = new Set<Rule>();
  const visit = (rule: Rule, open: ReadonlySet<Rule>): void => {
    if (ordered.has(rule) || open.has(rule)) return;
    for (const id of rule.needs ?? []) {
      const needed = byId.get(id);
      if (needed) visit(needed, new Set([...open, rule]));
    }
    ordered.add(rule);
  };
  for (const rule of rules) visit(rule, new Set());
  return {
    rules: [...ordered],
    byId,
    selection: new NodeSelection(rules, SHARED),
  };
}

/** Whether the rule may run at all: by platform, and by how much of the tree is known. */
export function applies(rule: Rule, input: Pick<RunInput, 'tree' | 'platform'>): boolean {
  const { tree, platform } = input;
  if (rule.platforms ? !rule.platforms.includes(platform.kind) : platform.kind === 'zephyr') return false;
  const knows = rule.knows ?? 'board';
  if (knows === 'node' || (tree.complete && !tree.plugin)) return true;
  return knows === 'board' && !isFragment(tree);
}

/** True when properties of other files are missing, so that what the tree says may be overridden or completed. */
function isFragment(tree: DeviceTree): boolean {
  return tree.plugin || tree.missing.length > 0 || !tree.file.endsWith('.dts');
}
