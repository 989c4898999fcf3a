// SPDX-License-Identifier: MIT
// cpp and dtc on the cases of test/oracle/cpp: the same text as `cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp`
// prints, an error where it has one, and the blob that dtc makes of it. `--write` records what they say, for
// test/tree/cpp.test.ts.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeText, encodeText } from '#base/bytes.ts';
import type { Problem } from '#base/problem.ts';
import { lineStarts, positionAt } from '#base/text.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { type EvaluateOptions, Frontend } from '#tree/frontend.ts';
import { preprocess } from '#tree/token-stream.ts';
import { DEFINES, diskReader, grammar, type Run } from './core.ts';
import { folder, readCases } from './cpp-cases.ts';

/** gcc takes the time from here. */
const EPOCH = 86_400;
const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C', SOURCE_DATE_EPOCH: String(EPOCH) };
const STAMP = 'Fri Jan  2 00:00:00 1970';

/** A copy of the cases' files with one of them as `case.dts`. */
export function prepare(bytes: Buffer): string {
  const work = mkdtempSync(join(tmpdir(), 'dt-cpp-'));
  cpSync(join(folder, 'files'), work, { recursive: true });
  writeFileSync(join(work, 'case.dts'), bytes);
  const files = execFileSync('find', [work, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n');
  for (const file of files) utimesSync(file, EPOCH, EPOCH);
  return work;
}

interface Answer {
  /** Whether cpp has no error. */
  readonly cpp: boolean;
  readonly text: string;
  /** Of the first error. */
  readonly line?: number | undefined;
  /** In hex digits; absent where there is none. */
  readonly blob?: string;
}

interface Theirs extends Answer {
  readonly error?: string;
}

interface Ours extends Answer {
  readonly errors: readonly Problem[];
  readonly failed: readonly Problem[];
}

/** What the programs say. */
export function askPrograms(work: string): Theirs {
  const cpp = spawnSync(
    'cpp',
    ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', '-I', 'inc', 'case.dts'],
    {
      cwd: work,
      env,
      maxBuffer: 1 << 30,
    },
  );
  const output = cpp.stdout.toString('latin1');
  const start = output.indexOf('# 1 "case.dts"');
  const error = /^(?:.*?)case\.dts:(\d+)(?::\d+)?: (?:fatal )?error: (.*)$/m.exec(cpp.stderr.toString());
  const answer = { cpp: cpp.status === 0, text: output.slice(start) };
  if (cpp.status !== 0) {
    return {
      ...answer,
      line: error ? Number(error[1]) : undefined,
      error: error?.[2] ?? cpp.stderr.toString().slice(0, 200),
    };
  }
  const dtc = spawnSync('dtc', ['-q', '-O', 'dtb', '-b', '0', '-'], {
    cwd: work,
    input: cpp.stdout,
    maxBuffer: 1 << 30,
  });
  return { ...answer, ...(dtc.status === 0 && { blob: dtc.stdout.toString('hex') }) };
}

/** What we say. */
export function askOurs(work: string): Ours {
  const reader = { ...diskReader(decodeText), modified: () => STAMP };
  const file = reader.read(join(work, 'case.dts'));
  if (!file) throw new Error(`no case in ${work}`);
  const options: EvaluateOptions = {
    includePaths: [join(work, 'inc')],
    includeNames: ['inc'],
    boardName: 'case.dts',
    defines: DEFINES,
    time: { date: 'Jan  2 1970', time: '00:00:00' },
  };
  const { text, problems } = preprocess(file, reader, options);
  const errors = problems.filter(({ severity }) => severity === 'error');
  const tree = new Frontend(grammar, reader).evaluate(file.path, options);
  const failed = tree.problems.filter(({ severity }) => severity === 'error');
  const lineOf = ({ span }: Problem) => positionAt(lineStarts(file.text), span.start).line + 1;
  return {
    text: Buffer.from(encodeText(text)).toString('latin1'),
    cpp: errors.length === 0,
    line: errors[0] && errors[0].span.file === file.path ? lineOf(errors[0]) : undefined,
    errors,
    ...(failed.length === 0 && { blob: Buffer.from(writeBlob(tree, { symbols: false })).toString('hex') }),
    failed,
  };
}

/** Where the two differ; empty when they agree. */
export function differences(theirs: Theirs, ours: Ours): string[] {
  const found: string[] = [];
  if (theirs.cpp !== ours.cpp)
    found.push(theirs.cpp ? `error of ours: ${ours.errors[0]?.message}` : `cpp: ${theirs.error}`);
  else if (theirs.cpp && theirs.text !== ours.text) found.push(`text ${firstDifference(ours.text, theirs.text)}`);
  // cpp shows a wrong number of arguments at the end of the call, we at its name.
  else if (/^macro "/.test(theirs.error ?? '')) return found;
  else if (theirs.line !== undefined && ours.line !== undefined && theirs.line !== ours.line) {
    found.push(`error on line ${ours.line} instead of ${theirs.line}: ${theirs.error}`);
  }
  if (theirs.blob !== ours.blob) {
    if (theirs.blob === undefined) found.push('dtc or cpp refuses it, we do not');
    else found.push(ours.blob === undefined ? `no blob: ${ours.failed[0]?.message}` : 'another blob');
  }
  return found;
}

function firstDifference(ours: string, theirs: string): string {
  let at = 0;
  while (ours[at] === theirs[at]) at++;
  const part = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 30));
  return `${part(ours)} instead of ${part(theirs)}`;
}

export function compareCpp({ report, write }: Run): void {
  const cases = readCases();
  const part = report.part('cpp on cases', cases.length);
  const expected: Record<string, Theirs> = {};
  for (const { name, bytes } of cases) {
    const work = prepare(bytes);
    const theirs = askPrograms(work);
    expected[name] = theirs;
    const different = differences(theirs, askOurs(work));
    if (different.length === 0) part.pass();
    else part.fail(`${name}: ${different.join('; ')}`);
    rmSync(work, { recursive: true });
  }
  if (write) writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, undefined, 1)}\n`);
  part.done();
}
