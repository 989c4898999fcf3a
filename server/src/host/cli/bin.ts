// SPDX-License-Identifier: MIT
// The executable `dist/cli.cjs`: a command in the main thread, one worker of a command in the others.
import { isMainThread } from 'node:worker_threads';
import { VERSION } from '#host/version.ts';

/** What asks for the version, as installers and editors do, waits for none of the rules. */
if (isMainThread && process.argv[2] === '--version') process.stdout.write(`${VERSION}\n`);
else void begin();

async function begin(): Promise<void> {
  const { serveWorker, useWorkers } = await import('./workers.ts');
  if (!isMainThread) return serveWorker();
  useWorkers(import.meta.filename);
  const [{ main }, { processIo }] = await Promise.all([import('./main.ts'), import('./io.ts')]);
  // The exit code is set, not forced: standard output may be a pipe that has not taken everything yet.
  process.exitCode = await main(process.argv.slice(2), processIo());
}
