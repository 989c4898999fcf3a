// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import { pathOfUri, ServedSchemes, uriOfPath } from '#host/lsp/uris.ts';

test.each([
  ['file:///a/b%20c.dts', '/a/b c.dts'],
  ['file:///c%3A/dts/x.dts', '/c:/dts/x.dts'],
  ['file:///C:/dts/x.dts', '/c:/dts/x.dts'],
  ['file:///a/%zz.dts', '/a/%zz.dts'],
  ['vscode-vfs://github/linux/board.dts', '/:vscode-vfs:github/linux/board.dts'],
  ['file://server/share/board.dts', '/:file:server/share/board.dts'],
  ['git:/a/b.dts?%7B%22ref%22%3A%22HEAD%22%7D', '/:git:/a/b.dts?{"ref":"HEAD"}'],
  ['untitled:Untitled-1', '/untitled/:untitled:Untitled-1'],
  ['untitled:/a/b.dts', '/a/:untitled:b.dts'],
])('%s is %s', (uri, path) => expect(pathOfUri(uri)).toBe(path));

test.each([
  'file:///a/b%20c.dts',
  'file:///c%3A/dts/x.dts',
  'vscode-vfs://github/linux/b%3Fc.dts',
  'vscode-test-web://mount/',
  'memfs:///a.dts',
])('%s comes back from its path', (uri) => expect(uriOfPath(pathOfUri(uri))).toBe(uri));

describe('served', () => {
  const served = new ServedSchemes();
  served.setFolders(['vscode-vfs://github/linux']);

  test.each([
    ['file:///a.dts', true],
    ['untitled:Untitled-1', true],
    ['vscode-vfs://github/linux/a.dts', true],
    ['git:/a.dts?%7B%7D', false],
    ['gitlens://6162/a.dts', false],
    ['vscode-local-history:/a.dts?x', false],
    ['vscode-notebook-cell:/a.ipynb#W0', false],
    ['file:///a.dts?version=1', false],
  ])('%s: %s', (uri, expected) => expect(served.has(uri)).toBe(expected));
});
