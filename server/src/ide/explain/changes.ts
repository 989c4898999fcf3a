// SPDX-License-Identifier: MIT
// What another platform changes: the facts in which two reports differ, and all devices that change alike in one row.
import { t, texts } from '#base/language.ts';
import { own } from '#base/own.ts';
import type { DmaReport, Step } from '#model/report/types.ts';
import { dependsOnText, describeStep } from '#wording/report.ts';
import { idText, verdictText } from '#wording/values.ts';

export interface Pair {
  readonly left: DmaReport;
  /** Absent when the node is not there on the other platform. */
  readonly right: DmaReport | undefined;
}

export interface Change {
  /** `verdict`, `group`, `log`, … */
  readonly name: string;
  /** `null`: nothing is said about it. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface ChangedDevice {
  readonly path: string;
  readonly name: string;
}

/** Devices for which the same changes, for the same reason. */
export interface ChangeRow {
  readonly devices: readonly ChangedDevice[];
  /** Facts that change to the same for all of them; the verdict first, also where it stays. */
  readonly alike: readonly Change[];
  /** Names of those that differ from device to device. */
  readonly apart: readonly string[];
  /** The step that decides, and its kernel function. */
  readonly why: {
    readonly text: string;
    readonly authority: string;
    /** The name of the device that it speaks of, where it says something else about each. */
    readonly of: string | null;
  } | null;
}

export interface Changes {
  /** Those with more devices first; a changed verdict before everything else. */
  readonly rows: readonly ChangeRow[];
  readonly same: number;
}

/** Of a node that is not there. */
function noFacts(): ReadonlyMap<string, string> {
  return new Map([['verdict', t('no such node')]]);
}

/** The names of the facts in which they differ. */
export function differences({ left, right }: Pair): string[] {
  const [a, b] = [factsOf(left), right ? factsOf(right) : noFacts()];
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
}

/** All facts in which they differ, with what each side says. */
export function changesOf({ left, right }: Pair): Change[] {
  const [a, b] = [factsOf(left), right ? factsOf(right) : noFacts()];
  return differences({ left, right }).map((name) => ({
    name,
    before: a.get(name) ?? null,
    after: b.get(name) ?? null,
  }));
}

export function changeRows(pairs: readonly Pair[]): Changes {
  const groups = new Map<string, Pair[]>();
  let same = 0;
  for (const pair of pairs) {
    const names = differences(pair);
    if (names.length === 0) same++;
    else {
      const why = kindOf(reasonOf(pair));
      const key = JSON.stringify([verdictText(pair.left), pair.right && verdictText(pair.right), names, why]);
      const known = groups.get(key);
      if (known) known.push(pair);
      else groups.set(key, [pair]);
    }
  }
  const rows = [...groups.values()].map(rowOf);
  const moved = ({ alike }: ChangeRow) => (alike[0]?.before !== alike[0]?.after ? 1 : 0);
  return { rows: rows.sort((a, b) => moved(b) - moved(a) || b.devices.length - a.devices.length), same };
}

function rowOf(pairs: readonly Pair[]): ChangeRow {
  const [first] = pairs;
  const before = first ? verdictText(first.left) : '';
  const verdict: Change = {
    name: 'verdict',
    before,
    after: first?.right ? verdictText(first.right) : t('no such node'),
  };
  const all = pairs.map(changesOf);
  const others = (all[0] ?? []).filter(({ name }) => name !== 'verdict');
  const isAlike = ({ name, before: was, after }: Change) =>
    all.every((each) => each.some((other) => other.name === name && other.before === was && other.after === after));
  return {
    devices: pairs.map(({ left }) => ({ path: left.path, name: nameOf(left) })),
    alike: [verdict, ...others.filter(isAlike)].map((change) => ({ ...change, name: factName(change.name) })),
    apart: others.filter((change) => !isAlike(change)).map(({ name }) => factName(name)),
    why: commonReason(pairs),
  };
}

/** The reason where it is the same for all; else that of the first device, which stands for the others. */
function commonReason(pairs: readonly Pair[]): ChangeRow['why'] {
  const [first] = pairs;
  const step = first && reasonOf(first);
  if (!step) return null;
  const { text, authority } = describeStep(step);
  const others = pairs.map(reasonOf);
  const same = others.every((other) => other !== undefined && textOf(other) === text);
  return { text, authority, of: same ? null : nameOf(first.left) };
}

function nameOf({ label, path }: DmaReport): string {
  return label ?? path.slice(path.lastIndexOf('/') + 1);
}

/** What decides on the other platform, and did not on this one; else the first step that is new there. */
function reasonOf({ left, right }: Pair): Step | undefined {
  if (!right) return undefined;
  const known = new Set(left.steps.map(textOf));
  const fresh = right.steps.filter((step) => !known.has(textOf(step)));
  return fresh.find(({ decides }) => decides) ?? fresh[0];
}

/** Steps of a kind say the same about different devices. */
function kindOf(step: Step | undefined): string {
  return step?.statement.kind ?? '';
}

/** Without its authority, which names the release. */
function textOf(step: Step): string {
  return describeStep(step).text;
}

const NAMES = texts({
  verdict: 'verdict',
  'depends on': 'depends on',
  group: 'group',
  coherent: 'coherent',
  'DMA limit': 'DMA limit',
  reserved: 'reserved',
  'waits for': 'waits for',
  log: 'log',
});

function factName(name: string): string {
  return own(NAMES, name) ?? name;
}

/** What a reader would notice; the reasons differ wherever one of these does. */
function factsOf(report: DmaReport): ReadonlyMap<string, string> {
  const facts = new Map([['verdict', verdictText(report)]]);
  const set = (name: string, value: string | null | undefined) => value && facts.set(name, value);
  set('depends on', report.dependsOn && dependsOnText(report.dependsOn));
  set('iommus', report.iommus.map((use) => `${use.path} ${use.ids.map(idText).join(', ')}`.trimEnd()).join('; '));
  set('group', report.group);
  set('coherent', report.coherent ? t('yes') : t('no'));
  set('DMA limit', report.dmaLimit);
  set('reserved', report.reserved.map(({ start, end, type }) => t('{0} to {1} ({2})', start, end, type)).join(', '));
  set('waits for', report.deferred?.on);
  set('log', report.log.join('; '));
  return facts;
}

/** `compute-cb ×13, ufs_mem_hc`: devices that differ only in their number once. */
export function namesOf(devices: readonly ChangedDevice[]): string[] {
  const counts = new Map<string, number>();
  for (const { name } of devices) {
    const base = name.replace(/@.*/, '');
    const key = base === name ? name : base;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const single = new Map(devices.map(({ name }) => [name.replace(/@.*/, ''), name]));
  return [...counts].map(([name, count]) => (count > 1 ? `${name} ×${count}` : (single.get(name) ?? name)));
}
