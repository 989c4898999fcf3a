// SPDX-License-Identifier: MIT
// Where nobody established in which release something changed, the answer for a release between is a doubt: it is asked
// both ways, and hangs on the change where the two differ.
import { memo } from '#base/memo.ts';
import { openGates } from '#model/platform/gates.ts';
import { type Gate, readAs } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';
import type { Condition } from '#model/statements/index.ts';
import type { DmaReport, Otherwise } from './types.ts';

const readings = memo((platform: Platform) =>
  openGates(platform.kernelVersion).map((gate) => ({
    gate,
    other: { ...platform, kernelVersion: readAs(platform.kernelVersion, gate) },
  })),
);

/** The answer of a platform, with what it hangs on among the changes that its release may or may not have. */
export function withReleaseDoubts(platform: Platform, ask: (platform: Platform) => DmaReport): DmaReport {
  const report = ask(platform);
  const conditions: Condition[] = [];
  const alternatives: Otherwise[] = [];
  for (const { gate, other } of readings(platform)) {
    const answer = ask(other);
    if (outcome(answer) === outcome(report)) continue;
    const condition = conditionOf(platform, gate);
    conditions.push(condition);
    if (answer.verdict !== report.verdict) alternatives.push({ when: condition, verdict: answer.verdict });
  }
  if (conditions.length === 0) return report;
  const all = [...(report.alternatives ?? []), ...alternatives];
  const [first] = all;
  return {
    ...report,
    certainty: 'depends',
    dependsOn: [...(report.dependsOn ?? []), ...conditions],
    ...(first && { alternative: first, alternatives: all }),
  };
}

function conditionOf({ kernelVersion }: Platform, { since, after = since, what }: Gate) {
  const [release, first, last] = [kernelVersion, since, after].map((version) => version.join('.'));
  return { kind: 'release-unread', release: release ?? '', what, without: last ?? '', with: first ?? '' } as const;
}

/** What a user is told of the outcome; the steps may differ in their words alone. */
function outcome({ verdict, group, deferred, iommus, reserved, log, coherent, dmaRanges, makes }: DmaReport): string {
  return JSON.stringify([verdict, group, deferred, iommus, reserved, log, coherent, dmaRanges, makes]);
}
