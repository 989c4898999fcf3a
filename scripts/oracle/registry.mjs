// SPDX-License-Identifier: MIT
// The driver registry against the match tables of the kernel source: `npm run check:registry` as a part of the oracles.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function compareRegistry({ kernel, report }) {
  const part = report.part('driver registry against the kernel source', 1);
  const script = fileURLToPath(new URL('../check-registry.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, kernel], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status === 0) part.pass();
  else part.fail(`\n${stdout}${stderr}`.slice(-4000));
  part.done(stdout.trim().split('\n').at(-1));
}
