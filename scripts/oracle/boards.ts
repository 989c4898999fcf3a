// SPDX-License-Identifier: MIT
// Every board of Linux: our blob, our blob with symbols and our `dtc/…` findings against dtc's; in worker threads.
import { on } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import { compareChecks, ownEntries, parseMessages } from './checks.ts';
import { kernelIncludes, type Run, Workbench } from './core.ts';
import { type Expected, expected, expectedDir, expectedForAll, readMessages } from './expected.ts';
import { difference } from './fdt.ts';

/** Boards of one kind, for the report. */
export type Group = readonly [title: string, boards: readonly string[]];

/** What a worker says of a board: why each of the three differs, `undefined` where it does not. */
type Answer =
  | { readonly board: string; readonly refused: true }
  | {
      readonly board: string;
      readonly refused?: false;
      readonly blob: string | undefined;
      readonly symbols: string | undefined;
      readonly checks: string | undefined;
      readonly same: number;
      readonly explained: readonly string[];
    };

/** Compares all boards. */
export async function compareBoards({ kernel, jobs, report }: Run, groups: readonly Group[]): Promise<void> {
  const all = groups.flatMap(([, boards]) => boards);
  const ready = (done: number) => console.log(`  cpp and dtc: ${done} of ${all.length} boards …`);
  await expectedForAll(kernel, all, jobs, ready);
  let same = 0;
  const explained = new Map<string, number>();
  const parts = groups.map(([title, boards]) => ({
    boards: new Set(boards),
    blob: report.part(`${title}: blob`, boards.length),
    symbols: report.part(`${title}: blob with -@`),
    checks: report.part(`${title}: findings of dtc's checks`),
    refused: 0,
  }));
  await inWorkers(kernel, byFolder(all), jobs, (answer) => {
    const group = parts.find(({ boards }) => boards.has(answer.board));
    if (!group) return;
    if (answer.refused) {
      group.refused++;
      return;
    }
    for (const name of ['blob', 'symbols', 'checks'] as const) {
      if (answer[name] === undefined) group[name].pass();
      else group[name].fail(`${answer.board}: ${answer[name]}`);
    }
    same += answer.same;
    for (const why of answer.explained) explained.set(why, (explained.get(why) ?? 0) + 1);
  });
  for (const { blob, symbols, checks, refused } of parts) {
    blob.done(refused > 0 ? `${refused} more that dtc 1.6.1 does not compile` : '');
    symbols.done();
    checks.done();
  }
  console.log(`findings in both: ${same}; in one only:`);
  for (const [why, count] of [...explained].sort((a, b) => b[1] - a[1])) console.log(`  ${count}: ${why}`);
}

/** Boards of one folder share most of their files. */
function byFolder(boards: readonly string[]): string[][] {
  const folders = new Map<string, string[]>();
  for (const board of boards) folders.set(dirname(board), [...(folders.get(dirname(board)) ?? []), board]);
  return [...folders.values()].sort((a, b) => b.length - a.length);
}

/** Hands each worker the next folder when it is done with the last. */
async function inWorkers(
  kernel: string,
  folders: readonly (readonly string[])[],
  jobs: number,
  receive: (answer: Answer) => void,
): Promise<void> {
  const work = [...folders];
  const runs = Array.from(
    { length: jobs },
    () =>
      new Promise<void>((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { comparesBoardsOf: kernel } });
        worker.on('message', (message: Answer | 'next') => {
          if (message === 'next') worker.postMessage(work.shift() ?? 'end');
          else receive(message);
        });
        worker.on('error', reject);
        worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
      }),
  );
  await Promise.all(runs);
}

async function compareFolders(kernel: string, port: MessagePort): Promise<void> {
  const folder = expectedDir(kernel);
  const answer = (message: Answer | 'next') => port.postMessage(message);
  answer('next');
  for await (const [boards] of on(port, 'message') as AsyncIterable<[readonly string[] | 'end']>) {
    if (boards === 'end') break;
    // A new workbench per folder forgets the files of the folder before.
    const bench = new Workbench();
    for (const board of boards) {
      try {
        const paths = await expected(kernel, folder, board);
        answer(compareBoard(bench, kernel, board, paths));
      } catch (error) {
        const why = (error instanceof Error && error.stack) || String(error);
        answer({ board, blob: why, symbols: why, checks: why, same: 0, explained: [] });
      }
    }
    answer('next');
  }
  port.close();
}

function compareBoard(bench: Workbench, kernel: string, board: string, paths: Expected): Answer {
  if (!existsSync(paths.blob)) return { board, refused: true };
  const path = join(kernel, board);
  const tree = bench.evaluate(path, kernelIncludes(kernel));
  const withSymbols = bench.evaluate(path, kernelIncludes(kernel), { symbols: true });
  const problems = bench.problems(tree);
  const error = problems.find((problem) => problem.severity === 'error');
  const checks = compareChecks(tree, ownEntries(bench, problems, kernel), parseMessages(readMessages(paths).messages));
  return {
    board,
    blob: error
      ? `dtc compiles it, we report: ${error.message}`
      : difference(bench.blob(tree), readFileSync(paths.blob)),
    symbols: difference(bench.blob(withSymbols, true), readFileSync(paths.symbols)),
    checks: checks.different.length > 0 ? checks.different.join('\n    ') : undefined,
    same: checks.same,
    explained: checks.explained,
  };
}

// A worker runs this very bundle.
if (parentPort && typeof workerData?.comparesBoardsOf === 'string')
  await compareFolders(workerData.comparesBoardsOf, parentPort);
