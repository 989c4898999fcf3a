// SPDX-License-Identifier: MIT
// docs/security.md: the tests that it names are there, and what the product is said never to do stands nowhere in it.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const PRODUCT = ['server/src', 'client/src'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
);

/** Files of the product with such text. */
const filesWith = (pattern: RegExp) => PRODUCT.filter((file) => pattern.test(read(file)));

/** Rows of the page that name a test file: the file, and the titles behind it. */
const NAMED = [...PAGE.matchAll(/`(test\/[\w/.-]+\.test\.ts)`(?:: ([^|\n]*?))?(?=; (?:the|`)| \|)/g)].map(
  ([, file = '', titles = '']) => ({ file, titles: titles.split('; ').filter((title) => title !== '') }),
);

test.each(NAMED)('$file has the tests that the page names', ({ file, titles }) => {
  const text = read(file);
  for (const title of titles) expect(text).toContain(`'${title.trim()}'`);
});

test('the page names tests', () => expect(NAMED.length).toBeGreaterThan(15));

test('the product starts no program and runs no text as code', () => {
  // `git`, on the option that asks for it, by name and without a shell.
  const changed = 'server/src/host/cli/git.ts';
  expect(filesWith(/child_process|\beval\(|new Function\(|\bterminal\b.*sendText/)).toEqual([changed]);
  const text = read(changed);
  expect(text.match(/import .*child_process'/g)).toEqual(["import { execFileSync } from 'node:child_process'"]);
  expect(text.match(/\bexecFileSync\([^,]*/g)).toEqual(["execFileSync('git'"]);
  expect(text).not.toMatch(/\bshell\b\s*:/);
  // Of Git's commands, those that look at trees and the index alone: none reads a file of the working tree.
  const commands = [...text.matchAll(/\[\s*'([a-z]+-[a-z]+)'/g)].map(([, name]) => name);
  expect([...new Set(commands)].sort()).toEqual(['diff-index', 'diff-tree', 'ls-files', 'rev-parse']);
  expect(text).toContain("'diff-index', '--cached'");
  // The one word `gc`, to get at the collector.
  const housekeeping = 'server/src/host/lsp/housekeeping.ts';
  expect(filesWith(/node:vm/)).toEqual([housekeeping]);
  expect(read(housekeeping).match(/\brun\w*\([^)]*\)/g)).toEqual(["runInNewContext('globalThis.gc')"]);
});

test('the product opens no connection', () => {
  // The library in a browser gets its own two files from where it came from itself.
  const library = 'server/src/host/library/index.ts';
  expect(filesWith(/node:(?:net|tls|https?|http2|dgram|dns)'|\bfetch\(|XMLHttpRequest|WebSocket/)).toEqual([library]);
  expect(read(library).match(/new URL\([^)]*\)/g)).toEqual([
    "new URL('./web-tree-sitter.wasm', import.meta.url)",
    "new URL('./tree-sitter-devicetree.wasm', import.meta.url)",
  ]);
});

test('only the command line writes files, and the language server what it found in bindings', () => {
  const writing = filesWith(
    /\b(?:writeFileSync|writeSync|renameSync|rmSync|unlinkSync|mkdirSync|chmodSync|fs\.writeFile)\b|await (?:writeFile|rename|rm|mkdir)\(/,
  );
  // The panel saves a picture where the user says.
  expect(writing.filter((file) => !file.startsWith('server/src/host/cli/')).sort()).toEqual([
    'client/src/views/dma-map-panel.ts',
    'server/src/host/lsp/stored-indexes.ts',
  ]);
});

test('the manifest claims what this page claims', () => {
  const { capabilities } = JSON.parse(read('package.json'));
  expect(capabilities).toEqual({ untrustedWorkspaces: { supported: true }, virtualWorkspaces: true });
});
