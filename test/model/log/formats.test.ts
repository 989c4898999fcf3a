// SPDX-License-Identifier: MIT
// The formats of log lines are those of the sources: each stands in the function that its row names, where a source is at hand.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileFormat, type LogFormat, scan } from '#model/log/format.ts';
import { LOG_FORMATS } from '#model/log/reader.ts';
import { KERNEL } from '#test/support/kernel.ts';

/** Sources by release; the first that is there counts. */
const SOURCES = {
  '6.12': [process.env.LINUX_6_12, '/work/suites/linux-6.12', KERNEL],
  '7.3': [process.env.LINUX_7_3, '/work/suites/linux-7.3'],
};

const isThere = (path: string | undefined): path is string =>
  path !== undefined && existsSync(join(path, 'drivers/iommu'));

const texts = new Map<string, string>();

/** A file with the strings that C joins joined, and with the macros of <inttypes.h> as the compiler sees them. */
function joined(path: string): string {
  let text = texts.get(path);
  if (text === undefined) {
    text = readFileSync(path, 'utf8')
      .replace(/"PRIx64"/g, 'llx')
      .replace(/"\s*\n\s*"/g, '');
    texts.set(path, text);
  }
  return text;
}

/** The functions of a file, by the place of their first character: those that begin in the first column. */
function functionAt(text: string, place: number): string | undefined {
  const starts = /^(?![ \t#/*}])[^\n;=]*?\b(\w+)\s*\([^;{}]*\)\s*\{/gm;
  let name: string | undefined;
  for (const match of text.slice(0, place).matchAll(starts)) name = match[1];
  return name;
}

/** As C writes it. */
const written = (format: string) => format.replaceAll('"', '\\"').replaceAll('\t', '\\t');

function foundIn(root: string, row: LogFormat): string[] {
  return row.source.filter((each) => {
    const [file = '', name] = each.split(':');
    const path = join(root, file);
    if (!existsSync(path)) return false;
    const text = joined(path);
    for (let at = text.indexOf(written(row.format)); at >= 0; at = text.indexOf(written(row.format), at + 1)) {
      if (functionAt(text, at) === name) return true;
    }
    return false;
  });
}

for (const [release, roots] of Object.entries(SOURCES)) {
  const root = roots.find(isThere);
  test.skipIf(root === undefined)(`the formats stand in the source of Linux ${release}`, () => {
    const rows = LOG_FORMATS.filter(({ xen, only }) => !xen && (only === undefined || only.includes(release)));
    const missing = rows.filter((row) => foundIn(root ?? '', row).length === 0);
    expect(missing.map(({ format, source }) => `${format} (${source.join(', ')})`)).toEqual([]);
  });
}

test('every function that a row names has the format in a source', () => {
  const roots = Object.values(SOURCES).flatMap((all) => all.find(isThere) ?? []);
  if (roots.length < Object.keys(SOURCES).length) return;
  const known = Object.keys(SOURCES);
  // What other releases printed was seen when they booted.
  const rows = LOG_FORMATS.filter(
    ({ xen, only }) => !xen && (only?.some((release) => known.includes(release)) ?? true),
  );
  const dead = rows.flatMap((row) => {
    const found = new Set(roots.flatMap((root) => foundIn(root, row)));
    return row.source.filter((each) => !found.has(each)).map((each) => `${row.format} (${each})`);
  });
  expect(dead).toEqual([]);
});

test('a row has a name for each conversion, and each topic with a device says whose', () => {
  for (const row of LOG_FORMATS) {
    const { pieces, names, anchor } = compileFormat(row);
    const conversions = pieces.filter(({ conversion }) => conversion !== undefined).length;
    expect([row.format, names.length]).toEqual([row.format, conversions]);
    expect([row.format, (row.named === undefined) === (row.prefix !== undefined)]).toEqual([row.format, true]);
    expect(anchor).not.toBe('');
  }
});

test('what a format prints is read back', () => {
  const read = (format: string, text: string) => scan(compileFormat({ ...LOG_FORMATS[0]!, format }), text, 0);
  expect(read('a 0x%08x, b %d: %s', 'a 0x00000010, b -5: some words')).toEqual(['00000010', '-5', 'some words']);
  expect(read('%s fault from EP %u at %#llx [%s%s%s]', 'page fault from EP 8 at 0x1000 [RW]')).toEqual([
    'page',
    '8',
    '0x1000',
    '',
    '',
    'RW',
  ]);
  expect(read('a %x', 'a xyz')).toBeUndefined();
  expect(read('a %x', 'a 12 and more')).toBeUndefined();
});
