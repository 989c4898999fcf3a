// SPDX-License-Identifier: MIT
// Bundles what ships into dist/: extension, server and command line, with the grammar beside them.

import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** For Node: `require` from web-tree-sitter's ES module fails inside a bundle, so its CommonJS build is taken. */
const node = {
  platform: 'node',
  target: 'node20.11',
  format: 'cjs',
  alias: { 'web-tree-sitter': './node_modules/web-tree-sitter/web-tree-sitter.cjs' },
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
};

const BUNDLES = [
  { ...node, in: 'server/src/host/cli/bin.ts', out: 'dist/cli.cjs', banner: { js: '#!/usr/bin/env node' } },
];

const FILES = [
  ['node_modules/web-tree-sitter/web-tree-sitter.wasm', 'dist/web-tree-sitter.wasm'],
  ['grammars/devicetree/tree-sitter-devicetree.wasm', 'dist/tree-sitter-devicetree.wasm'],
  ['server/src/host/dt-iommu.schema.json', 'dist/dt-iommu.schema.json'],
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
await Promise.all([
  ...BUNDLES.filter((bundle) => existsSync(bundle.in)).map(({ in: entry, out, ...options }) =>
    build({
      ...options,
      entryPoints: [entry],
      outfile: out,
      bundle: true,
      minify: true,
      sourcemap: false,
      logLevel: 'warning',
    }),
  ),
  ...FILES.map(([from, to]) => copyFile(from, to)),
]);
