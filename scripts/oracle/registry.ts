// SPDX-License-Identifier: MIT
// The driver registry against the match tables of the kernel source: `npm run check:registry` as a part of the oracles.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Run } from './core.ts';
import { ROOT } from './kernel.ts';

export function compareRegistry({ kernel, report }: Run): void {
  const part = report.part('driver registry against the kernel source', 1);
  const script = [join(ROOT, 'scripts/run.mjs'), 'kernel-source/check-registry.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...script, kernel], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status === 0) part.pass();
  else part.fail(`\n${stdout}${stderr}`.slice(-4000));
  part.done(stdout.trim().split('\n').at(-1));
}
