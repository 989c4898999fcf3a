// SPDX-License-Identifier: MIT
// Markdown of pages (a device's report, a rule), and of properties and macros in hovers.

import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type { Span } from '#base/text.ts';
import type { Platform } from '#model/platform/types.ts';
import { decidingStep } from '#model/report/steps.ts';
import type { DmaReport, IommuUse, PciMaps, Step } from '#model/report/types.ts';
import type { Otherwise } from '#model/what-if.ts';
import { readable } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { dependsOnText, describeStep } from '#wording/report.ts';
import { tableText } from '#wording/statements/xen.ts';
import {
  driverText,
  idText,
  limitName,
  limitText,
  otherwiseText,
  ownerText,
  platformText,
  requesterIds,
  reservedText,
} from '#wording/values.ts';
import { waitText, wayText } from './boot-text.ts';
import { type DeviceExplanation, headText } from './device-explanation.ts';
import { code, fence, type Link, linkMarkdown } from './markup.ts';
import { deferralText, mastersText, opsText } from './report-text.ts';

export type { Link } from './markup.ts';

/** A device as a page of its own: all reasons, and everything that the probe waits for; `place` makes Markdown of a place. */
export function explanationPage(
  explanation: DeviceExplanation,
  platform: Platform,
  { place, opened = [] }: { readonly place: (span: Span) => string; readonly opened?: readonly Span[] },
): string {
  const { report, waits, otherwise } = explanation;
  const way = explanation.way();
  const label = report.label ? ` (${code(report.label)})` : '';
  return paragraphs([
    `# ${code(report.path)}${label}`,
    [report.compatible.map(code).join(', '), opened.map(place).join(', ')].filter((part) => part !== '').join(' · '),
    t('**DMA: {0}**{1}', headText(report, explanation.role), certaintyNote(report)),
    decidingMarkdown(report, place),
    bullets([
      ...mastersFacts(explanation),
      ...opsFacts(explanation),
      ...facts(report),
      ...otherwise.map(otherwiseMarkdown),
    ]),
    report.log.length > 0 ? t('## Linux prints\n\n```\n{0}\n```', report.log.join('\n')) : '',
    report.steps.length > 0 ? t('## Why\n\n{0}', stepsMarkdown(report.steps, place)) : '',
    waits.length > 0 ? t('## What the probe waits for\n\n{0}', numbered(waits.map(waitText))) : '',
    way.length > 1 ? t('The longest way there: {0}.', wayText(way)) : '',
    t('*On {0}.*', platformText(platform)),
  ]);
}

function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function numbered(lines: readonly string[]): string {
  return lines.map((line, index) => `${index + 1}. ${line}`).join('\n');
}

