// SPDX-License-Identifier: MIT
// docs/decision-table.md: its rows are numbered as tests and lab trees name them, and each leads to where it is decided.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCases } from '../kernel/cases.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ROWS = readFileSync(join(ROOT, 'docs/decision-table.md'), 'utf8')
  .split('\n')
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
  .filter(([row = '']) => /^\d+$/.test(row))
  .map(([row, , , , here = '']) => ({ row: Number(row), here }));

/** `row 21`, `rows 24 and 25`, `rows 18 to 22` in the texts of the model's tests. */
function rowsOfTests(): Set<number> {
  const folder = join(ROOT, 'test/model');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  const found = files.flatMap((name) => [
    ...readFileSync(join(folder, name), 'utf8').matchAll(/(?:test|describe)[^\n]*\('rows? (\d+)(?: (and|to) (\d+))?/g),
  ]);
  return new Set(
    found.flatMap(([, first, word, last]) =>
      word === 'to'
        ? Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at)
        : [Number(first), ...(last === undefined ? [] : [Number(last)])],
    ),
  );
}

test('the rows are numbered without a gap', () => {
  expect(ROWS.map(({ row }) => row)).toEqual(ROWS.map((_, at) => at + 1));
  expect(ROWS.length).toBeGreaterThan(25);
});

test.each(ROWS)('row $row is decided in a file that is there', ({ row, here }) => {
  const files = [...here.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
  // Whether a virtio device offers a feature is not in the tree.
  if (row === 28) expect(here).toBe('nowhere');
  else expect(files.filter((file) => existsSync(join(ROOT, file)))).toEqual(files);
  if (row !== 28) expect(files).not.toEqual([]);
});

test('each row is in a test of the model or in a tree that was booted', () => {
  const booted = readCases(join(ROOT, 'test/kernel/trees')).flatMap(({ rows }) => rows);
  const shown = new Set([...rowsOfTests(), ...booted]);
  const numbers = new Set(ROWS.map(({ row }) => row));
  expect([...shown].filter((row) => !numbers.has(row))).toEqual([]);
  expect([...numbers].filter((row) => !shown.has(row))).toEqual([28]);
});
