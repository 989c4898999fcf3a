// SPDX-License-Identifier: MIT
// What makes dtc refuse a tree that its grammar accepts: its checks that are errors, whatever the project says of rules.
import type { Problem } from '#base/problem.ts';
import { catalogue } from '#rules/engine/catalogue.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { pathOf } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
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
  return ERRORS.rules.flatMap((rule) =>
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
}