function otherwiseMarkdown(other: Otherwise): string {
  const text = otherwiseText(other);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function certaintyNote(report: DmaReport): string {
  return report.dependsOn ? t(' (depends on {0})', dependsOnText(report.dependsOn)) : '';
}

/** The reason that decides, before everything that it decides. */
function decidingMarkdown(report: DmaReport, place: (span: Span) => string): string {
  const step = decidingStep(report);
  return step ? stepMarkdown(step, place) : '';
}

function mastersFacts({ masters }: DeviceExplanation): string[] {
  return masters.length === 0 ? [] : [t('Masters, {0}', mastersText(masters))];
}

function opsFacts({ ops }: DeviceExplanation): string[] {
  return ops ? [t('DMA operations: {0}', code(opsText(ops)))] : [];
}

function facts(report: DmaReport): string[] {
  const facts = report.iommus.map(entryMarkdown);
  facts.push(...(report.pci?.maps ?? []).map(mapEntryMarkdown));
  if (report.group !== null) facts.push(t('Group {0}', code(report.group)));
  facts.push(report.coherent ? t('Cache-coherent') : t('Not cache-coherent'));
  if (report.dmaLimit !== null) facts.push(t('DMA addresses up to {0}', code(report.dmaLimit)));
  for (const { dmaStart, cpuStart, size } of report.dmaRanges) {
    facts.push(t('Bus address {0} is memory {1}, size {2}', code(dmaStart), code(cpuStart), code(size)));
  }
  for (const reserved of report.reserved) facts.push(t('Reserved: {0}', reservedText(reserved)));
  if (report.deferred) facts.push(t('Waits for {0}', deferralText(report.deferred)));
  if (report.xen?.owner !== undefined) facts.push(t('Owned by {0}', ownerText(report.xen.owner)));
  if (report.xen?.sharesP2m !== undefined)
    facts.push(report.xen.sharesP2m ? t('Shares the P2M') : t('Does not share the P2M'));
  if (report.xen?.directMap !== undefined)
    facts.push(report.xen.directMap ? t('Mapped one to one') : t('Not mapped one to one'));
  const about = report.xen?.owner === 'Xen' ? 'iommu' : 'domain';
  for (const table of report.xen?.tables ?? []) facts.push(t('Table with {0}', tableText(table, about)));
  for (const limit of report.xen?.limits ?? []) facts.push(`${limitName(limit)}: ${limitText(limit)}`);
  return facts;
}

/** One decoded entry of `iommus`. */
function entryMarkdown(use: IommuUse): string {
  const ids = use.ids.map(idText).join(', ');
  return t('IOMMU {0}, {1}{2}', code(use.path), driverText(use), ids === '' ? '' : `: ${ids}`);
}

function stepsMarkdown(steps: readonly Step[], place: (span: Span) => string): string {
  return numbered(steps.map((step) => stepMarkdown(step, place).replace('\n', '\n   ')));
}

function stepMarkdown(step: Step, place: (span: Span) => string): string {
  const { text, evidence, dependsOn, authority } = describeStep(step);
  const places = evidence.map(place).join(', ');
  const depends = dependsOn === undefined ? '' : t(' Depends on {0}.', dependsOn);
  return `${text}${depends}${places === '' ? '' : ` (${places})`}  \n*${authority}*`;
}

/** One decoded entry of `iommu-map`. */
function mapEntryMarkdown(map: PciMaps['maps'][number]): string {
  const ids = requesterIds(map);
  return t('{0}{1} → {2} from {3}', ids[0]?.toUpperCase(), ids.slice(1), code(map.iommu), hex(map.outBase));
}

/** Characters of a value that are shown. */
const MAX_VALUE = 400;

/** A property: its value as dtc writes it, and every place that sets it, the last one being what counts. */
export function propertyMarkdown(name: string, value: string, places: readonly Span[], link: Link): string {
  const whole = value === '' ? `${name};` : `${name} = ${value};`;
  const statement = whole.length > MAX_VALUE ? `${whole.slice(0, MAX_VALUE)}…` : whole;
  return `${fence(statement)}\n\n${placesMarkdown(t('Set in'), places, link)}`;
}

/** A macro: each definition with its place, the last one first. */
export function macroMarkdown(
  definitions: readonly { readonly text: string; readonly span?: Span | undefined }[],
  link: Link,
): string {
  return definitions
    .map(({ text, span }) => `${fence(text)}${span ? t('\n\nDefined in {0}', linkMarkdown(link(span))) : ''}`)
    .join('\n\n');
}

/** The page of a rule, opened from a problem's code. */
export function ruleMarkdown(rule: Rule): string {
  return [
    `# ${rule.id}`,
    `${rule.title}. Severity: ${rule.severity}${rule.platforms ? `. Only on ${rule.platforms.join(', ')}` : ''}.`,
    rule.doc,
    '## Instead of',
    fence(readable(rule.example.bad).trim()),
    `## Write`,
    fence(readable(rule.example.good).trim()),
    `*Source: ${rule.source}*`,
    `Silence it for a node with \`/* dt-iommu-ignore ${rule.id}: reason */\` before it.`,
  ].join('\n\n');
}

/** `Set in a.dtsi:1, b.dts:2`. */
export function placesMarkdown(verb: string, places: readonly Span[], link: Link): string {
  if (places.length === 0) return '';
  return `${verb} ${places.map((span) => linkMarkdown(link(span))).join(', ')}`;
}
