// SPDX-License-Identifier: MIT
// What holds in a release of which nobody established all changes: what the rules find with and without them.
import type { Problem } from '#base/problem.ts';
import { openGates } from '#model/platform/gates.ts';
import { readAs } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';
import type { RunResult } from './runner.ts';

/** The problems that a platform has whichever of the open changes its release has. */
export function inEitherReading(platform: Platform, run: (platform: Platform) => RunResult): RunResult {
  const result = run(platform);
  const open = openGates(platform.kernelVersion);
  if (open.length === 0) return result;
  const later = run({ ...platform, kernelVersion: readAs(platform.kernelVersion, ...open) });
  const there = new Set(later.problems.map(placeOf));
  return { ...result, problems: result.problems.filter((problem) => there.has(placeOf(problem))) };
}

/** By the node where there is one: the change may move what is wrong with it. */
function placeOf({ rule, node, span }: Problem): string {
  return `${rule} ${node ?? `${span.file} ${span.start} ${span.end}`}`;
}
