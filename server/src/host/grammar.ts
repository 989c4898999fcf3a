// SPDX-License-Identifier: MIT
// The grammar, loaded from the disk: from beside the bundle, or from the checkout when the sources run unbundled (tests).
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { type Grammar, loadGrammar } from '#syntax/parser.ts';

const RUNTIME = 'web-tree-sitter.wasm';
const GRAMMAR = 'tree-sitter-devicetree.wasm';

/**
 * For a command that reads few boards. V8 of Node 20 compiles a function of WebAssembly anew, with its optimising
 * compiler, once 1.8 MB of it have run: for a small tree that takes as long as all the rest. So it waits much longer;
 * on 80 boards of Linux nothing is lost by that. Later releases do not need it.
 */
export function postponeTierUp(): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--wasm-tiering-budget=2000000000');
}

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
