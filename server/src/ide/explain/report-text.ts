// SPDX-License-Identifier: MIT
// A DMA report as plain text for a terminal: the verdict and what decides it, then the facts, then all reasons.

import { hex } from '#base/numbers.ts';
import { printable, type Span } from '#base/text.ts';
import type { DmaOps } from '#model/report/dma-ops.ts';
import { decidingStep } from '#model/report/steps.ts';
import type { Deferral, DmaReport, Step } from '#model/report/types.ts';
import { poolText } from '#wording/pool.ts';
import { dependsOnText, describeStep } from '#wording/report.ts';
import { tableText } from '#wording/statements/xen.ts';
import {
  driverText,
  idText,
  limitName,
  limitText,
  otherwiseText,
  requesterIds,
  reservedText,
  someOf,
} from '#wording/values.ts';
import { waitText, wayText } from './boot-text.ts';
import { type DeviceExplanation, headText } from './device-explanation.ts';

/** Names a place for a person: `board.dts:12`. */
export type PlaceName = (span: Span) => string;

/** The lines of one device, without a newline at the end. */
export function reportText(
  report: DmaReport,
  place: PlaceName,
  more: Partial<Omit<DeviceExplanation, 'report'>> = {},
): string {
  const head = [report.path, report.label ? `(${report.label})` : '', report.rid ? `function ${report.rid}` : ''];
  const lines = [head.filter((part) => part !== '').join(' '), `  ${headText(report, more.role)}`];
  lines.push(...decidingLines(report, place));
  for (const [name, value] of [...mastersRow(more), ...opsRow(more), ...facts(report)])
    lines.push(`  ${name.padEnd(10)} ${value}`);
  if (more.pool) lines.push(`  ${'pool'.padEnd(10)} ${poolText(more.pool)}`);
  for (const other of more.otherwise ?? []) lines.push(`  ${'otherwise'.padEnd(10)} ${otherwiseText(other)}`);
  lines.push(...bootLines(more));
  if (report.steps.length > 0)
    lines.push('  why', ...report.steps.flatMap((step, index) => stepLines(step, index, place)));
  return lines.map(printable).join('\n');
}

/** The reason that decides, before everything that it decides. */
function decidingLines(report: DmaReport, place: PlaceName): string[] {
  const step = decidingStep(report);
  if (!step) return [];
  const { text, evidence, authority } = describeStep(step);
  const places = evidence.map(place).join(', ');
  return [`  ${'because'.padEnd(10)} ${text}${places === '' ? '' : ` [${places}]`}`, `${' '.repeat(13)}${authority}`];
}

/** By Linux's names. */
export function opsText({ name, bounce }: DmaOps): string {
  return bounce === undefined ? name : `${name} + ${bounce}`;
}

/** Names that a row has; the board's table has the others. */
const NAMED = 12;

/** `26: ufs_mem_hc, ipa, … and 14 more`. */
export function mastersText(masters: readonly string[]): string {
  return `${masters.length}: ${someOf(masters, NAMED)}`;
}

function mastersRow({ masters = [] }: Partial<DeviceExplanation>): [string, string][] {
  return masters.length === 0 ? [] : [['masters', mastersText(masters)]];
}

function opsRow({ ops }: Partial<DeviceExplanation>): [string, string][] {
  return ops ? [['DMA ops', opsText(ops)]] : [];
}

/** What the probe waits for, in Linux's order, and the way there. */
function bootLines({ waits = [], way: wayOf }: Partial<DeviceExplanation>): string[] {
  if (waits.length === 0) return [];
  const way = wayOf?.() ?? [];
  const after = way.length < 2 ? [] : [`      the longest way there: ${wayText(way)}`];
  return ['  waits for', ...waits.map((wait, index) => `${`${index + 1}.`.padStart(5)} ${waitText(wait)}`), ...after];
}

function facts(report: DmaReport): [string, string][] {
  const rows: [string, string][] = [];
  if (report.compatible.length > 0) rows.push(['compatible', report.compatible.join(', ')]);
  if (report.dependsOn) rows.push(['depends on', dependsOnText(report.dependsOn)]);
  for (const use of report.iommus) {
    const ids = use.ids.map(idText).join(', ');
    rows.push(['iommu', `${use.path} (${driverText(use)})${ids === '' ? '' : `: ${ids}`}`]);
  }
  for (const map of report.pci?.maps ?? []) {
    rows.push(['iommu-map', `${requesterIds(map)}: ${map.iommu} from ${hex(map.outBase)}`]);
  }
  if (report.group !== null) rows.push(['group', report.group]);
  rows.push(['coherent', report.coherent ? 'yes' : 'no']);
  if (report.dmaLimit !== null) rows.push(['DMA limit', report.dmaLimit]);
  for (const { dmaStart, cpuStart, size } of report.dmaRanges) {
    rows.push(['dma-ranges', `bus ${dmaStart}: memory ${cpuStart}, size ${size}`]);
  }
  for (const reserved of report.reserved) rows.push(['reserved', reservedText(reserved)]);
  if (report.deferred) rows.push(['waits for', deferralText(report.deferred)]);
  if (report.xen?.owner !== undefined) rows.push(['owner', report.xen.owner]);
  if (report.xen?.sharesP2m !== undefined) rows.push(['shares P2M', report.xen.sharesP2m ? 'yes' : 'no']);
  if (report.xen?.directMap !== undefined) rows.push(['direct map', report.xen.directMap ? 'yes' : 'no']);
  const about = report.xen?.owner === 'Xen' ? 'iommu' : 'domain';
  for (const table of report.xen?.tables ?? []) rows.push(['table', tableText(table, about)]);
  for (const limit of report.xen?.limits ?? []) rows.push([limitName(limit), limitText(limit)]);
  for (const line of report.log) rows.push(['log', line]);
  return rows;
}

/** `/iommu@1000 (no-driver), 10 s, then "deferred probe timeout, …"`. */
export function deferralText(deferral: Deferral): string {
  const time = deferral.seconds === null ? 'without limit' : `${deferral.seconds} s`;
  const log = deferral.log === '' ? '' : `, then "${deferral.log}"`;
  return `${deferral.on} (${deferral.reason}), ${time}${log}`;
}

function stepLines(step: Step, index: number, place: PlaceName): string[] {
  const number = `${index + 1}.`.padStart(5);
  const { text, evidence, dependsOn, authority } = describeStep(step);
  const places = evidence.map(place).join(', ');
  const lines = [`${number} ${text}${places === '' ? '' : ` [${places}]`}`];
  if (dependsOn !== undefined) lines.push(`      depends on ${dependsOn}`);
  lines.push(`      ${authority}`);
  return lines;
}
