// SPDX-License-Identifier: MIT
// Where each node and property was set, as our tree printer says and as `dtc -T` says, for a sample of boards.
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { printTree } from '#tree/blob/print.ts';
import { kernelIncludes, type Run, Workbench } from './core.ts';
import { preprocess } from './expected.ts';

const run = promisify(execFile);

/** Compares the origins of every `step`th board. */
export async function compareOrigins({ kernel, report }: Run, boards: readonly string[], step: number): Promise<void> {
  const sample = boards.filter((_, index) => index % step === 0);
  const part = report.part(`origins as dtc -T, every ${step}th board`, sample.length);
  for (const board of sample) {
    const theirs = await dtcOrigins(kernel, board);
    if (!theirs) continue;
    const bench = new Workbench();
    const tree = bench.evaluate(join(kernel, board), kernelIncludes(kernel));
    const ours = origins(printTree(tree, (span) => `${basename(span.file)}:${bench.lineOf(span)}`));
    const at = theirs.findIndex((line, index) => line !== ours[index]);
    if (at < 0 && ours.length === theirs.length) part.pass();
    else part.fail(`${board}: ours ${ours[at] ?? ours[theirs.length]}; dtc ${theirs[at]}`);
  }
  part.done();
}

async function dtcOrigins(kernel: string, board: string): Promise<string[] | undefined> {
  const text = join(tmpdir(), `dt-iommu-origins-${process.pid}.i`);
  try {
    await preprocess(kernel, board, text);
    const flags = [
      '-q',
      '-I',
      'dts',
      '-O',
      'dts',
      '-T',
      '-b',
      '0',
      '-i',
      dirname(board),
      '-i',
      'scripts/dtc/include-prefixes',
    ];
    const { stdout } = await run('dtc', [...flags, text], { cwd: kernel, maxBuffer: 1 << 28, timeout: 60_000 });
    return origins(stdout);
  } catch {
    return undefined;
  } finally {
    rmSync(text, { force: true });
  }
}

/** `path: places` of every opened node and every property that has a place; dtc's own additions have none. */
function origins(text: string): string[] {
  const found: string[] = [];
  const path: string[] = [];
  for (const line of text.split('\n')) {
    // dtc writes paths from a folder that it picks itself; the names of the files are what counts.
    const places = /\/\* ([^*]*) \*\/$/.exec(line)?.[1]?.replaceAll(/[^\s,]*\//g, '');
    const node = /^\s*(?:\w+: )*([^\s"=]+) \{/.exec(line)?.[1];
    const property = /^\s*(?:\w+: )*([\w,.+*#?@-]+)(?: = .*)?;/.exec(line)?.[1];
    if (node !== undefined) path.push(node);
    if (node !== undefined) found.push(`${path.join('/')}: ${places}`);
    else if (/^\s*\};/.test(line)) path.pop();
    else if (property !== undefined && places !== undefined) found.push(`${path.join('/')}:${property}: ${places}`);
  }
  return found;
}
