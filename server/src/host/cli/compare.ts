// SPDX-License-Identifier: MIT
// The same devices on two platforms: what differs, side by side.
import { type JsonPlace, platformJson, reportJson } from '#ide/explain/report-json.ts';
import type { Platform } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import { dependsOnText } from '#wording/report.ts';
import { idText, verdictText } from '#wording/values.ts';

export interface Pair {
  readonly left: DmaReport;
  /** Absent when the node is not there on the other platform. */
  readonly right: DmaReport | undefined;
}

/** The devices that differ with what differs, then how many are the same. */
export function sideBySide(pairs: readonly Pair[], platforms: readonly [string, string]): string {
  const lines = [`A  ${platforms[0]}`, `B  ${platforms[1]}`, ''];
  const different = pairs.flatMap((pair) => {
    const names = differences(pair);
    return names.length === 0 ? [] : [{ pair, names }];
  });
  for (const { pair, names } of different) {
    const [a, b] = [facts(pair.left), pair.right ? facts(pair.right) : GONE];
    lines.push(pair.left.path);
    for (const name of names) lines.push(`  ${name}`, `    A  ${a.get(name) ?? '-'}`, `    B  ${b.get(name) ?? '-'}`);
  }
  lines.push(`${pairs.length - different.length} of ${pairs.length} devices are the same on both`);
  return `${lines.join('\n')}\n`;
}

/** `dt-iommu explain --compare … --format json`: both reports of every device, and in which facts they differ. */
export function compareJson(
  pairs: readonly Pair[],
  platforms: readonly [Platform, Platform],
  places: readonly [JsonPlace, JsonPlace],
): object {
  const devices = pairs.map((pair) => ({
    path: pair.left.path,
    differs: differences(pair),
    a: reportJson(pair.left, places[0]),
    b: pair.right ? reportJson(pair.right, places[1]) : null,
  }));
  return { version: 1, platforms: { a: platformJson(platforms[0]), b: platformJson(platforms[1]) }, devices };
}

const GONE: ReadonlyMap<string, string> = new Map([['verdict', 'no such node']]);

/** The names of the facts in which they differ. */
function differences({ left, right }: Pair): string[] {
  const [a, b] = [facts(left), right ? facts(right) : GONE];
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
}

/** What a reader would notice; the reasons differ wherever one of these does. */
function facts(report: DmaReport): Map<string, string> {
  const doubt = report.dependsOn ? ` (depends on ${dependsOnText(report.dependsOn)})` : '';
  const facts = new Map([['verdict', `${verdictText(report)}${doubt}`]]);
  const set = (name: string, value: string | null | undefined) => value && facts.set(name, value);
  set('iommus', report.iommus.map((use) => `${use.path} ${use.ids.map(idText).join(', ')}`.trimEnd()).join('; '));
  set('group', report.group);
  set('coherent', report.coherent ? 'yes' : 'no');
  set('DMA limit', report.dmaLimit);
  set('reserved', report.reserved.map(({ start, end, type }) => `${start} to ${end} (${type})`).join(', '));
  set('waits for', report.deferred?.on);
  set('log', report.log.join('; '));
  return facts;
}
