// SPDX-License-Identifier: MIT
// Rules against model on boards from seeds (test/support/random-board.ts): thousands, where the unit suite has some.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadModule } from '../load-core.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bytes = (path) => new Uint8Array(readFileSync(root + path));

/** The first releases with each of the models' larger changes, and the newest. */
const RELEASES = [
  [7, 3],
  [6, 12],
  [6, 1],
];

export async function compareAgreement({ report }, boards) {
  const { loadGrammar, seedDisagreements } = await loadModule('test/support/seeds.ts');
  const grammar = await loadGrammar({
    runtime: bytes('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: bytes('grammars/devicetree/tree-sitter-devicetree.wasm'),
  });
  for (const release of RELEASES) {
    const part = report.part(`rules and model on random boards, Linux ${release.join('.')}`, boards);
    for (let seed = 1; seed <= boards; seed++) {
      const [line] = seedDisagreements(grammar, release, seed, 1);
      if (line === undefined) part.pass();
      else part.fail(line);
    }
    part.done();
  }
}
