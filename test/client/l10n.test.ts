// SPDX-License-Identifier: MIT
// Texts of the client and of the manifest: each has its translation, with the same placeholders, and none is written
// past the tables.
import { readdirSync, readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { parseAst } from 'vite';
import { describe, expect, it, test } from 'vitest';

type Node = Readonly<Record<string, unknown>> & { readonly type: string };
type Table = Readonly<Record<string, string>>;

const FOLDERS = ['client/src', 'client/webview'];
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Table;
const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`),
);

/** Their texts are for those who help, who may not speak the user's language. */
const ENGLISH = new Set(['log', 'report/report-text', 'report/report-versions'].map((name) => `client/src/${name}.ts`));
/** Names, headings of the report, and what stands in markup. */
const NAMES = new Set(['Devicetree IOMMU', 'The file', 'The nodes around ', '$1/* $2: left out */']);
const KEYS = ['Home', 'End', 'Arrow', 'Escape'];
const MARKUP = /^<(?:svg|!DOCTYPE|\/)|^">/;
/** What the style sheets name: words that are a list of classes are no sentence. */
const CLASSES = new Set(
  ['map', 'document'].flatMap((name) =>
    [...readFileSync(`client/webview/${name}.css`, 'utf8').matchAll(/\.([a-z][\w-]*)/g)].map(([, found]) => found),
  ),
);

function isText(text: string): boolean {
  if (!PROSE.test(text) || NAMES.has(text) || KEYS.includes(text) || MARKUP.test(text)) return false;
  return !text.split(' ').every((word) => CLASSES.has(word) || word === 'w-');
}

function parse(text: string): Node {
  return parseAst(transformSync(text, { loader: 'ts', target: 'esnext' }).code) as unknown as Node;
}

/** Every call of `vscode.l10n.t`, and every other text with words in it. */
function textsOf(root: Node): { calls: { text: unknown; given: number }[]; loose: string[] } {
  const calls: { text: unknown; given: number }[] = [];
  const loose: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = value as Node;
    if (isTranslated(node)) {
      const [text, ...given] = node.arguments as Node[];
      calls.push({ text: text?.value, given: given.length });
      given.forEach(visit);
      return;
    }
    if (node.type === 'ImportDeclaration') return;
    if (node.type === 'Literal' && typeof node.value === 'string') loose.push(node.value);
    if (node.type === 'TemplateElement') loose.push((node.value as { cooked: string }).cooked);
    if (node.type === 'Property' && isPlainProperty(node)) return;
    Object.values(node).forEach(visit);
  };
  visit(root);
  return { calls, loose };
}

/** `vscode.l10n.t`, and `t` of the pages. */
function isTranslated({ type, callee }: Node): boolean {
  if (type === 'CallExpression' && (callee as { name?: string }).name === 't') return true;
  const { object, property } = (callee ?? {}) as {
    object?: { property?: { name?: string } };
    property?: { name?: string };
  };
  return type === 'CallExpression' && property?.name === 't' && object?.property?.name === 'l10n';
}

/** Keys are no texts. */
function isPlainProperty({ computed, key, value }: Node): boolean {
  return computed === false && (key as Node).type === 'Identifier' && (value as Node).type === 'Identifier';
}

/** Two words, or a single one as a button or a title has it. */
const PROSE = /[A-Za-z]{2,}[,:]? [a-z]{2,}|^[A-Z][a-z]+(?:…|:)?$/;

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
const calls = files.flatMap((name) => textsOf(parse(readFileSync(name, 'utf8'))).calls);

test('the tests find what they look for', () => {
  // The sign would look like a mistake in a string.
  const source = ["f(vscode.l10n.t('A {0} b', x), 'Open the file', `Close ", "{n} files`, g({ title: 'Refresh' }));"];
  const { calls: found, loose } = textsOf(parse(source.join('$')));
  expect(found).toEqual([{ text: 'A {0} b', given: 1 }]);
  expect(loose.filter((text) => PROSE.test(text))).toEqual(['Open the file', 'Refresh']);
  expect(calls.length).toBeGreaterThan(50);
});

test('what is translated is a text, and has a placeholder for everything that is given', () => {
  for (const { text, given } of calls) {
    expect(text).toBeTypeOf('string');
    expect([text, placeholders(String(text))]).toEqual([text, Array.from({ length: given }, (_, at) => String(at))]);
  }
});

test.each(files.filter((name) => !ENGLISH.has(name)))('%s shows no text past the tables', (name) => {
  const { loose } = textsOf(parse(readFileSync(name, 'utf8')));
  expect(loose.filter(isText)).toEqual([]);
});

describe.each(readdirSync('l10n'))('l10n/%s', (name) => {
  const bundle = read(`l10n/${name}`);
  it('has every text of the client, and no other', () => {
    expect(Object.keys(bundle).sort()).toEqual([...new Set(calls.map(({ text }) => String(text)))].sort());
  });
  it.each(Object.entries(bundle))('%s', (text, translated) => {
    expect(translated).not.toBe('');
    expect(placeholders(translated)).toEqual(placeholders(text));
  });
});

const manifest = readFileSync('package.json', 'utf8');
const english = read('package.nls.json');
const used = [...manifest.matchAll(/"%([\w.-]+)%"/g)].map(([, key = '']) => key);

test('package.nls.json has each key of the manifest, and no other', () => {
  expect(Object.keys(english).sort()).toEqual([...new Set(used)].sort());
});

test('the manifest has texts for users in no other way', () => {
  const { contributes } = JSON.parse(manifest) as { contributes: unknown };
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const shown = /^(?:title|description|markdownDescription|displayName|contents|name|altText)$/.test(key);
      if (shown && typeof inner === 'string' && !/^%.*%$/.test(inner)) found.push(inner);
      else visit(inner);
    }
  };
  visit(contributes);
  // Names that are the same everywhere.
  expect([...new Set(found)].sort()).toEqual(['DMA', 'Devicetree IOMMU', 'dt-iommu']);
});

const LANGUAGES = readdirSync('.').filter((name) => /^package\.nls\..+\.json$/.test(name));
/** Code and links are the same in every language. */
const fixed = (text: string) =>
  [...text.matchAll(/`[^`]*`|\((?:command|https?):[^)]*\)/g)].map(([code]) => code).sort();

describe.each(LANGUAGES)('%s', (name) => {
  const table = read(name);
  it('has every key, and no other', () => expect(Object.keys(table).sort()).toEqual(Object.keys(english).sort()));
  it.each(Object.keys(table))('%s', (key) => {
    expect(table[key]).not.toBe('');
    expect(fixed(table[key] ?? '')).toEqual(fixed(english[key] ?? ''));
  });
});

test('the languages are the same in both', () => {
  const codes = (names: readonly string[]) => names.map((name) => name.split('.').at(-2)).sort();
  expect(codes(readdirSync('l10n'))).toEqual(codes(LANGUAGES));
});
