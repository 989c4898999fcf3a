// SPDX-License-Identifier: MIT
// Runs a script in TypeScript: `node scripts/run.mjs FILE ARGUMENT…`, FILE below scripts/ with a function `main`.
import { loadModule } from './load-module.mjs';

const [file, ...args] = process.argv.slice(2);
const { main } = await loadModule(`scripts/${file}`);
process.exitCode = await main(args);
