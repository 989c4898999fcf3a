// SPDX-License-Identifier: MIT
// The half of the executable that has the commands: dist/command.cjs, which bin.ts loads when one is asked for.
import { isMainThread } from 'node:worker_threads';
import { processIo } from './io.ts';
import { main } from './main.ts';
import { serveWorker, useWorkers } from './workers.ts';

/** Runs the command of this process, or one worker of it; `script` is what workers run. */
export async function begin(script: string): Promise<void> {
  if (!isMainThread) return serveWorker();
  useWorkers(script);
  // The exit code is set, not forced: standard output may be a pipe that has not taken everything yet.
  process.exitCode = await main(process.argv.slice(2), processIo());
}
