// SPDX-License-Identifier: MIT
// dtc's own test inputs: the same blob for each that dtc accepts, each of its errors at the same line, and an end on all.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Problem } from '#base/problem.ts';
import { compareChecks, ownEntries, parseMessages } from './checks.ts';
import { type Run, Workbench } from './core.ts';
import { ROOT } from './kernel.ts';

/** The inputs may not be copied into the project; they lie beside it, or where DTC_TESTS says. */
export function dtcTestsDir(): string | undefined {
  const folder = process.env.DTC_TESTS ?? join(ROOT, '../shared/data/dtc-tests');
  return existsSync(join(folder, 'expected-dtc-1.6.1.json')) ? folder : undefined;
}

interface Expectation {
  readonly exit: number;
  readonly sha256: string;
  readonly messages: readonly string[];
}

export function compareDtcTests({ report }: Run): void {
  const folder = dtcTestsDir();
  if (!folder) {
    console.log("dtc's own tests: skipped, set DTC_TESTS to the folder with expected-dtc-1.6.1.json");
    return;
  }
  const recorded: Record<string, Expectation> = JSON.parse(
    readFileSync(join(folder, 'expected-dtc-1.6.1.json'), 'utf8'),
  );
  const all = Object.entries(recorded);
  const blobs = report.part("dtc's own tests: blob", all.length);
  const errors = report.part("dtc's own tests: lines of errors", all.length);
  const checks = report.part("dtc's own tests: findings of checks", all.length);
  const ends = report.part("dtc's own tests: ours ends where dtc crashes or does not end", all.length);
  for (const [name, expectation] of all) {
    const bench = new Workbench();
    const paths = [folder, join(folder, 'search_dir'), join(folder, 'search_dir_b')];
    const started = Date.now();
    const tree = bench.evaluate(join(folder, name), paths, { defines: [] });
    const problems = bench.problems(tree, new Map());
    const said = parseMessages(expectation.messages.join('\n'));
    if (expectation.exit === 0) {
      const hash = createHash('sha256').update(bench.blob(tree)).digest('hex');
      if (hash === expectation.sha256) blobs.pass();
      else blobs.fail(`${name}: ${hash.slice(0, 12)}… instead of ${expectation.sha256.slice(0, 12)}…`);
      const { different } = compareChecks(tree, ownEntries(bench, problems, folder), said);
      if (different.length === 0) checks.pass();
      else checks.fail(`${name}: ${different.join('\n    ')}`);
    } else if (expectation.exit === 2) {
      const { different } = compareChecks(tree, ownEntries(bench, problems, folder), said);
      if (different.length === 0) errors.pass();
      else errors.fail(`${name}: ${different.join('\n    ')}`);
    } else if (expectation.exit === 1) {
      const missed = errorPlaces(expectation.messages).filter((place) => !hasErrorAt(bench, problems, place));
      if (missed.length === 0) errors.pass();
      else errors.fail(`${name}: no error at ${missed.map(({ file, line }) => `${file}:${line}`).join(', ')}`);
    } else if (Date.now() - started < 5000) ends.pass();
    else ends.fail(`${name}: ${Date.now() - started} ms`);
  }
  for (const part of [blobs, errors, checks, ends]) part.done();
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** Of each error; dtc counts from a place of its own after a NUL in a line directive. */
function errorPlaces(messages: readonly string[]): Place[] {
  const places: Place[] = [];
  for (const message of messages) {
    const [, file, line, text] = /^(?:(?:Lexical e|E)rror: )?([^:\s]+):(\d+)\.\d+-[\d.]+:? (.*)$/.exec(message) ?? [];
    if (file !== undefined && !text?.startsWith('Warning')) places.push({ file, line: Number(line) });
  }
  return places;
}

function hasErrorAt(bench: Workbench, problems: readonly Problem[], { file, line }: Place): boolean {
  return problems.some(
    ({ severity, span }) => severity === 'error' && basename(span.file) === file && bench.lineOf(span) === line,
  );
}
