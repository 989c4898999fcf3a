// SPDX-License-Identifier: MIT
// Entry of `dist/library.js`, the module `devicetree-iommu`: the same file in Node and in browsers.
import { RULES } from '#rules/index.ts';
import { type Grammar, type GrammarBytes, loadGrammar } from '#syntax/parser.ts';
import type * as Api from './api.ts';
import { Workspace } from './workspace.ts';

/** What this needs of the two hosts, which share no types. */
interface Host {
  readonly process?: { getBuiltinModule?(name: string): { readFileSync(file: URL): Uint8Array } };
  fetch(url: URL): Promise<{ readonly ok: boolean; arrayBuffer(): Promise<ArrayBuffer> }>;
}

let own: Promise<Grammar> | undefined;

export const open: typeof Api.open = async (options) => {
  const grammar = await (options.wasm ? loadGrammar(options.wasm) : ownGrammar());
  return new Workspace(grammar, options);
};

export const rules: typeof Api.rules = RULES.map(({ id, severity, title, doc, source, fixable }) => {
  return { id, severity, title, documentation: doc, source, fix: fixable === true };
});

/** Once for all workspaces; after a failure, which may be the network's, again. */
function ownGrammar(): Promise<Grammar> {
  own ??= readGrammar().catch((error) => {
    own = undefined;
    throw error;
  });
  return own;
}

async function readGrammar(): Promise<Grammar> {
  const [runtime, grammar] = await Promise.all([
    read(new URL('./web-tree-sitter.wasm', import.meta.url)),
    read(new URL('./tree-sitter-devicetree.wasm', import.meta.url)),
  ]);
  const bytes: GrammarBytes = { runtime, grammar };
  return loadGrammar(bytes);
}

/** Node's fetch knows no files. */
async function read(url: URL): Promise<Uint8Array> {
  const { process, fetch } = globalThis as unknown as Host;
  if (url.protocol === 'file:' && process?.getBuiltinModule) {
    return process.getBuiltinModule('node:fs').readFileSync(url);
  }
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: cannot be read; give its bytes as \`wasm\``);
  return new Uint8Array(await answer.arrayBuffer());
}
