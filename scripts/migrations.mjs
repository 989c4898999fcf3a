// SPDX-License-Identifier: MIT
// `npm run test:migrations -- [--trees N] [--seed S]`; scripts/migrations/main.ts has the rest.
import { loadModule } from './load-core.mjs';

const { main } = await loadModule('scripts/migrations/main.ts');
process.exitCode = main(process.argv.slice(2));
