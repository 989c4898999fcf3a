// SPDX-License-Identifier: MIT
// The page around the map: what its policy lets run, and that its sources make no markup of texts.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeNonce, webviewPage } from '../../client/webview/html.ts';

const FOLDER = new URL('../../client/webview/', import.meta.url);
const sources = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));

test('only our own script with the nonce, only our own style', () => {
  const page = webviewPage({
    title: 'DMA Map',
    script: 'https://a.test/map.js',
    style: 'https://a.test/map.css',
    source: 'https://a.test',
    nonce: 'abc',
    language: 'zh-cn" onload="',
    texts: { 'Close details': '</script><script>alert(1)</script>' },
  });
  const policy = /content="(default-src[^"]*)"/.exec(page)?.[1];
  expect(policy).toBe(
    "default-src 'none'; style-src https://a.test; script-src 'nonce-abc'; base-uri 'none'; form-action 'none'",
  );
  expect(page.match(/<script[^>]*>/g)).toEqual([
    // Data: nothing runs it, and it cannot end before its end.
    '<script type="application/json" id="texts">',
    '<script nonce="abc" src="https://a.test/map.js">',
  ]);
  expect(page).toContain('<html lang="zh-cnonload">');
  const [, texts = ''] = /id="texts">(.*)<\/script>/.exec(page) ?? [];
  expect(JSON.parse(texts)).toEqual({ 'Close details': '</script><script>alert(1)</script>' });
  expect(page).not.toMatch(/style="|onclick|unsafe/);
});

test('a nonce is another one each time', () => {
  const made = new Set(Array.from({ length: 20 }, makeNonce));
  expect(made.size).toBe(20);
  for (const nonce of made) expect(nonce).toMatch(/^[\da-f]{32}$/);
});

test('no source of the page makes markup or code of a text', () => {
  expect(sources.length).toBeGreaterThan(8);
  for (const name of sources) {
    expect(readFileSync(new URL(name, FOLDER), 'utf8'), name).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setAttribute\('style'/,
    );
  }
});
