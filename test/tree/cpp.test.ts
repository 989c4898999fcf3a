// SPDX-License-Identifier: MIT
// What cpp prints, what it refuses and the blob that dtc makes of it, for the cases of test/oracle/cpp. The expected
// values are those of Debian's cpp 12.2 and dtc 1.6.1: `npm run test:oracle -- --write cpp` records them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { decodeText, encodeText } from '#base/bytes.ts';
import { lineStarts, positionAt } from '#base/text.ts';
import { grammar } from '#test/support/evaluate.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { Frontend } from '#tree/frontend.ts';
import { preprocess } from '#tree/token-stream.ts';
import { readCases } from '../../scripts/oracle/cpp-cases.ts';

interface Expected {
  readonly cpp: boolean;
  readonly text: string;
  readonly line?: number;
  readonly error?: string;
  readonly blob?: string;
}

const folder = fileURLToPath(new URL('../oracle/cpp', import.meta.url));
const expected: Record<string, Expected> = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
const cases: { name: string; bytes: Uint8Array }[] = readCases();
const files = new Map(
  readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [join('/w', path.slice(join(folder, 'files').length)), new Uint8Array(readFileSync(path))]),
);

function read(bytes: Uint8Array) {
  const all = new Map([...files, ['/w/case.dts', bytes] as const]);
  const texts = new Map([...all].map(([path, content]) => [path, { path, text: decodeText(content) }]));
  const reader = {
    read: (path: string) => texts.get(path),
    readBinary: (path: string) => all.get(path),
    modified: () => 'Fri Jan  2 00:00:00 1970',
  };
  const options = {
    includePaths: ['/w/inc'],
    includeNames: ['inc'],
    boardName: 'case.dts',
    defines: [['__DTS__', undefined]] as const,
    time: { date: 'Jan  2 1970', time: '00:00:00' },
  };
  const file = { path: '/w/case.dts', text: decodeText(bytes) };
  return {
    ...preprocess(file, reader, options),
    tree: new Frontend(grammar, reader).evaluate(file.path, options),
    file,
  };
}

test('there is an answer for each case', () => {
  expect(Object.keys(expected)).toEqual(cases.map(({ name }) => name));
});

test.each(cases.map(({ name, bytes }) => [name, bytes] as const))('%s', (name, bytes) => {
  const says = expected[name];
  const { text, problems, tree, file } = read(bytes);
  const refused = problems.filter(({ severity }) => severity === 'error');
  expect(refused.length === 0).toBe(says?.cpp);
  if (says?.cpp) expect(Buffer.from(encodeText(text)).toString('latin1')).toBe(says.text);
  // cpp shows a wrong number of arguments at the end of the call, we at its name.
  else if (says?.line !== undefined && refused[0]?.span.file === file.path && !/^macro "/.test(says.error ?? '')) {
    expect(positionAt(lineStarts(file.text), refused[0].span.start).line + 1).toBe(says.line);
  }
  const errors = tree.problems.filter(({ severity }) => severity === 'error');
  const blob = errors.length === 0 ? Buffer.from(writeBlob(tree, { symbols: false })).toString('hex') : undefined;
  expect(blob).toBe(says?.blob);
});
