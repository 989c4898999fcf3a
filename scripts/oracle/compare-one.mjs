// SPDX-License-Identifier: MIT
// Compares our blob of single boards with dtc's, and names the first node or property that differs. For development:
//   node scripts/oracle/compare-one.mjs [-@] BOARD…            BOARD relative to the kernel, or absolute
//   node scripts/oracle/compare-one.mjs [-@] BOARD --blob FILE  compares a blob that was made otherwise
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { kernelIncludes, Workbench } from './core.mjs';
import { expected, expectedDir, readMessages } from './expected.mjs';
import { difference } from './fdt.mjs';
import { kernelDir } from './kernel.mjs';

const { values, positionals } = parseArgs({
  options: { symbols: { type: 'boolean', short: '@' }, blob: { type: 'string' } },
  allowPositionals: true,
});
const kernel = kernelDir();
const folder = expectedDir(kernel);
const bench = await Workbench.open();
let different = 0;

function compile(board) {
  const symbols = values.symbols ?? false;
  return bench.blob(bench.evaluate(join(kernel, board), kernelIncludes(kernel), { symbols }), symbols);
}

for (const name of positionals) {
  const board = isAbsolute(name) ? relative(kernel, name) : name;
  const paths = await expected(kernel, folder, board);
  const blob = values.symbols ? paths.symbols : paths.blob;
  if (!existsSync(blob)) {
    console.log(`${board}: dtc does not compile it\n${readMessages(paths).messages.slice(0, 500)}`);
    continue;
  }
  const ours = values.blob ? readFileSync(values.blob) : compile(board);
  const answer = difference(ours, readFileSync(blob));
  if (answer) different++;
  console.log(`${board}: ${answer ?? 'equal'}`);
}
process.exitCode = different > 0 ? 1 : 0;
