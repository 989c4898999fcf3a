// SPDX-License-Identifier: MIT
// Writes docs/rules.md and docs/rules/*.md from the rule objects, and removes pages of rules that are gone; writes the
// manual page docs/dt-iommu.1 from the table of options, and docs/releases.md from the gates.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manPage } from '#host/cli/help.ts';
import { COMMANDS } from '#host/cli/main.ts';
import { VERSION } from '#host/version.ts';
import { FAMILIES } from '#rules/index.ts';
import { pages } from '#rules/pages.ts';
import { releasesPage } from '#wording/releases-page.ts';
import { libraryPage } from './library-page.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const LIBRARY = new URL('../../server/src/host/library/', import.meta.url);

export async function main(): Promise<number> {
  const wanted = pages(FAMILIES);
  for (const [path, text] of wanted) {
    await mkdir(dirname(DOCS + path), { recursive: true });
    await writeFile(DOCS + path, text);
  }
  for (const entry of await readdir(`${DOCS}rules`, { recursive: true, withFileTypes: true })) {
    const path = `${entry.parentPath}/${entry.name}`;
    if (entry.isFile() && !wanted.has(path.slice(DOCS.length))) await rm(path);
  }
  await writeFile(`${DOCS}releases.md`, releasesPage());
  await writeFile(`${DOCS}dt-iommu.1`, manPage(COMMANDS, VERSION));
  const [api, disk] = await Promise.all([librarySource('api.ts'), librarySource('disk-api.ts')]);
  await writeFile(`${DOCS}library-api.md`, libraryPage(api, disk));
  console.log(`${wanted.size + 1} pages in docs/`);
  return 0;
}

const librarySource = (file: string): Promise<string> => readFile(new URL(file, LIBRARY), 'utf8');
