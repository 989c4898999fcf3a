// SPDX-License-Identifier: MIT
// The model's prediction for a board held against a snapshot of the machine that runs it: what agrees, what does not, why.

import { printable, type Span } from '#base/text.ts';
import { type PlatformJson, platformJson } from '#ide/explain/report-json.ts';
import { diffTrees, type TreeDiff } from '#ide/explain/tree-diff.ts';
import { configure, configureAll } from '#model/configure.ts';
import { platformOf, type Statements } from '#model/platform/platform.ts';
import type { Platform } from '#model/platform/types.ts';
import { decidingStep } from '#model/report/steps.ts';
import type { DmaReport } from '#model/report/types.ts';
import { nodeByPath } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { describeStep } from '#wording/report.ts';
import { platformText } from '#wording/values.ts';
import { compareWithMachine, type Field } from './agreement.ts';
import type { Prediction } from './observation.ts';
import type { LiveSnapshot } from './snapshot-file.ts';

export interface LiveReport {
  readonly platform: Platform;
  readonly snapshot: LiveSnapshot;
  readonly fields: readonly Field[];
  /** What the running tree has otherwise than the board; absent where only one of them is there. */
  readonly changes: TreeDiff | undefined;
  readonly prediction: Prediction;
}

export interface LiveInput {
  readonly tree: DeviceTree;
  /** The board and the tree that runs, both as blobs are read. */
  readonly trees?: { readonly board: DeviceTree; readonly running: DeviceTree };
  readonly snapshot: LiveSnapshot;
  /** What the user said about the platform: it wins over the snapshot. */
  readonly stated: Statements;
}

export function liveReport({ tree, trees, snapshot, stated }: LiveInput): LiveReport {
  const { kernel, cmdline, config, missing } = snapshot;
  const platform = platformOf(tree, {
    ...kindOf(snapshot),
    kernelVersion: kernel,
    ...(cmdline !== undefined && { cmdline }),
    ...(config !== undefined && { kernelConfig: config }),
    ...stated,
  });
  const prediction: Prediction = {
    tree,
    platform,
    reports: configureAll(tree, platform),
    functionAt(path, rid) {
      const node = nodeByPath(tree, path);
      return node && configure(tree, platform, node, { rid });
    },
  };
  const lacks = (kind: string) => missing.some((line) => line.startsWith(`${kind}:`));
  const view = { wholeLog: !lacks('log') && !lacks('end'), showsDeferred: !lacks('deferred') };
  const fields = compareWithMachine(prediction, snapshot.observed, view);
  return { platform, snapshot, fields, prediction, changes: trees && changesOf(trees) };
}

/** What the boot loader writes into `/chosen` is the command line, which the snapshot has. */
function changesOf({ board, running }: NonNullable<LiveInput['trees']>): TreeDiff {
  const { dma, rest } = diffTrees(board, running);
  return { dma: dma.filter(({ path, property }) => path !== '/chosen' || property !== 'bootargs'), rest };
}

/** `/sys/hypervisor/type` and the capabilities of the domain: dom0 has `control_d`. */
function kindOf({ hypervisor }: LiveSnapshot): Statements {
  if (!hypervisor?.startsWith('xen')) return {};
  return { kind: hypervisor.includes('control_d') ? 'xen-dom0' : 'xen-domu' };
}

export interface LiveTextOptions {
  place(span: Span): string;
  readonly board: string;
  readonly snapshot: string;
}

const MOST_CHANGES = 12;

/** The report that a user can attach. */
export function liveText(report: LiveReport, { place, board, snapshot }: LiveTextOptions): string {
  const { fields, changes, platform } = report;
  const { kernel, missing } = report.snapshot;
  const lines = [`${board} against ${snapshot}: Linux ${kernel}`, `predicted for ${platformText(platform)}`];
  for (const line of missing) lines.push(`the snapshot has no ${line}`);
  lines.push('', ...changeLines(changes), ...fieldLines(report, place), countText(fields));
  return `${lines.map(printable).join('\n')}\n`;
}

function changeLines(changes: TreeDiff | undefined): string[] {
  if (!changes || changes.dma.length === 0) return [];
  const shown = changes.dma.slice(0, MOST_CHANGES).map(({ path, property, kind, before, after }) => {
    const values = [before && `- ${before}`, after && `+ ${after}`].filter((text) => text).join('  ');
    return `  ${path}${property === undefined ? '' : ` ${property}`}: ${kind}${values === '' ? '' : `  ${values}`}`;
  });
  const more = changes.dma.length - shown.length;
  return [
    `The tree that runs differs from the board where DMA can depend on it: ${changes.dma.length}`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more: dt-iommu tree BOARD --diff`] : []),
    '',
  ];
}

function fieldLines({ fields, prediction }: LiveReport, place: LiveTextOptions['place']): string[] {
  const lines: string[] = [];
  const wrong = fields.filter(({ outcome }) => outcome !== 'agrees');
  for (const device of new Set(wrong.map((each) => each.device))) {
    lines.push(device);
    for (const { field, predicted, observed, outcome, dependsOn } of wrong.filter((each) => each.device === device)) {
      lines.push(`  ${field}: ${outcome === 'open' ? 'open' : 'DIFFERS'}`);
      lines.push(`    the model  ${predicted || 'nothing'}`, `    Linux      ${observed || 'nothing'}`);
      if (dependsOn !== undefined) lines.push(`    depends on ${dependsOn}`);
    }
    const why = whyOf(prediction, device);
    const places = why?.evidence.map(place).join(', ') ?? '';
    if (why) lines.push(`  why the model says so: ${why.text}${places === '' ? '' : ` [${places}]`}`);
    lines.push('');
  }
  return lines;
}

/** The step that decided what the model says of a device, by its name in the fields: a path, or a path and a function. */
function whyOf(prediction: Prediction, device: string) {
  const report = reportOf(prediction, device);
  const step = report && decidingStep(report);
  return step && describeStep(step);
}

function reportOf({ reports, functionAt }: Prediction, device: string): DmaReport | undefined {
  const [path = '', fn] = device.split(' ');
  const [bus, slot, last] = fn?.split(/[:.]/).map((part) => Number.parseInt(part, 16)) ?? [];
  if (bus !== undefined && slot !== undefined && last !== undefined)
    return functionAt(path, (bus << 8) | (slot << 3) | last);
  return reports.find((report) => report.path === path);
}

function countText(fields: readonly Field[]): string {
  const { agree, open, differ } = counts(fields);
  return `${fields.length} fields: ${agree} agree, ${differ} differ, ${open} are open (they differ, and the model had said that the answer depends on something)`;
}

function counts(fields: readonly Field[]): { readonly agree: number; readonly open: number; readonly differ: number } {
  const of = (outcome: Field['outcome']) => fields.filter((field) => field.outcome === outcome).length;
  return { agree: of('agrees'), open: of('open'), differ: of('differs') };
}

export interface LiveJson {
  readonly version: 1;
  readonly platform: PlatformJson;
  readonly snapshot: { readonly kernel: string; readonly missing: readonly string[] };
  readonly changes: TreeDiff['dma'] | null;
  readonly counts: ReturnType<typeof counts>;
  readonly fields: readonly Field[];
}

/** `dt-iommu compare-live --format json`: every field, those that agree too. */
export function liveJson({ platform, snapshot, fields, changes }: LiveReport): LiveJson {
  const { kernel, missing } = snapshot;
  return {
    version: 1,
    platform: platformJson(platform),
    snapshot: { kernel, missing },
    changes: changes?.dma ?? null,
    counts: counts(fields),
    fields,
  };
}
