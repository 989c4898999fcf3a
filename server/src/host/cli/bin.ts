// SPDX-License-Identifier: MIT
// The executable `dist/cli.cjs`: a command in the main thread, one worker of a command in the others.
import { isMainThread } from 'node:worker_threads';
import { processIo } from './io.ts';
import { main } from './main.ts';
import { serveWorker, useWorkers } from './workers.ts';

if (isMainThread) {
  useWorkers(import.meta.filename);
  // The exit code is set, not forced: standard output may be a pipe that has not taken everything yet.
  void main(process.argv.slice(2), processIo()).then((code) => {
    process.exitCode = code;
  });
} else {
  void serveWorker();
}
