// SPDX-License-Identifier: MIT
// A fixture evaluated with the real grammar: files in memory in, a device tree out.
import { readFileSync } from 'node:fs';
import { loadGrammar } from '#syntax/parser.ts';
import { type EvaluateOptions, Frontend } from '#tree/frontend.ts';
import type { DeviceTree } from '#tree/types.ts';
import { parseFixture } from './fixture.ts';

const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));

/** Loaded once for all tests of a worker. */
export const grammar = await loadGrammar({
  runtime: bytes('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
  grammar: bytes('grammars/devicetree/tree-sitter-devicetree.wasm'),
});

export interface Evaluated {
  readonly tree: DeviceTree;
  readonly files: ReadonlyMap<string, string>;
}

/** Evaluates the first file of a fixture; the others are found by `#include`. */
export function evaluateText(text: string, options: Partial<EvaluateOptions> = {}): Evaluated {
  const { files, root } = parseFixture(text);
  const sources = new Map([...files].map(([path, content]) => [path, { path, text: content }]));
  const frontend = new Frontend(grammar, { read: (path) => sources.get(path) });
  return { tree: frontend.evaluate(root, { includePaths: ['/include'], defines: [], ...options }), files };
}
