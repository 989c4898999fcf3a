// SPDX-License-Identifier: MIT
// What is booted where time is short: every tree on the newest of its kernels, and some on the others, other ones with
// every commit.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Run } from './predict.ts';

/** One in so many of the boots on older kernels is done. */
const share = 8;

function commitOf(root: string): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'no commit';
  }
}

/** The runs (a tree's kernels from new to old) that stand for all of them at this commit. */
export function sampleOf<One extends Run>(runs: readonly One[], root: string): One[] {
  const commit = commitOf(root);
  const drawn = ({ test, kernel }: Run) =>
    createHash('sha256').update(`${commit} ${kernel} ${test.name}`).digest().readUInt32BE(0) % share === 0;
  return runs.filter((run) => run.kernel === run.test.kernels[0] || drawn(run));
}
