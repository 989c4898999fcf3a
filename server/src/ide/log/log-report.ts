// SPDX-License-Identifier: MIT
// A log held against a board: each finding with its nodes, its cause and what the rules say there, as text and as JSON.
import type { Problem } from '#base/problem.ts';
import { printable, type Range, type Span } from '#base/text.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { type PlatformJson, platformJson } from '#ide/explain/report-json.ts';
import { configure } from '#model/configure.ts';
import { answerTo, type LogAnswer } from '#model/log/causes.ts';
import type { Owner } from '#model/log/owners.ts';
import type { LogContents } from '#model/log/reader.ts';
import { machineOf } from '#model/platform/machine.ts';
import { lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { causeText } from '#wording/log.ts';
import { idText, platformText } from '#wording/values.ts';

export interface LogReport {
  readonly contents: LogContents;
  readonly answers: readonly Answered[];
  readonly snapshot: Snapshot;
}

export interface Answered extends LogAnswer {
  /** What the rules say about its nodes, the gravest first. */
  readonly rules: readonly Problem[];
}

const MOST_RULES = 3;

export function logReport(snapshot: Snapshot, contents: LogContents): LogReport {
  const { tree, platform } = snapshot;
  const machine = machineOf(tree, platform);
  const report = (node: DtNode, rid?: number) =>
    rid === undefined ? snapshot.report(node) : configure(tree, platform, node, { rid });
  const byNode = problemsByNode(snapshot);
  const answers = contents.findings.flatMap((finding) => {
    const answer = answerTo({ machine, report }, finding);
    return answer ? [{ ...answer, rules: rulesAt(answer, byNode) }] : [];
  });
  return { contents, answers, snapshot };
}

function problemsByNode(snapshot: Snapshot): ReadonlyMap<string, Problem[]> {
  const found = new Map<string, Problem[]>();
  for (const problem of snapshot.problems()) {
    // dtc's checks and migrations say nothing about what happens at run time.
    if (problem.node === undefined || problem.severity === 'hint' || problem.rule.includes('/')) continue;
    const known = found.get(problem.node);
    if (known) known.push(problem);
    else found.set(problem.node, [problem]);
  }
  return found;
}

const GRAVITY: readonly string[] = ['error', 'warning', 'info'];

function rulesAt({ by, iommu, owners, other }: LogAnswer, byNode: ReadonlyMap<string, Problem[]>): Problem[] {
  // With many candidates each has its own troubles.
  const few = owners.length > MOST_RULES ? [] : owners.flatMap(({ node, functionNode }) => [functionNode, node]);
  const nodes = new Set([...few, other, by, iommu].flatMap((node) => (node ? [pathOf(node)] : [])));
  return [...nodes]
    .flatMap((path) => byNode.get(path) ?? [])
    .sort((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity))
    .slice(0, MOST_RULES);
}

export interface LogTextOptions {
  /** `board.dts:12`. */
  place(span: Span): string;
  /** Name of the log. */
  readonly log: string;
}

/** The report for people. */
export function logText({ contents, answers, snapshot }: LogReport, { place, log }: LogTextOptions): string {
  const lines: string[] = [];
  for (const answer of answers) lines.push(...answerLines(answer, place), '');
  const dropped = contents.dropped === 0 ? '' : `, ${contents.dropped} more left out`;
  const found = answers.length === 1 ? '1 finding' : `${answers.length} findings`;
  const release = contents.release === undefined ? '' : `, Linux ${contents.release}`;
  lines.push(`${log}: ${contents.lines} lines${release}: ${found} about DMA${dropped}`);
  lines.push(`held against ${platformText(snapshot.platform)}`);
  const judged = snapshot.platform.kernelVersion.join('.');
  if (contents.release !== undefined && !`${contents.release}.`.startsWith(`${judged}.`)) {
    lines.push(`the log is of Linux ${contents.release}, the board is judged for ${judged}: set the kernel version`);
  }
  return `${lines.map(printable).join('\n')}\n`;
}

function answerLines(answer: Answered, place: LogTextOptions['place']): string[] {
  const { finding, iommu, id, owners, other, rules } = answer;
  const often = finding.count === 1 ? '' : ` (${finding.count} times, last in line ${finding.last})`;
  const lines = [`line ${finding.first}${often}: ${finding.text}`];
  const add = (name: string, value: string) => lines.push(`  ${name.padEnd(9)} ${value}`);
  if (iommu) add('iommu', `${pathOf(iommu)} [${place(nodeSpan(iommu))}]`);
  if (id !== undefined) add('ID', `0x${id.toString(16)} (${id})`);
  for (const owner of owners.slice(0, 8)) add('device', ownerText(owner, place));
  if (owners.length > 8) add('', `and ${owners.length - 8} more`);
  if (other) add('names', `${pathOf(other)} [${place(nodeSpan(other))}]`);
  if (finding.addresses.length > 0) {
    add('address', finding.addresses.map((address) => `0x${address.toString(16)}`).join(', '));
  }
  add('cause', causeText(answer));
  for (const { rule, severity, message, span } of rules)
    add('rule', `${rule} (${severity}): ${message} [${place(span)}]`);
  add('printed by', `${finding.row.xen ? 'Xen' : 'Linux'} ${finding.row.source.join(', ')}`);
  return lines;
}

/** `/pcie@10000000 by iommu-map: function 0000:01:00.0, stream ID 0x100 [board.dts:12]`. */
function ownerText({ node, by, id, functions, functionNode }: Owner, place: LogTextOptions['place']): string {
  const property = by === null ? undefined : node.properties.get(by);
  const span = property ? lastSet(property).name : nodeSpan(node);
  const facts = [
    ...(functions.length > 0 ? [`function ${functions.join(', ')}`] : []),
    ...(functionNode && functionNode !== node ? [pathOf(functionNode)] : []),
    ...(id ? [idText(id)] : []),
  ];
  return `${pathOf(node)}${by === null ? '' : ` by ${by}`}${facts.length > 0 ? `: ${facts.join(', ')}` : ''} [${place(span)}]`;
}

export interface LogJson {
  readonly version: 1;
  readonly platform: PlatformJson;
  readonly log: { readonly lines: number; readonly release: string | null; readonly dropped: number };
  readonly findings: readonly object[];
}

/** `dt-iommu log --format json`. */
export function logJson(
  { contents, answers, snapshot }: LogReport,
  place: (span: Span) => { readonly file: string; readonly range: Range },
): LogJson {
  const { lines, release, dropped } = contents;
  return {
    version: 1,
    platform: platformJson(snapshot.platform),
    log: { lines, release: release ?? null, dropped },
    findings: answers.map((answer) => answerJson(answer, place)),
  };
}

function answerJson(answer: Answered, place: Parameters<typeof logJson>[1]): object {
  const { finding, by, iommu, id, owners, other, cause, rules } = answer;
  const { row, device, first, last, count, text, addresses, values } = finding;
  return {
    topic: row.topic,
    line: first,
    lastLine: last,
    count,
    text: printable(text),
    device: device ?? null,
    node: by ? pathOf(by) : null,
    iommu: iommu ? pathOf(iommu) : null,
    id: id ?? null,
    values: Object.fromEntries([...values].map(([name, value]) => [name, printable(value)])),
    addresses: addresses.map((address) => `0x${address.toString(16)}`),
    devices: owners.map((owner) => ({
      path: pathOf(owner.node),
      by: owner.by,
      id: owner.id ?? null,
      requesters: owner.requesters,
      functions: owner.functions,
      functionNode: owner.functionNode ? pathOf(owner.functionNode) : null,
      ...place(nodeSpan(owner.node)),
    })),
    names: other ? pathOf(other) : null,
    cause: { kind: cause.kind, text: causeText(answer) },
    rules: rules.map(({ rule, severity, message, span, node }) => ({ rule, severity, message, node, ...place(span) })),
    source: row.source,
    by: row.xen ? 'xen' : 'linux',
  };
}
