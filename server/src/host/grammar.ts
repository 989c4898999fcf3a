// SPDX-License-Identifier: MIT
// The grammar, loaded from the disk: from beside the bundle, or from the checkout when the sources run unbundled (tests).
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Grammar, loadGrammar } from '#syntax/parser.ts';

const RUNTIME = 'web-tree-sitter.wasm';
const GRAMMAR = 'tree-sitter-devicetree.wasm';

/** Rejects when the files are not there, which only a broken installation causes. */
export async function readGrammar(): Promise<Grammar> {
  // build.mjs puts `__dirname` here.
  const here = import.meta.dirname;
  const checkout = `${here}/../../..`;
  const bundled = existsSync(`${here}/${GRAMMAR}`);
  const [runtime, grammar] = await Promise.all([
    readFile(bundled ? `${here}/${RUNTIME}` : `${checkout}/node_modules/web-tree-sitter/${RUNTIME}`),
    readFile(bundled ? `${here}/${GRAMMAR}` : `${checkout}/grammars/devicetree/${GRAMMAR}`),
  ]);
  return loadGrammar({ runtime, grammar });
}
