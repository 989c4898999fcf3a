// SPDX-License-Identifier: MIT
// Every board of Linux: our blob, our blob with symbols and our `dtc/…` findings against dtc's; in worker threads.
import { on } from 'node:events';
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
  const explained = new Map();
  const parts = new Map();
  for (const [title, boards] of groups) {
    const group = {
      blob: report.part(`${title}: blob`, boards.length),
      symbols: report.part(`${title}: blob with -@`),
      checks: report.part(`${title}: findings of dtc's checks`),
      refused: 0,
    };
    for (const board of boards) parts.set(board, group);
  }
  await inWorkers(kernel, byFolder(all), jobs, (answer) => {
    const group = parts.get(answer.board);
    if (answer.refused) {
      group.refused++;
      return;
    }
    for (const name of ['blob', 'symbols', 'checks']) {
      if (answer[name] === undefined) group[name].pass();
      else group[name].fail(`${answer.board}: ${answer[name]}`);
    }
    same += answer.same;
    for (const why of answer.explained) explained.set(why, (explained.get(why) ?? 0) + 1);
  });
  for (const { blob, symbols, checks, refused } of new Set(parts.values())) {
    blob.done(refused > 0 ? `${refused} more that dtc 1.6.1 does not compile` : '');
    symbols.done();
    checks.done();
  }
  console.log(`findings in both: ${same}; in one only:`);
  for (const [why, count] of [...explained].sort((a, b) => b[1] - a[1])) console.log(`  ${count}: ${why}`);
}

/** Boards of one folder share most of their files. */
function byFolder(boards) {
  const folders = new Map();
  for (const board of boards) folders.set(dirname(board), [...(folders.get(dirname(board)) ?? []), board]);
  return [...folders.values()].sort((a, b) => b.length - a.length);
}

/** Hands each worker the next folder when it is done with the last. */
function inWorkers(kernel, folders, jobs, receive) {
  const work = [...folders];
  const runs = Array.from(
    { length: jobs },
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { kernel } });
        worker.on('message', (message) => {
          if (message === 'next') worker.postMessage(work.shift() ?? 'end');
          else receive(message);
        });
        worker.on('error', reject);
        worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
      }),
  );
  return Promise.all(runs);
}

async function compareFolders(kernel) {
  const folder = expectedDir(kernel);
  parentPort.postMessage('next');
  for await (const [boards] of on(parentPort, 'message')) {
    if (boards === 'end') break;
    // A new workbench per folder forgets the files of the folder before.
    const bench = await Workbench.open();
    for (const board of boards) {
      try {
        const paths = await expected(kernel, folder, board);
        parentPort.postMessage({ board, ...compareBoard(bench, kernel, board, paths) });
      } catch (error) {
        const why = error.stack ?? String(error);
        parentPort.postMessage({ board, blob: why, symbols: why, checks: why, same: 0, explained: [] });
      }
    }
    parentPort.postMessage('next');
  }
  parentPort.close();
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

if (!isMainThread && workerData?.kernel) await compareFolders(workerData.kernel);
