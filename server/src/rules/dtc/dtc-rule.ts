// SPDX-License-Identifier: MIT
// How one of dtc's own checks becomes a rule: its id, its level, and the places that findings point to.
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { type DtcChange, dtcHas } from '#tree/dtc/version.ts';
import { lastSet, nodeSpan } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';

/** What a check of dtc says of itself; everything else of the rule follows from its name. */
export interface DtcCheck extends Omit<Rule, 'id' | 'severity' | 'source' | 'needs' | 'off'> {
  /** As dtc's `-W` option takes it. */
  readonly name: string;
  /** dtc's default. `off`: only where the project gives it a severity. */
  readonly level: 'error' | 'warning' | 'off';
  /** dtc's prerequisites, as names of checks that can report something. */
  readonly needs?: readonly string[];
  /** Rules of ours that say the same of a node more precisely; where they report, this one is silent. */
  readonly silencedBy?: readonly string[];
  /** Only in dtcs that have the change. */
  readonly since?: DtcChange;
  /** Only in dtcs before it. */
  readonly until?: DtcChange;
  /** When it is not dtc 1.6.1's `checks.c` that says so. */
  readonly source?: string;
  /** The nodes that it looks at, where they are selected by more than a name; the rule then runs once per tree. */
  readonly where?: (tree: DeviceTree) => Iterable<DtNode>;
}

/** The rule `dtc/NAME`. */
export function dtcRule({ since, until, check: always, ...described }: DtcCheck): Rule {
  const { name, level, needs = [], silencedBy = [], source, where, ...others } = described;
  const isIn = ({ dtc }: DeviceTree): boolean => (!since || dtcHas(dtc, since)) && !(until && dtcHas(dtc, until));
  const gated: Rule['check'] = (context, node) => (isIn(context.tree) ? always(context, node) : []);
  const rest = { ...others, check: since || until ? gated : always };
  return {
    ...rest,
    id: `dtc/${name}`,
    severity: level === 'error' ? 'error' : 'warning',
    ...(level === 'off' && { off: true as const }),
    needs: [...needs.map((id) => `dtc/${id}`), ...silencedBy],
    source: source ?? `dtc 1.6.1 checks.c, check ${name}`,
    ...(where && { scope: 'tree' as const, check: (context: RuleContext) => checkAll(context, where, rest.check) }),
  };
}

function* checkAll(
  context: RuleContext,
  where: (tree: DeviceTree) => Iterable<DtNode>,
  check: Rule['check'],
): Generator<Finding> {
  for (const node of where(context.tree)) {
    for (const finding of check(context, node)) yield { node, ...finding };
  }
}

/** A finding about the node as a whole, at the place that opened it first. */
export function onNode(node: DtNode, message: string, more: Partial<Finding> = {}): Finding {
  return { message, span: nodeSpan(node), ...more };
}

/** A finding at the name of a property, where it was set last. */
export function onProperty(property: DtProperty, message: string, more: Partial<Finding> = {}): Finding {
  return { message, span: lastSet(property).name, ...more };
}
