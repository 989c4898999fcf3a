// SPDX-License-Identifier: MIT
// What makes dtc refuse a tree that its grammar accepts: its checks that are errors, whatever the project says of rules.
import type { Problem } from '#base/problem.ts';
import { catalogue } from '#rules/engine/catalogue.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { lastSet, pathOf, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { isInterruptProvider } from './facts.ts';
import { DTC_RULES } from './index.ts';

const ERRORS = catalogue(DTC_RULES.filter(({ severity }) => severity === 'error'));

/** The findings of those checks, beside the ones that the tree itself found while it was made. */
export function refusals(tree: DeviceTree): Problem[] {
  const index = ERRORS.selection.of(tree);
  const context: RuleContext = {
    tree,
    platform: { kind: 'linux' } as RuleContext['platform'],
    report: () => undefined,
    text: () => '',
    header: () => undefined,
    nodesWith: (property) => index.nodesWith(property),
  };
  const found = ERRORS.rules.flatMap((rule) =>
    index.nodesFor(rule).flatMap((node) =>
      [...rule.check(context, node)].map(({ message, span, node: about = node }) => ({
        rule: rule.id,
        severity: 'error' as const,
        message,
        span,
        node: pathOf(about),
      })),
    ),
  );
  return [...found, ...deaths(tree)];
}

/** The rule of what dtc dies of, so that `-f` does not help. */
export const DEATH = 'dtc/interrupts_property';

/**
 * `interrupt-parent` that is not one cell, above `interrupts`: in checks.c, check_interrupts_property, dtc (1.6.1 to
 * 1.8.1) dies of an assertion, also with `-f`.
 */
function deaths(tree: DeviceTree): Problem[] {
  const found = new Map<DtNode, Problem>();
  for (const node of walk(tree.root)) {
    const parent = node.properties.has('interrupts') ? interruptParentOf(node) : undefined;
    const property = parent?.properties.get('interrupt-parent');
    const length = property?.value.bytes.length ?? 4;
    if (!parent || !property || length === 4) continue;
    const message = `interrupt-parent has ${length} bytes instead of one cell, and interrupts go by it; dtc dies of that.`;
    const { span } = lastSet(property);
    found.set(parent, { rule: DEATH, severity: 'error', message, span, node: pathOf(parent) });
  }
  return [...found.values()];
}

/** The node whose `interrupt-parent` counts for a node's interrupts. */
function interruptParentOf(node: DtNode): DtNode | undefined {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    if (at !== node && isInterruptProvider(at)) return undefined;
    if (at.properties.has('interrupt-parent')) return at;
  }
  return undefined;
}
