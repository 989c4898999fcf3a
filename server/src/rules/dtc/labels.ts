// SPDX-License-Identifier: MIT
// Does each label stand in one place, so that a reference to it can mean one thing only?
import type { Span } from '#base/text.ts';
import type { Finding, Rule } from '#rules/engine/rule.ts';
import { walk } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';
import { dtcRule, onNode } from './dtc-rule.ts';

/** Which of several carriers of a label a reference means: a node before a property, a property before a value. */
type Carrier = 'node' | 'property' | 'value';

interface Use {
  readonly label: string;
  readonly carrier: Carrier;
  readonly node: DtNode;
  /** The property that has the label, or whose value has it. */
  readonly property?: DtProperty;
  readonly span: Span;
}

export const LABEL_RULES: readonly Rule[] = [
  dtcRule({
    name: 'duplicate_label',
    level: 'error',
    scope: 'tree',
    title: 'Label in two places',
    doc: 'A label stands for one node, one property or one place in a value. dtc refuses to write a blob when it is at two, because a reference to it could mean either.',
    example: { bad: '/ { dma: a { }; dma: b { }; };', good: '/ { dma: a { }; mmc: b { }; };' },
    *check({ tree }) {
      if (tree.innerLabels.length === 0 && !isOnSeveralNodes(tree)) return;
      const all = [...nodeUses(tree), ...innerUses(tree)];
      const first = new Map<string, Use>();
      for (const carrier of ['node', 'property', 'value'] as const) {
        for (const use of all) if (use.carrier === carrier && !first.has(use.label)) first.set(use.label, use);
      }
      for (const use of all) {
        const other = first.get(use.label);
        if (other && !isSame(use, other)) yield duplicate(use, other);
      }
    },
  }),
];

/** A label may be repeated on one node or property; in a value each place counts. */
function isSame(use: Use, other: Use): boolean {
  if (use.carrier !== other.carrier || use.carrier === 'value') return use === other;
  return use.node === other.node && use.property === other.property;
}

function duplicate(use: Use, other: Use): Finding {
  const where = use.property
    ? `\`${use.property.name}\` of \`${use.node.name || '/'}\``
    : `\`${use.node.name || '/'}\``;
  return onNode(use.node, `The label \`${use.label}\` is at ${where} and elsewhere; dtc writes no blob with both.`, {
    node: use.node,
    related: [
      { message: 'the label here', span: use.span },
      { message: `what \`&${use.label}\` means`, span: other.span },
    ],
  });
}

function isOnSeveralNodes(tree: DeviceTree): boolean {
  for (const nodes of tree.labels.values()) if (nodes.length > 1) return true;
  return false;
}

function nodeUses(tree: DeviceTree): Use[] {
  return walk(tree.root).flatMap((node) =>
    node.labels.map(({ name, span }) => ({ label: name, carrier: 'node' as const, node, span })),
  );
}

function innerUses(tree: DeviceTree): Use[] {
  const found: Use[] = [];
  for (const property of tree.innerLabels) {
    const { node, labels, value } = property;
    for (const { name, span } of labels) found.push({ label: name, carrier: 'property', node, property, span });
    for (const { name, span } of value.labels) found.push({ label: name, carrier: 'value', node, property, span });
  }
  return found;
}
