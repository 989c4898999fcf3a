// SPDX-License-Identifier: MIT
// The same devices on two platforms: what differs, side by side.
import { idText, verdictText } from '#ide/wording.ts';
import type { DmaReport } from '#model/types.ts';

export interface Pair {
  readonly left: DmaReport;
  /** Absent when the node is not there on the other platform. */
  readonly right: DmaReport | undefined;
}

/** The devices that differ with what differs, then how many are the same. */
export function sideBySide(pairs: readonly Pair[], platforms: readonly [string, string]): string {
  const lines = [`A  ${platforms[0]}`, `B  ${platforms[1]}`, ''];
  let same = 0;
  for (const { left, right } of pairs) {
    const [a, b] = [facts(left), right ? facts(right) : new Map([['verdict', 'no such node']])];
    const names = [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
    if (names.length === 0) {
      same++;
      continue;
    }
    lines.push(left.path);
    for (const name of names) lines.push(`  ${name}`, `    A  ${a.get(name) ?? '-'}`, `    B  ${b.get(name) ?? '-'}`);
  }
  lines.push(`${same} of ${pairs.length} devices are the same on both`);
  return `${lines.join('\n')}\n`;
}

/** What a reader would notice; the reasons differ wherever one of these does. */
function facts(report: DmaReport): Map<string, string> {
  const doubt =
    report.certainty === 'depends' ? ` (depends on ${report.dependsOn ?? 'something the tree does not say'})` : '';
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
