// SPDX-License-Identifier: MIT
// Colours before the server is up: the TextMate grammar against the scopes that the `.dts` files here ask for.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createRegistryFromGrammars } from 'vscode-tmgrammar-test/dist/common/index.js';
import { parseGrammarTestCase, runGrammarTestCase } from 'vscode-tmgrammar-test/dist/unit/index.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const path = fileURLToPath(new URL('../../syntaxes/dts.tmLanguage.json', import.meta.url));
const registry = createRegistryFromGrammars([
  { grammar: { path, scopeName: 'source.dts' }, content: readFileSync(path, 'utf8') },
]);

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.dts')))('%s', async (name) => {
  const testCase = parseGrammarTestCase(readFileSync(`${FOLDER}/${name}`, 'utf8'));
  expect(testCase.assertions.length).toBeGreaterThan(5);
  const failures = await runGrammarTestCase(registry, testCase);
  expect(
    failures.map(({ line, start, end, missing, unexpected, actual }) => ({
      line: line + 1,
      start,
      end,
      missing,
      unexpected,
      actual,
    })),
  ).toEqual([]);
});
