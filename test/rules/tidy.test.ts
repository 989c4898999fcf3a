// SPDX-License-Identifier: MIT
// The catalogue of rules as data: complete, without contradictions, and in step with its documentation.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DROPPED } from '#rules/engine/dropped.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { CATALOGUE, FAMILIES, RULES } from '#rules/index.ts';
import { pages } from '#rules/pages.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

it('gives every rule an id of its own', () => {
  const ids = RULES.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  expect(ids.filter((id) => !/^(dtc\/[a-z0-9_]+|((syntax|binding)\/)?[a-z0-9]+(-[a-z0-9]+)*)$/.test(id))).toEqual([]);
});

it('drops no rule that it has', () => {
  expect(DROPPED.filter(({ id }) => CATALOGUE.byId.has(id))).toEqual([]);
});

it('documents every rule in two to six sentences, with a source', () => {
  const own = RULES.filter(({ id }) => !id.startsWith('dtc/'));
  const sentences = ({ doc }: Rule): number => doc.replace(/`[^`]*`/g, 'x').match(/[.:;](\s|$)/g)?.length ?? 0;
  expect(own.filter((rule) => sentences(rule) < 2 || sentences(rule) > 8).map(({ id }) => id)).toEqual([]);
  expect(own.filter(({ source }) => !/Linux|Xen|dt-schema|Documentation|dtc/.test(source)).map(({ id }) => id)).toEqual(
    [],
  );
  expect(RULES.filter(({ title }) => title.endsWith('.')).map(({ id }) => id)).toEqual([]);
});

it('needs only rules that exist and run before', () => {
  const place = new Map(CATALOGUE.rules.map(({ id }, at) => [id, at]));
  for (const { id, needs = [] } of RULES) {
    for (const needed of needs) {
      expect(place.has(needed), `${id} needs ${needed}`).toBe(true);
      expect(place.get(needed), `${id} needs ${needed}, which needs it`).toBeLessThan(place.get(id)!);
    }
  }
});

it('looks only at nodes that a rule names, except for checks of the whole tree', () => {
  const everywhere = RULES.filter(
    ({ properties, scope, id }) => !properties && scope !== 'tree' && !id.startsWith('dtc/'),
  );
  expect(everywhere.map(({ id }) => id)).toEqual([]);
});

it('has pages as fresh as the rules: run `npm run docs`', () => {
  const wanted = pages(FAMILIES);
  for (const [path, text] of wanted) {
    expect(existsSync(docs + path), `docs/${path} is missing`).toBe(true);
    expect(readFileSync(docs + path, 'utf8'), `docs/${path} is stale`).toBe(text);
  }
  const found = readdirSync(`${docs}rules`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  expect(found.map((name) => `rules/${name.replaceAll('\\', '/')}`).filter((name) => !wanted.has(name))).toEqual([]);
});
