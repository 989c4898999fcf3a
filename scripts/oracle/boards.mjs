// SPDX-License-Identifier: MIT
// Every board of Linux: our blob, our blob with symbols and our `dtc/…` findings against dtc's; in worker threads.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { compareChecks, ownEntries, parseMessages } from './checks.mjs';
import { kernelIncludes, Workbench } from './core.mjs';
import { expected, expectedDir, expectedForAll, readMessages } from './expected.mjs';
import { difference } from './fdt.mjs';

/** Compares all boards; `groups` is a list of `[title, boards]`. */
export async function compareBoards({ kernel, jobs, report }, groups) {
  const all = groups.flatMap(([, boards]) => boards);
  const ready = (done) => console.log(`  cpp and dtc: ${done} of ${all.length} boards …`);
  await expectedForAll(kernel, all, jobs, ready);
  let same = 0;
  let explained = 0;
  for (const [title, boards] of groups) {
    const blobs = report.part(`${title}: blob`, boards.length);
    const symbols = report.part(`${title}: blob with -@`, boards.length);
    const checks = report.part(`${title}: findings of dtc's checks`, boards.length);
    const refused = [];
    await inWorkers(kernel, boards, jobs, (answer) => {
      if (answer.refused) refused.push(answer.board);
      else {
        tell(blobs, answer.board, answer.blob);
        tell(symbols, answer.board, answer.symbols);
        tell(checks, answer.board, answer.checks);
        same += answer.same;
        explained += answer.explained;
      }
    });
    blobs.done(refused.length > 0 ? `${refused.length} more that dtc 1.6.1 does not compile` : '');
    symbols.done();
    checks.done();
  }
  console.log(`findings in both: ${same}; in one only, for a reason that checks.mjs explains: ${explained}`);
}

function tell(part, board, difference) {
  if (difference === undefined) part.pass();
  else part.fail(`${board}: ${difference}`);
}

/** Boards of one folder share most of their files, so a worker takes whole runs of the sorted list. */
function inWorkers(kernel, boards, jobs, receive) {
  const size = Math.ceil(boards.length / jobs) || 1;
  const shares = Array.from({ length: jobs }, (_, index) => boards.slice(index * size, (index + 1) * size));
  const runs = shares.map(
    (share) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { kernel, share } });
        worker.on('message', receive);
        worker.on('error', reject);
        worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
      }),
  );
  return Promise.all(runs);
}

async function compareShare({ kernel, share }) {
  const folder = expectedDir(kernel);
  let bench;
  let last;
  for (const board of share) {
    // A new workbench per folder forgets the files of the folder before.
    if (!bench || dirname(board) !== last) bench = await Workbench.open();
    last = dirname(board);
    const paths = await expected(kernel, folder, board);
    try {
      parentPort.postMessage({ board, ...compareBoard(bench, kernel, board, paths) });
    } catch (error) {
      const why = error.stack ?? String(error);
      parentPort.postMessage({ board, blob: why, symbols: why, checks: why, same: 0, explained: 0 });
    }
  }
}

function compareBoard(bench, kernel, board, paths) {
  if (!existsSync(paths.blob)) return { refused: true };
  const path = join(kernel, board);
  const tree = bench.evaluate(path, kernelIncludes(kernel));
  const withSymbols = bench.evaluate(path, kernelIncludes(kernel), { symbols: true });
  const problems = bench.problems(tree);
  const error = problems.find((problem) => problem.severity === 'error');
  const checks = compareChecks(
    bench,
    tree,
    ownEntries(bench, problems, kernel),
    parseMessages(readMessages(paths).messages),
  );
  return {
    blob: error
      ? `dtc compiles it, we report: ${error.message}`
      : difference(bench.blob(tree), readFileSync(paths.blob)),
    symbols: difference(bench.blob(withSymbols, true), readFileSync(paths.symbols)),
    checks: checks.different.length > 0 ? checks.different.join('\n    ') : undefined,
    same: checks.same,
    explained: checks.explained,
  };
}

if (!isMainThread && workerData?.share) await compareShare(workerData);
