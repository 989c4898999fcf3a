// SPDX-License-Identifier: MIT
// Texts of the map and the pages in the editor's language.
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllGlobals());

/** The module reads the table of its page once. */
async function translator(table: unknown): Promise<(text: string, ...values: (string | number)[]) => string> {
  vi.resetModules();
  const getElementById = (id: string) => (id === 'texts' ? { textContent: JSON.stringify(table) } : null);
  vi.stubGlobal('document', { getElementById });
  return (await import('../../client/webview/l10n.ts')).t;
}

test('a text of the table with its values, which are not read again', async () => {
  const t = await translator({ 'at {0}': '位于 {0}', '{0} of {1}': '{1} 中的 {0}' });
  expect([t('at {0}', '{1}'), t('{0} of {1}', 2, 3), t('Views')]).toEqual(['位于 {1}', '3 中的 2', 'Views']);
});

test('English without a table, for names of objects, and for nonsense in it', async () => {
  const t = await translator({ Views: 3 });
  expect([t('Views'), t('constructor'), t('and {0} more', 5)]).toEqual(['Views', 'constructor', 'and 5 more']);
});
