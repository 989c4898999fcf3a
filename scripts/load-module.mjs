// SPDX-License-Identifier: MIT
// Lets a script use TypeScript: Node 20 cannot import it, so esbuild bundles one entry on the fly.
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { threadId } from 'node:worker_threads';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const cache = new URL('.cache/modules/', root);

/**
 * The exports of a module of this repository that imports the core. Packages are not bundled but found from the
 * repository. The bundle is kept by content, so that parallel scripts do not disturb each other.
 */
export async function loadModule(entry) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, root))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // The bundle stands elsewhere than the sources, which look for files beside them.
    define: { 'import.meta.dirname': JSON.stringify(fileURLToPath(new URL('dist', root))) },
    sourcemap: 'inline',
    write: false,
    logLevel: 'error',
  });
  const text = outputFiles[0].text;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  await mkdir(cache, { recursive: true });
  const file = new URL(`${name}.mjs`, cache);
  const partial = new URL(`${name}.${process.pid}.${threadId}.tmp`, cache);
  await writeFile(partial, text);
  await rename(partial, file);
  return import(pathToFileURL(fileURLToPath(file)).href);
}
