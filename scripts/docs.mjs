// SPDX-License-Identifier: MIT
// Writes docs/rules.md and docs/rules/*.md from the rule objects, and removes pages of rules that are gone; writes the
// manual page docs/dt-iommu.1 from the table of options, and docs/releases.md from the gates.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryPage } from './library-page.mjs';
import { loadCore } from './load-core.mjs';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const [{ pages }, { FAMILIES }, { COMMANDS }, { manPage }, { VERSION }, { releasesPage }] = await Promise.all(
  [
    'rules/pages.ts',
    'rules/index.ts',
    'host/cli/main.ts',
    'host/cli/help.ts',
    'host/version.ts',
    'wording/releases-page.ts',
  ].map(loadCore),
);

const wanted = pages(FAMILIES);
for (const [path, text] of wanted) {
  await mkdir(dirname(docs + path), { recursive: true });
  await writeFile(docs + path, text);
}
for (const entry of await readdir(`${docs}rules`, { recursive: true, withFileTypes: true })) {
  const path = `${entry.parentPath ?? entry.path}/${entry.name}`;
  if (entry.isFile() && !wanted.has(path.slice(docs.length))) await rm(path);
}
await writeFile(`${docs}releases.md`, releasesPage());
await writeFile(`${docs}dt-iommu.1`, manPage(COMMANDS, VERSION));
const library = new URL('../server/src/host/library/', import.meta.url);
const sources = ['api.ts', 'disk-api.ts'].map((file) => readFile(new URL(file, library), 'utf8'));
await writeFile(`${docs}library-api.md`, libraryPage(...(await Promise.all(sources))));
console.log(`${wanted.size + 1} pages in docs/`);
