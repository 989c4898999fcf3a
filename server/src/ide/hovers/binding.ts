// SPDX-License-Identifier: MIT
// What the tree's bindings say of a compatible and of a property, in a few lines.
import { t } from '#base/language.ts';
import { bindingOfNode, busesOf, factOf, type NodeBinding } from '#bindings/facts.ts';
import type { BindingLibrary, Document } from '#bindings/library.ts';
import { descriptionOf, titleOf } from '#bindings/library.ts';
import type { PropertyFact } from '#bindings/property-fact.ts';
import { code, linkMarkdown, plain } from '#ide/explain/markup.ts';
import { supplierDriver } from '#model/devices/supplier-drivers.ts';
import { knownString } from '#model/drivers/index.ts';
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { Asked } from './sheet.ts';

/** Characters of a description that are shown. */
const MAX_TEXT = 700;
const MAX_VALUES = 24;
const MAX_ITEMS = 8;

/** A string of `compatible`: the binding that has it, the driver of Linux that goes by it. */
export function compatibleHover(
  asked: Asked,
  library: BindingLibrary | undefined,
  node: DtNode,
  compatible: string,
): string {
  const buses = library && busesOf(library, node);
  // Of several that name it, the one that knows the node's other compatibles, too.
  const others = compatibles(node).filter((name) => name !== compatible);
  const isNamed = library !== undefined && library.bindingsNaming(compatible).length > 0;
  const document = isNamed ? library.bindingOf([compatible, ...others], 'likely', buses) : undefined;
  const driver = driverText(asked, node, compatible);
  if (!document) return driver === '' ? '' : `${code(compatible)}  \n${driver}`;
  const title = titleOf(document);
  return paragraphs([
    `${code(compatible)}${title === '' ? '' : ` — **${plain(title)}**`}  \n${[linkTo(asked, document), driver].filter((part) => part !== '').join(' · ')}`,
    shortened(descriptionOf(document)),
  ]);
}

function driverText({ snapshot: { platform } }: Asked, node: DtNode, compatible: string): string {
  if (platform.kind === 'zephyr') return '';
  const iommu = knownString(compatible);
  if (iommu) return t('driver {0}, {1}', code(iommu.driver.name), code(`CONFIG_${iommu.driver.config}`));
  const driver = supplierDriver(platform, node);
  return driver?.symbol !== undefined && driver.compatible === compatible
    ? t('driver of {0}', code(`CONFIG_${driver.symbol}`))
    : '';
}

/** A property: its type, what it is for, whether the node must have it; empty where no binding names it. */
export function propertyBindingHover(asked: Asked, library: BindingLibrary, node: DtNode, name: string): string {
  const binding = bindingOfNode(library, node);
  const fact = binding && factOf(library, binding, name);
  return binding && fact ? factMarkdown(fact, binding, linkTo(asked, fact.document)) : '';
}

/** The same for a list of completions, where nothing is a link. */
export function factMarkdown(fact: PropertyFact, binding: NodeBinding, source: string): string {
  const { name, description, type, deprecated } = fact;
  const facts = [
    type === undefined ? '' : plain(type),
    countText(fact),
    binding.required.has(name) ? t('**required**') : '',
    deprecated ? t('**deprecated**') : '',
    fact.default === undefined ? '' : t('default {0}', code(String(fact.default))),
  ];
  const head = [code(name), ...facts.filter((part) => part !== '')].join(' · ');
  return paragraphs([head, shortened(description), valuesText(fact), itemsText(fact), source]);
}

function countText({ type, minItems, maxItems, items }: PropertyFact): string {
  if (type === 'flag' || type === 'node') return '';
  const most = maxItems ?? (items.length > 0 ? items.length : undefined);
  const least = minItems ?? (items.length > 0 ? items.length : undefined);
  const entries = (count: number) => `${count} ${count === 1 ? t('entry') : t('entries')}`;
  if (most === undefined) return least === undefined || least < 2 ? '' : t('at least {0}', entries(least));
  return least === undefined || least === most ? entries(most) : t('{0} to {1}', least, entries(most));
}

function valuesText({ values, minimum, maximum }: PropertyFact): string {
  if (values.length > 0) {
    const shown = values.slice(0, MAX_VALUES).map((value) => code(String(value)));
    return t(
      'Values: {0}{1}',
      shown.join(', '),
      values.length > shown.length ? t(' and {0} more', values.length - shown.length) : '',
    );
  }
  const range = [
    minimum === undefined ? '' : t('from {0}', minimum),
    maximum === undefined ? '' : t('up to {0}', maximum),
  ];
  const text = range.filter((part) => part !== '').join(' ');
  return text === '' ? '' : t('Values {0}', text);
}

function itemsText({ items, values }: PropertyFact): string {
  if (items.length < 2 || values.length > 0) return '';
  const shown = items.slice(0, MAX_ITEMS).map((item, at) => `${at + 1}. ${plain(oneLine(item).slice(0, 160))}`);
  return shown.join('\n') + (items.length > shown.length ? t('\n\n… {0} more', items.length - shown.length) : '');
}

export function linkTo({ reader }: Asked, { path }: Document): string {
  const { href } = reader.link({ file: path, start: 0, end: 0 });
  return linkMarkdown({ text: path.slice(path.lastIndexOf('/') + 1), href });
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The paragraphs of a text as they are, up to a length. */
function shortened(text: string): string {
  const whole = text
    .split(/\n\s*\n/)
    .map(oneLine)
    .filter((part) => part !== '')
    .map(plain);
  const shown: string[] = [];
  let length = 0;
  for (const part of whole) {
    if (length + part.length > MAX_TEXT) {
      if (shown.length === 0) return `${part.slice(0, MAX_TEXT)}…`;
      return `${shown.join('\n\n')} …`;
    }
    shown.push(part);
    length += part.length;
  }
  return shown.join('\n\n');
}

function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
