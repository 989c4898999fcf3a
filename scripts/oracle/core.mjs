// SPDX-License-Identifier: MIT
// The project's core for the oracles: bundled from the sources as they are, with files read from disk.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const require = createRequire(import.meta.url);

const entry = `
export { Frontend } from '#tree/evaluate.ts';
export { writeBlob } from '#tree/blob.ts';
export { pathOf, walk } from '#tree/query.ts';
export { lineStarts, positionAt } from '#base/text.ts';
export { dtcRules } from '#rules/dtc/index.ts';
export { catalogue } from '#rules/catalogue.ts';
export { runRules } from '#rules/runner.ts';
`;

let loaded;

/** The exports above; bundled once per process. */
export function loadCore() {
  loaded ??= bundle();
  return loaded;
}

async function bundle() {
  const outfile = join(root, '.cache', `oracle-core-${process.pid}.mjs`);
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    stdin: { contents: entry, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['web-tree-sitter'],
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

/** Files of this disk; each is read once, so that its object stands for its version. */
export function diskReader() {
  const files = new Map();
  const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return {
    read(path) {
      if (!files.has(path)) files.set(path, isFile(path) ? { path, text: readFileSync(path, 'utf8') } : undefined);
      return files.get(path);
    },
    readBinary: (path) => (isFile(path) ? new Uint8Array(readFileSync(path)) : undefined),
  };
}

/** A front end over the disk; its grammar comes from the wasm files of this checkout. */
export async function newFrontend(reader = diskReader()) {
  const core = await loadCore();
  return new core.Frontend({ parse: (text) => ({ items: [], length: text.length, hasError: true, errors: [] }) }, reader);
}

/** The options with which the kernel's build reads a board. */
export function kernelOptions(kernel, symbols = false) {
  return { includePaths: [join(kernel, 'scripts/dtc/include-prefixes')], defines: [['__DTS__', undefined]], symbols };
}

/** Our blob of one board; an error of ours about the text is an exception. */
export async function compileWithCore(kernel, board, { symbols = false } = {}) {
  const core = await loadCore();
  const frontend = await newFrontend();
  const tree = frontend.evaluate(join(kernel, board), kernelOptions(kernel, symbols));
  return Buffer.from(core.writeBlob(tree, { symbols }));
}
