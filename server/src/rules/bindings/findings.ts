// SPDX-License-Identifier: MIT
// What does not fit a binding, as problems with words and places.
import type { Problem, Repair, Severity } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { BindingFinding } from '#bindings/check.ts';
import type { Fault, FaultKind } from '#bindings/fault.ts';
import { keyword, numberAt, objectAt, textAt } from '#bindings/schema.ts';
import { lastSet, nodeByPath, nodeSpan } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

const RULE_OF: Readonly<Record<FaultKind, string>> = {
  required: 'binding/required',
  unknown: 'binding/unknown-property',
  forbidden: 'binding/unknown-property',
  type: 'binding/type',
  value: 'binding/value',
  form: 'binding/value',
  length: 'binding/length',
};

/** Problems of the tree as it is now; what no longer stands there is left out. `choicesOf`: what may have been meant. */
export function bindingProblems(
  tree: DeviceTree,
  findings: readonly BindingFinding[],
  choicesOf: (node: DtNode, fault: Fault) => readonly Repair[] = () => [],
): Problem[] {
  return findings.flatMap((finding) => {
    const { fault, binding } = finding;
    const node = nodeByPath(tree, fault.node.path);
    const span = node && spanOf(node, fault);
    if (!span) return [];
    const rule = RULE_OF[fault.kind];
    const message = messageOf(fault, binding.name);
    const severity = severityOf(fault, binding.name);
    const choices = choicesOf(node, fault);
    return [{ rule, severity, message, span, node: fault.node.path, ...(choices.length > 0 && { choices }) }];
  });
}

function spanOf(node: DtNode, { name, kind }: Fault): Span | undefined {
  if (kind === 'required' || name === undefined || name === '$nodename') return placeOf(node);
  const property = node.properties.get(name);
  if (property) return lastSet(property).name;
  const child = node.children.get(name);
  return child ? placeOf(child) : undefined;
}

/** Where the board says most of the node: what opens it last. */
function placeOf(node: DtNode): Span {
  const opened = node.origins.filter(({ kind }) => kind === 'open').at(0);
  return opened?.name ?? nodeSpan(node);
}

const DMA_BINDINGS = /^(?:iommu|dma|pci|reserved-memory|virtio)\/|(?:^|[/,_-])(?:msi|xen)(?:[.,_-]|$)/;
const DMA_PROPERTIES =
  /^(?:iommus|iommu-.*|iommu-map.*|#iommu-cells|dma-ranges|dma-(?:non)?coherent|dmas|dma-names|#dma-cells|memory-region.*|msi-.*|#msi-cells|xen,.*)$/;

function severityOf({ name, names }: Fault, binding: string): Severity {
  const about = [...(name === undefined ? [] : [name]), ...(names ?? [])];
  return DMA_BINDINGS.test(binding) || about.some((each) => DMA_PROPERTIES.test(each)) ? 'warning' : 'hint';
}

function messageOf(fault: Fault, binding: string): string {
  const says = `the binding ${binding}`;
  const { kind, name, names, because, node } = fault;
  const who = node.node.name === '' ? 'The root' : node.node.name;
  switch (kind) {
    case 'required':
      if (names) return `${who} lacks ${listText(names, 'or')}; ${says} requires one of them.`;
      if (because !== undefined) return `${who} has ${because} without ${name}; ${says} requires both.`;
      return `${who} lacks ${name}, which ${says} requires.`;
    case 'unknown':
      return `${capital(says)} has no ${isChild(fault) ? 'child' : 'property'} ${name} here.`;
    case 'forbidden':
      return `${capital(says)} does not allow ${name ?? 'this'} here.`;
    case 'type':
      return `${subject(fault)} is not a ${typeText(fault)}, as ${says} says.`;
    case 'length':
      return lengthText(fault, says);
    case 'form':
      if (name === undefined) return `${who} has none of the forms that ${says} allows.`;
      return `${subject(fault)} has none of the forms that ${says} allows.`;
    case 'value':
      return valueText(fault, says);
  }
}

function isChild({ node, name }: Fault): boolean {
  return name !== undefined && node.node.children.has(name);
}

function subject({ name, index, node }: Fault): string {
  if (name === '$nodename') return `The name ${node.node.name}`;
  return index === undefined ? `${name}` : `Entry ${index + 1} of ${name}`;
}

const TYPES: Readonly<Record<string, string>> = {
  flag: 'property without a value',
  string: 'single text',
  'string-array': 'list of different texts',
  'non-unique-string-array': 'list of texts',
  phandle: 'single phandle',
  'phandle-array': 'list of phandles with their cells',
  address: 'list of addresses and sizes',
  object: 'node',
  boolean: 'property without a value',
  array: 'list',
  integer: 'number',
};

function typeText({ schema }: Fault): string {
  const type = textAt(schema, 'type') ?? '';
  const numbers = /^(u?)int(8|16|32|64)(-array|-matrix)?$/.exec(type);
  if (!numbers) return (Object.hasOwn(TYPES, type) ? TYPES[type] : undefined) ?? 'value of that type';
  const [, , width, many] = numbers;
  if (many === undefined) return `single ${width}-bit number`;
  return many === '-array' ? `list of ${width}-bit numbers` : `table of ${width}-bit numbers`;
}

function lengthText(fault: Fault, says: string): string {
  const { schema, keyword: name, count, index } = fault;
  const limit = numberAt(schema, name) ?? 0;
  const what = (number: number) =>
    index === undefined
      ? `${number} ${plural(number, 'entry', 'entries')}`
      : `${number} ${plural(number, 'cell', 'cells')}`;
  const bound = name === 'minItems' ? 'at least' : 'at most';
  const both = numberAt(schema, 'minItems') === numberAt(schema, 'maxItems') ? 'exactly' : bound;
  const has = count === undefined ? '' : ` has ${what(count)};`;
  return `${subject(fault)}${has} ${says} requires ${both} ${limit}.`;
}

function valueText(fault: Fault, says: string): string {
  const { schema, keyword: name } = fault;
  const who = subject(fault);
  switch (name) {
    case 'const':
      return `${who} is not ${scalarText(keyword(schema, 'const'))}, the only value that ${says} allows.`;
    case 'enum': {
      const values = keyword(schema, 'enum');
      return `${who} is not one of the values that ${says} allows: ${listText((Array.isArray(values) ? values : []).map(scalarText), 'and')}.`;
    }
    case 'pattern':
      return `${who} does not match ${textAt(schema, 'pattern')}, which ${says} requires.`;
    case 'contains': {
      const wanted = objectAt(schema, 'contains') ?? {};
      const value = keyword(wanted, 'const');
      return `${who} does not have ${value === undefined ? 'what' : `${scalarText(value)}, which`} ${says} requires among its entries.`;
    }
    case 'uniqueItems':
      return `${who} has an entry twice, which ${says} does not allow.`;
    case 'minimum':
    case 'exclusiveMinimum':
      return `${who} is less than ${says} allows, ${numberAt(schema, name)}.`;
    case 'maximum':
    case 'exclusiveMaximum':
      return `${who} is more than ${says} allows, ${numberAt(schema, name)}.`;
    default:
      return `${who} is not a value that ${says} allows.`;
  }
}

const scalarText = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value));
const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** No more than eight of them. */
function listText(all: readonly string[], word: 'and' | 'or'): string {
  const shown = all.slice(0, 8);
  if (all.length > shown.length) return `${shown.join(', ')} and ${all.length - shown.length} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)}`;
}
