// SPDX-License-Identifier: MIT
// What a release holds itself to, as far as it needs no packing: `npm run test:release` does the rest.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { bundledPackages, noticesText } from '../../scripts/release/bundled.ts';
import { checkLicences, isAllowed } from '../../scripts/release/licences.ts';
import { zipNames } from '../../scripts/release/pack.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const contents = JSON.parse(read('scripts/release/contents.json')) as { vsix: string[]; npm: string[] };
const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;
/** What an ignore file takes in again; the stars of ours stand for file names. */
const kept = (file: string) =>
  [...read(file).matchAll(/^!\/?(.+\..+|[A-Z]+)$/gm)].map(
    ([, pattern = '']) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`),
  );

it('has the version at the head of the changelog, with its date', () => {
  expect(/^## (\S+) - \d{4}-\d{2}-\d{2}$/m.exec(read('CHANGELOG.md'))?.[1]).toBe(manifest.version);
});

it.each([
  ['.npmignore', contents.npm.filter((name) => !['README.md', 'LICENSE', 'package.json'].includes(name))],
  [
    '.vscodeignore',
    contents.vsix
      .filter((name) => name.startsWith('extension/'))
      .map((name) => name.replace('extension/', ''))
      .map(
        (name) =>
          ({ 'readme.md': 'README.md', 'changelog.md': 'CHANGELOG.md', 'LICENSE.txt': 'LICENSE' })[name] ?? name,
      ),
  ],
])('packs by %s what scripts/release/contents.json lists', (file, files) => {
  const patterns = kept(file);
  expect(files.filter((name) => !patterns.some((pattern) => pattern.test(name)))).toEqual([]);
  expect(patterns.filter((pattern) => !files.some((name) => pattern.test(name)))).toEqual([]);
});

it('says in package.json where it comes from, and has its icon', () => {
  expect(manifest).toMatchObject({ repository: { type: 'git' }, bugs: {}, license: 'MIT' });
  expect(manifest.private).toBeUndefined();
  expect(existsSync(new URL(`../../${String(manifest.icon)}`, import.meta.url))).toBe(true);
});

it('ships only what asks for no more than its text', () => {
  expect(['MIT', 'ISC', '(MIT OR GPL-3.0)', 'MIT AND ISC'].every((each) => isAllowed(each, true))).toBe(true);
  const refused = [undefined, 'GPL-3.0', 'MIT AND GPL-2.0', '(MIT OR ISC) AND GPL-2.0', 'MPL-2.0', 'UNLICENSED'];
  expect(refused.filter((each) => isAllowed(each, true))).toEqual([]);
  expect(isAllowed('MPL-2.0', false)).toBe(true);
  const locked = { '': {}, 'node_modules/a': { license: 'MIT' }, 'node_modules/b': { license: 'SSPL-1.0' } };
  expect(checkLicences(locked, [{ name: 'c', license: 'MIT', text: '' }])).toEqual({
    checked: 3,
    refused: ['c ships: no text of its licence', 'node_modules/b: SSPL-1.0'],
  });
});

it('finds the packages in a bundle, and what their licences say', () => {
  const inputs = new Map([
    ['dist/a.js', ['server/src/a.ts', 'node_modules/diff/libesm/index.js', '../x/node_modules/none.js']],
    ['dist/b.wasm', ['node_modules/web-tree-sitter/web-tree-sitter.wasm', 'node_modules/diff/package.json']],
  ]);
  const found = bundledPackages(inputs, '.');
  expect(found.map(({ name, within }) => [name, within])).toEqual([
    ['diff', ['dist/a.js', 'dist/b.wasm']],
    ['web-tree-sitter', ['dist/b.wasm']],
  ]);
  expect(noticesText(found)).toMatch(/^diff \d.*BSD-3-Clause.*\n.*\n\n(?:.*\n)*.*Redistribution and use/m);
});

it('reads the names of a zip', () => {
  // An empty zip, and one with the empty file `a`: APPNOTE 4.3.12, 4.3.16.
  const end = (entries: number, size: number) => {
    const record = Buffer.alloc(22);
    record.write('PK\x05\x06', 'latin1');
    record.writeUInt16LE(entries, 10);
    record.writeUInt32LE(size, 12);
    return record;
  };
  const entry = Buffer.alloc(47);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE(1, 28);
  entry.write('a', 46);
  expect(zipNames(end(0, 0))).toEqual([]);
  expect(zipNames(Buffer.concat([entry, end(1, 47)]))).toEqual(['a']);
});

it('has links in its pages that lead somewhere', () => {
  const pages = [
    ...readdirSync(fileURLToPath(new URL('../../', import.meta.url))).filter((name) => name.endsWith('.md')),
    ...readdirSync(fileURLToPath(new URL('../../docs/', import.meta.url)), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const dead = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(new URL(target, new URL(`../../${page}`, import.meta.url))))
      .map((target) => `${page}: ${target}`),
  );
  expect(pages.length).toBeGreaterThan(20);
  expect(dead).toEqual([]);
});

it('asks in its issue forms for what a report needs', () => {
  const folder = new URL('../../.github/ISSUE_TEMPLATE/', import.meta.url);
  for (const name of readdirSync(fileURLToPath(folder))) {
    const form = parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, unknown>;
    if (name === 'config.yml') expect(Object.keys(form)).toEqual(['blank_issues_enabled', 'contact_links']);
    else
      expect(form).toMatchObject({
        name: expect.any(String),
        description: expect.any(String),
        body: expect.any(Array),
      });
  }
});
