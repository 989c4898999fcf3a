// SPDX-License-Identifier: MIT
// `npm run test:mutants -- [--every N] [--layer rules|ide|host] [--file PART]`; scripts/mutants/main.ts has the rest.
import { loadModule } from './load-core.mjs';

const { main } = await loadModule('scripts/mutants/main.ts');
process.exitCode = await main(process.argv.slice(2));
