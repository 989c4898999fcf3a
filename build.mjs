// SPDX-License-Identifier: MIT
// Bundles what ships into dist/: extension, server and command line, with the grammar beside them.
import { chmod, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { loadModule } from './scripts/load-module.mjs';

/** web-tree-sitter's ES module calls `require`, which fails inside a bundle, so its CommonJS build is taken. */
const NODE = {
  platform: 'node',
  target: 'node20.11',
  format: 'cjs',
  alias: { 'web-tree-sitter': './node_modules/web-tree-sitter/web-tree-sitter.cjs' },
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
};

/** The modules of Node that web-tree-sitter asks for, but only where it finds Node. */
const WEB = { platform: 'browser', target: 'es2022', external: ['vscode', 'fs', 'fs/promises', 'module', 'path'] };

/**
 * VS Code takes an entry of a package of type `module` for an ES module unless it ends in `.cjs`, and its web host loads
 * none. Older web hosts have no such test, and append `.js` to every name that does not end so.
 */
const WEB_CLIENT = ['dist/client-web.cjs', 'dist/client-web.cjs.js'];

/** Its CommonJS build asks for its own files in a way that a bundler cannot follow. */
const JSONC = { 'jsonc-parser': './node_modules/jsonc-parser/lib/esm/main.js' };

const NOTHING = './server/src/host/library/nothing.ts';
/** One module for Node and browsers: its runtime shall not look for Node, because the bytes are given to it. */
const LIBRARY = {
  platform: 'neutral',
  target: 'es2022',
  format: 'esm',
  define: { process: 'undefined' },
  alias: { module: NOTHING, 'fs/promises': NOTHING },
};

/** The executable loads its commands from a bundle of their own. */
const COMMAND_APART = {
  name: 'command-apart',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/begin\.ts$/ }, () => ({ path: './command.cjs', external: true })),
};

const BUNDLES = {
  'dist/client.cjs': {
    ...NODE,
    entryPoints: ['client/src/extension.ts'],
    external: ['vscode'],
    alias: JSONC,
  },
  ...Object.fromEntries(
    WEB_CLIENT.map((file) => [
      file,
      { ...WEB, format: 'cjs', entryPoints: ['client/src/extension.web.ts'], alias: JSONC },
    ]),
  ),
  'dist/server-web.js': { ...WEB, format: 'iife', entryPoints: ['server/src/host/web.ts'] },
  'dist/dma-map.js': { ...WEB, format: 'iife', entryPoints: ['client/webview/main.ts'] },
  'dist/document.js': { ...WEB, format: 'iife', entryPoints: ['client/webview/document.ts'] },
  'dist/document.css': { entryPoints: ['client/webview/document.css'] },
  'dist/dma-map.css': { entryPoints: ['client/webview/map.css'] },
  'dist/library.js': { ...LIBRARY, entryPoints: ['server/src/host/library/index.ts'] },
  'dist/library-node.js': {
    ...NODE,
    format: 'esm',
    alias: {},
    define: {},
    entryPoints: ['server/src/host/library/disk.ts'],
  },
  'dist/cli.cjs': {
    ...NODE,
    entryPoints: ['server/src/host/cli/bin.ts'],
    banner: { js: '#!/usr/bin/env node' },
    plugins: [COMMAND_APART],
    supported: { 'dynamic-import': false },
  },
  'dist/command.cjs': { ...NODE, entryPoints: ['server/src/host/cli/begin.ts'] },
};

const FILES = {
  'dist/web-tree-sitter.wasm': 'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  'dist/tree-sitter-devicetree.wasm': 'grammars/devicetree/tree-sitter-devicetree.wasm',
  'dist/dt-iommu.schema.json': 'server/src/host/dt-iommu.schema.json',
  'dist/library.d.ts': 'server/src/host/library/api.ts',
};

/** Translations of the server, by language. */
const TEXTS = { 'dist/texts.zh-cn.json': 'server/l10n/zh-cn.json' };

/** What runs from dist/ meanwhile never sees half a file. */
async function put(path, write) {
  const partial = `${path}.${process.pid}.tmp`;
  await write(partial);
  await rename(partial, path);
}

/** Gives what the bundle was made from. */
async function bundle([path, options]) {
  let inputs = [];
  await put(path, async (outfile) => {
    const settings = { ...options, outfile, bundle: true, minify: true, metafile: true, logLevel: 'warning' };
    inputs = Object.keys((await build(settings)).metafile.inputs);
  });
  return [path, inputs];
}

async function copy([path, from]) {
  await put(path, (partial) => copyFile(from, partial));
  return [path, [from]];
}

/** Names of a few letters stand for the English texts. */
async function translations([path, from]) {
  const { textKey } = await loadModule('server/src/base/language.ts');
  const table = Object.entries(JSON.parse(await readFile(from, 'utf8')));
  const named = Object.fromEntries(table.map(([text, translated]) => [textKey(text), translated]));
  await put(path, (partial) => writeFile(partial, JSON.stringify(named)));
}

await mkdir('dist', { recursive: true });
await Promise.all(Object.entries(TEXTS).map(translations));
await put('dist/library-node.d.ts', async (partial) => {
  const types = await readFile('server/src/host/library/disk-api.ts', 'utf8');
  await writeFile(partial, types.replace("'./api.ts'", "'devicetree-iommu'"));
});
const made = await Promise.all([...Object.entries(BUNDLES).map(bundle), ...Object.entries(FILES).map(copy)]);
const { bundledPackages, noticesText } = await loadModule('scripts/release/bundled.ts');
const packages = bundledPackages(new Map(made), '.');
await put('dist/third-party-notices.txt', (partial) => writeFile(partial, noticesText(packages)));
await put('dist/bundled.json', (partial) => writeFile(partial, JSON.stringify(packages)));
await chmod('dist/cli.cjs', 0o755);
