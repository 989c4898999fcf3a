// SPDX-License-Identifier: MIT
// The executable `dist/cli.cjs`. What asks for the version, as installers and editors do, waits for none of the rules.
import { isMainThread } from 'node:worker_threads';
import { VERSION } from '#host/version.ts';

if (isMainThread && process.argv[2] === '--version') process.stdout.write(`${VERSION}\n`);
else void import('./begin.ts').then(({ begin }) => begin(import.meta.filename));
