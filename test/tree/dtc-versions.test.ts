// SPDX-License-Identifier: MIT
// Exit codes and blobs of dtc 1.6.1, 1.7.2 and 1.8.1, with and without `-@` and `-f`, recorded from them by
// `npm run test:oracle -- versions --write`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compileText } from '#test/support/compile-text.ts';
import { grammar } from '#test/support/evaluate.ts';
import { parseDtcVersion } from '#tree/dtc/version.ts';

const folder = fileURLToPath(new URL('../oracle/versions/', import.meta.url));
const expected: Record<string, Record<string, Record<string, string | undefined>>> = JSON.parse(
  readFileSync(`${folder}expected.json`, 'utf8'),
);
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

test.each(Object.entries(expected))('%s is what each dtc makes of it', (name, versions) => {
  const text = readFileSync(folder + name, 'utf8');
  const ours = Object.entries(versions).map(([version, answers]) => [
    version,
    Object.fromEntries(
      Object.keys(answers).map((flags) => [flags, compileText(grammar, text, { version, flags, hash })]),
    ),
  ]);
  expect(Object.fromEntries(ours)).toEqual(versions);
});

test('versions are read as releases, kernels and git write them', () => {
  const commit = (text: string) => parseDtcVersion(text)?.commit;
  // git rev-list --count v1.7.2, v1.7.1, 53373d13 and bcd02b52 in dtc's repository
  expect([commit('1.7.2'), commit('v1.7.1'), commit('1.7')]).toEqual([1179, 1172, 1179]);
  expect([commit('1.7.2-g53373d13'), commit('v1.7.0-95-gbcd02b523429')]).toEqual([1248, 1166]);
  expect([commit('1.4.7'), commit('2.0'), commit('new')]).toEqual([1001, 1261, undefined]);
});
