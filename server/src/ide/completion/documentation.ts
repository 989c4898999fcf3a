// SPDX-License-Identifier: MIT
// What an item of the list is, worked out for the one that the user looks at: a node, a macro, a property, a rule.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { printable, type Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import type { Link } from '#ide/explain/markdown.ts';
import { propertyRow } from '#ide/knowledge/property-table.ts';
import { CATALOGUE } from '#rules/index.ts';
import { compatibles, isAvailable, nodeByLabel, pathOf } from '#tree/query.ts';
import { bindingDocumentation } from './binding-knowledge.ts';
import { propertiesNamed } from './evidence.ts';
import type { CompletionItem } from './item.ts';
import { macroSteps } from './macro-steps.ts';
import { formOf } from './providers.ts';

export type About = NonNullable<CompletionItem['about']>;

/** Markdown; `undefined` where nothing is known. */
export function documentation(view: View, about: About, link: Link): string | undefined {
  const parts = partsOf(view, about, link).filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function partsOf(view: View, { kind, name, asked }: About, link: Link): string[] {
  switch (kind) {
    case 'label':
      return aboutLabel(view, name, link);
    case 'macro':
      return aboutMacro(view, name, link);
    case 'header-macro':
      return aboutHeaderMacro(view, name, link);
    case 'property':
      return aboutProperty(view, name, bindingDocumentation(view, name, asked));
    case 'rule': {
      const rule = CATALOGUE.byId.get(name);
      return rule ? [`${rule.title}.`, rule.doc] : [];
    }
  }
}

function aboutLabel({ snapshot: { tree } }: View, label: string, link: Link): string[] {
  const node = nodeByLabel(tree, label);
  if (!node) return [];
  const opened = node.origins.find((origin) => origin.kind === 'open')?.name;
  const cells = [...node.properties.values()]
    .filter(({ name }) => /^#.*-cells$/.test(name))
    .map((property) => `${property.name} = <${property.value.bytes[3] ?? 0}>`);
  return [
    `${code(pathOf(node))}${isAvailable(node) ? '' : ', disabled'}`,
    compatibles(node).map(code).join(', '),
    cells.map(code).join(', '),
    opened ? `In ${linkText(link, opened)}` : '',
  ];
}

function aboutMacro({ snapshot: { tree } }: View, name: string, link: Link): string[] {
  const last = tree.macros.history(name).at(-1);
  if (!last) return [];
  const { steps, value } = macroSteps(name, (each) => tree.macros.history(each).at(-1)?.macro);
  const lines = steps.map((step, at) => (at === 0 ? step : `→ ${step}`));
  if (value !== undefined) lines.push(`= ${value}`);
  return [lines.length > 0 ? fence(lines.join('\n')) : '', last.span ? t('In {0}', linkText(link, last.span)) : ''];
}

/** Its line: what else the header defines is not read. */
function aboutHeaderMacro({ files }: View, pathAndName: string, link: Link): string[] {
  const [path = '', name = ''] = pathAndName.split('\n');
  const text = files.peek(path) ?? '';
  const definition = new RegExp(String.raw`^[ \t]*#[ \t]*define[ \t]+${name}\b(?:\\\r?\n|[^\n])*`, 'm').exec(text);
  if (!definition) return [];
  const line = definition[0].trim().replace(/[ \t]+/g, ' ');
  const number = /\s\(?(0x[\da-f]+|\d+)U?L?\)?(?:\s*\/\*.*)?$/i.exec(line)?.[1];
  const value = number === undefined || BigInt(number) < 10n ? '' : `\n= ${hex(BigInt(number))} = ${BigInt(number)}`;
  const start = definition.index + definition[0].indexOf(name);
  const place = linkText(link, { file: path, start, end: start + name.length });
  return [fence(line + value), t('In {0}, which is not included yet: its `#include` comes with it.', place)];
}

function aboutProperty({ snapshot: { tree } }: View, name: string, binding: string): string[] {
  const row = propertyRow(name);
  const form = formOf(name);
  const names = form && !row ? t('Names a node: {0}.', form.what) : '';
  const cells =
    form?.cells === undefined
      ? ''
      : t('Behind each reference come as many cells as {0} of the node says.', code(form.cells));
  const uses = propertiesNamed(tree, name).length;
  return [
    row?.what ?? names,
    binding,
    cells,
    uses > 0 ? t('{0} {1} of this board have it.', uses, uses === 1 ? t('node') : t('nodes')) : '',
  ];
}

function linkText(link: Link, span: Span): string {
  const { text, href } = link(span);
  const target = href.replace(/[()<>\s]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `[${printable(text).replace(/[\\`*_[\]<>!&|~#]/g, '\\$&')}](${target})`;
}

function code(text: string): string {
  return `\`${printable(text).replaceAll('`', "'")}\``;
}

function fence(text: string): string {
  return `\`\`\`dts\n${text.replaceAll('```', "'''")}\n\`\`\``;
}
