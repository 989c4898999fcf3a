// SPDX-License-Identifier: MIT
// Compares our blob of single boards with dtc's, and names the first node or property that differs. For development:
//   node scripts/run.mjs oracle/compare-one.ts [-@] BOARD…             BOARD relative to the kernel, or absolute
//   node scripts/run.mjs oracle/compare-one.ts [-@] BOARD --blob FILE  compares a blob that was made otherwise
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { kernelIncludes, Workbench } from './core.ts';
import { expected, expectedDir, readMessages } from './expected.ts';
import { difference } from './fdt.ts';
import { kernelDir } from './kernel.ts';

export async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { symbols: { type: 'boolean', short: '@', default: false }, blob: { type: 'string' } },
    allowPositionals: true,
  });
  const { symbols } = values;
  const kernel = kernelDir();
  const folder = expectedDir(kernel);
  const bench = new Workbench();
  const compile = (board: string) =>
    bench.blob(bench.evaluate(join(kernel, board), kernelIncludes(kernel), { symbols }), symbols);
  let different = 0;
  for (const name of positionals) {
    const board = isAbsolute(name) ? relative(kernel, name) : name;
    const paths = await expected(kernel, folder, board);
    const blob = symbols ? paths.symbols : paths.blob;
    if (!existsSync(blob)) {
      console.log(`${board}: dtc does not compile it\n${readMessages(paths).messages.slice(0, 500)}`);
      continue;
    }
    const ours = values.blob === undefined ? compile(board) : readFileSync(values.blob);
    const answer = difference(ours, readFileSync(blob));
    if (answer !== undefined) different++;
    console.log(`${board}: ${answer ?? 'equal'}`);
  }
  return different > 0 ? 1 : 0;
}
