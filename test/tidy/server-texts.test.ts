// SPDX-License-Identifier: MIT
// What the server says in other languages: each text in `t()` and `texts()` has its translation, and no other is there.
import { readdirSync, readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { parseAst } from 'vite';
import { describe, expect, it, test } from 'vitest';
import { textKey } from '../../server/src/base/language.ts';

type Node = Readonly<Record<string, unknown>> & { readonly type: string };
type Table = Readonly<Record<string, string>>;

interface Said {
  readonly text: unknown;
  /** How many values are given for its placeholders. */
  readonly given: number;
}

const SOURCE = 'server/src';
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name !== 'base/language.ts')
  .map((name) => ({ name, text: readFileSync(`${SOURCE}/${name}`, 'utf8') }))
  .filter(({ text }) => text.includes("'#base/language.ts'"));

/** What is said, and texts of `t()` outside of any function: those would be in the language of whoever loads the file. */
function saidIn(source: string): { said: Said[]; tooEarly: unknown[] } {
  const said: Said[] = [];
  const tooEarly: unknown[] = [];
  const visit = (value: unknown, inside: boolean): void => {
    if (Array.isArray(value)) for (const each of value) visit(each, inside);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = value as Node;
    const called = node.type === 'CallExpression' ? (node.callee as { name?: string }).name : undefined;
    const [first, ...given] = (called ? node.arguments : []) as Node[];
    if (called === 't') {
      said.push({ text: first?.value, given: given.length });
      if (!inside) tooEarly.push(first?.value);
    }
    if (called === 'texts') {
      const entries = first?.properties as { readonly value: Node }[];
      said.push(...entries.map((entry) => ({ text: entry.value.value, given: 0 })));
    }
    for (const each of Object.values(node)) visit(each, inside || /Function/.test(node.type));
  };
  visit(parseAst(transformSync(source, { loader: 'ts', target: 'esnext' }).code), false);
  return { said, tooEarly };
}

const placeholders = (text: string) => [...text.matchAll(/\{(\d+)\}/g)].map(([, number]) => number).sort();
const found = files.map(({ name, text }) => ({ name, ...saidIn(text) }));
const all = found.flatMap(({ said }) => said);

test('the tests find what they look for', () => {
  const source = "const a = texts({ b: 'B c' }); const d = t('E'); f(() => t('{0} of {1}', x, y));";
  const said = ['B c', 'E', '{0} of {1}'].map((text, given) => ({ text, given: given === 2 ? 2 : 0 }));
  expect(saidIn(source)).toEqual({ said, tooEarly: ['E'] });
  expect(all.length).toBeGreaterThan(900);
});

test('nothing is translated when a file is loaded', () => {
  expect(found.filter(({ tooEarly }) => tooEarly.length > 0)).toEqual([]);
});

test('what is translated is a text, and has a placeholder for everything that is given', () => {
  for (const { text, given } of all) {
    expect(text).toBeTypeOf('string');
    const numbers = [...new Set(placeholders(String(text)))];
    expect([text, numbers]).toEqual([text, Array.from({ length: given }, (_, at) => String(at))]);
  }
});

test('what ships has a name for each text', () => {
  const texts = [...new Set(all.map(({ text }) => String(text)))];
  expect(new Set(texts.map(textKey)).size).toBe(texts.length);
});

/** Names of commands and properties are the same in every language. */
const quoted = (text: string) => [...text.matchAll(/`[^`]*`/g)].map(([code]) => code).sort();

describe.each(readdirSync('server/l10n'))('server/l10n/%s', (name) => {
  const written = readFileSync(`server/l10n/${name}`, 'utf8');
  const table = JSON.parse(written) as Table;
  it('has every text, sorted, and no other', () => {
    const texts = [...new Set(all.map(({ text }) => String(text)))].sort();
    expect(Object.keys(table)).toEqual(texts);
    expect(written).toBe(`${JSON.stringify(table, null, 2)}\n`);
  });
  it('keeps the placeholders and what is quoted', () => {
    for (const [text, translated] of Object.entries(table)) {
      expect(translated.trim()).not.toBe('');
      expect([text, placeholders(translated), quoted(translated)]).toEqual([text, placeholders(text), quoted(text)]);
    }
  });
});

test('the languages are those of the client', () => {
  const client = readdirSync('l10n').map((name) => name.replace(/^bundle\.l10n\./, ''));
  expect(readdirSync('server/l10n')).toEqual(client);
});
