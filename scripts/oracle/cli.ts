// SPDX-License-Identifier: MIT
// The built command line as a user runs it: `dt-iommu compile` over a folder, compared with dtc's blobs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Run } from './core.ts';
import { expectedDir, expectedForAll } from './expected.ts';
import { difference } from './fdt.ts';
import { deviceTrees, Missing, ROOT } from './kernel.ts';

export const cli = join(ROOT, 'dist/cli.cjs');

export async function compareCli({ kernel, jobs, report }: Run): Promise<void> {
  if (!existsSync(cli)) throw new Missing('dist/cli.cjs is not built: `npm run build`');
  const root = 'arch/riscv/boot/dts';
  const boards = deviceTrees(kernel, ['riscv']);
  await expectedForAll(kernel, boards, jobs, () => undefined);
  const part = report.part('dt-iommu compile --out-dir, riscv', boards.length);
  const out = mkdtempSync(join(tmpdir(), 'dt-iommu-cli-'));
  try {
    const run = spawnSync(process.execPath, [cli, 'compile', join(kernel, root), '--out-dir', out], {
      encoding: 'utf8',
    });
    for (const board of boards) {
      const name = board.replace(/\.dts$/, '.dtb');
      const blob = join(out, name.slice(root.length));
      const theirs = readFileSync(join(expectedDir(kernel), name));
      const answer = existsSync(blob) ? difference(readFileSync(blob), theirs) : 'no blob';
      if (answer === undefined) part.pass();
      else part.fail(`${board}: ${answer}`);
    }
    const last = run.stdout.trim().split('\n').at(-1);
    if (last !== `${boards.length} boards, 0 failed`) part.fail(`ends with ${last || run.stderr}`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  part.done();
}
