// SPDX-License-Identifier: MIT
// `npm run fuzz -- --minutes N [--target T] [--seed S]`; scripts/fuzz/main.ts has the rest.
import { loadModule } from './load-core.mjs';

const { main } = await loadModule('scripts/fuzz/main.ts');
process.exitCode = await main(process.argv.slice(2));
