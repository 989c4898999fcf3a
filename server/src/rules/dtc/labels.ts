// SPDX-License-Identifier: MIT
// Does each label stand in one place, so that a reference to it can mean one thing only?
import type { Span } from '#base/text.ts';
import type { Finding, Rule, RuleContext } from '#rules/rule.ts';
import { walk } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
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

export const labelRules: readonly Rule[] = [
  dtcRule({
    name: 'duplicate_label',
    level: 'error',
    scope: 'tree',
    title: 'Label in two places',
    doc: 'A label stands for one node, one property or one place in a value. dtc refuses to write a blob when it stands in two, because a reference to it could mean either.',
    example: { bad: '/ { dma: a { }; dma: b { }; };', good: '/ { dma: a { }; mmc: b { }; };' },
    *check(context, root) {
      const first = new Map<string, Use>();
      const all = [...uses(context, root)];
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
  return onNode(
    use.node,
    `The label \`${use.label}\` stands at ${where} and elsewhere; dtc writes no blob with both.`,
    {
      node: use.node,
      related: [
        { message: 'the label here', span: use.span },
        { message: `what \`&${use.label}\` means`, span: other.span },
      ],
    },
  );
}

function* uses(context: RuleContext, root: DtNode): Generator<Use> {
  for (const node of walk(root)) {
    for (const { name, span } of node.labels) yield { label: name, carrier: 'node', node, span };
    for (const property of node.properties.values()) {
      yield* propertyLabels(context, node, property);
      for (const { name, span } of property.value.labels) yield { label: name, carrier: 'value', node, property, span };
    }
  }
}

/** The labels in front of a property's name, which stand between the start of the statement and the name. */
function* propertyLabels(context: RuleContext, node: DtNode, property: DtProperty): Generator<Use> {
  for (const { kind, span, name } of property.origins) {
    if (kind !== 'set' || span.start === name.start || span.file !== name.file) continue;
    for (const found of context
      .text(span.file)
      .slice(span.start, name.start)
      .matchAll(/(\w+)\s*:/g)) {
      const start = span.start + found.index;
      const label = found[1] ?? '';
      yield { label, carrier: 'property', node, property, span: { file: span.file, start, end: start + label.length } };
    }
  }
}
