// SPDX-License-Identifier: MIT
// What was found in bindings, kept on the disk for the next session: nothing is read again that is as it was.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IndexMemory } from '#bindings/binding-index.ts';
import { BindingLibrary } from '#bindings/library.ts';
import { loadYaml } from '#bindings/yaml.ts';
import { remember } from '#host/lsp/remembered.ts';
import { StoredIndexes } from '#host/lsp/stored-indexes.ts';
import { DiskFiles } from '#host/sources.ts';
import { Analysis } from '#ide/analysis.ts';
import { FILES, ROOT } from '#test/bindings/trees.ts';
import { ZEPHYR, ZEPHYR_FILES } from '#test/bindings/zephyr-trees.ts';
import { grammar } from '#test/support/evaluate.ts';

class CountingFiles extends DiskFiles {
  readonly peeked: string[] = [];

  override peek(path: string): string | undefined {
    this.peeked.push(path);
    return super.peek(path);
  }
}

let top = '';
const cache = () => join(top, 'storage');
const linux = () => join(top, ROOT);

beforeEach(async () => {
  await loadYaml();
  top = mkdtempSync(join(tmpdir(), 'indexes-'));
  for (const [path, text] of Object.entries({ ...FILES, ...ZEPHYR_FILES })) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

/** A session: what it read, and what it knows then. */
async function session(memory: IndexMemory = new StoredIndexes(cache()), folder = linux()) {
  const files = new CountingFiles();
  const library = new BindingLibrary(files, [folder], memory);
  while (!library.done) library.step(1000);
  const read = [...files.peeked];
  if (memory instanceof StoredIndexes) await memory.settled();
  const known = {
    compatibles: [...library.compatibles()].sort(),
    selecting: [...library.selecting()].sort(),
    title: library.titleFor('acme,engine-v1'),
    naming: library.bindingsNaming('acme,watch-12').map(({ name }) => name),
  };
  return { read, known };
}

const stored = (): string[] => readdirSync(cache());

test('a second session reads nothing and knows the same', async () => {
  const first = await session();
  expect(first.read.length).toBeGreaterThan(3);
  expect(stored()).toEqual([expect.stringMatching(/^bindings-[0-9a-f]{32}\.json$/)]);
  const second = await session();
  expect(second.read).toEqual([]);
  expect(second.known).toEqual(first.known);
  expect(second.known).toMatchObject({ title: 'Acme DMA engine', naming: [expect.stringContaining('watch')] });
  const zephyr = await session(undefined, join(top, ZEPHYR));
  expect(zephyr.read.length).toBeGreaterThan(3);
  expect((await session(undefined, join(top, ZEPHYR))).known).toEqual(zephyr.known);
  expect(zephyr.known.compatibles).toContain('acme,pin-group');
});

test('of a changed tree the changed files are read', async () => {
  await session();
  const file = join(linux(), 'dma/acme,engine.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('title: Acme DMA engine', 'title: Another engine'));
  utimesSync(file, 1, 1);
  rmSync(join(linux(), 'misc/broken.yaml'), { force: true });
  writeFileSync(join(linux(), 'dma/new.yaml'), '$id: http://devicetree.org/schemas/dma/new.yaml#\ntitle: New\n');
  const second = await session();
  expect(second.read.map((path) => path.slice(linux().length + 1)).sort()).toEqual([
    'dma/acme,engine.yaml',
    'dma/new.yaml',
  ]);
  expect(second.known.title).toBe('Another engine');
  expect((await session()).read).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['half a file', '{"format":1,"files":{"a'],
  ['another format', (text: string) => text.replace('"format":1', '"format":0')],
  ['another release', (text: string) => text.replace(/"version":"[^"]*"/, '"version":"0.0.0"')],
  ['another folder', (text: string) => text.replace(/"folder":"[^"]*"/, '"folder":"/other"')],
  ['a scan of another shape', (text: string) => text.replace('"compatibles":[', '"compatibles":[7,')],
  ['a scan without flags', (text: string) => text.replace(/"hasCompatible":(true|false)/, '"hasCompatible":"yes"')],
])('%s is as if it were not there', async (_what, content) => {
  const first = await session();
  const path = join(cache(), stored()[0]!);
  writeFileSync(path, typeof content === 'string' ? content : content(readFileSync(path, 'utf8')));
  const second = await session();
  expect(second.read).toEqual(first.read);
  expect(second.known).toEqual(first.known);
  expect((await session()).read).toEqual([]);
});

test('where nothing can be written, nothing is', async () => {
  writeFileSync(join(top, 'file'), '');
  const first = await session(new StoredIndexes(join(top, 'file/below')));
  expect(first.read.length).toBeGreaterThan(3);
  expect(readFileSync(join(top, 'file'), 'utf8')).toBe('');
});

test('old ones go, other files stay, and no half of one is left', async () => {
  mkdirSync(cache());
  writeFileSync(join(cache(), 'other.json'), '{}');
  for (let at = 0; at < 9; at++) {
    const path = join(cache(), `bindings-${String(at).padStart(32, '0')}.json`);
    writeFileSync(path, '{}');
    utimesSync(path, 1000 + at, 1000 + at);
  }
  await session();
  expect(stored().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(stored()).toHaveLength(9);
  expect(stored()).toContain('other.json');
  expect(stored()).not.toContain(`bindings-${'0'.repeat(32)}.json`);
});

test('it is kept only where the client says so', () => {
  const analysis = new Analysis(grammar, new DiskFiles());
  const made: string[] = [];
  const memory = (folder: string): IndexMemory => {
    made.push(folder);
    return { load: () => undefined, save: () => undefined };
  };
  const environment = { grammar: Promise.resolve(grammar), files: new DiskFiles(), memory };
  remember(analysis, {}, environment);
  remember(analysis, { cacheFolder: 'vscode-userdata:/User/globalStorage/x' }, environment);
  remember(analysis, { cacheFolder: 7 as unknown as string }, environment);
  expect(analysis.knowledge.memory).toBeUndefined();
  remember(analysis, { cacheFolder: 'file:///home/me/global%20storage' }, environment);
  expect(made).toEqual(['/home/me/global storage']);
  expect(analysis.knowledge.memory).toBeDefined();
});
