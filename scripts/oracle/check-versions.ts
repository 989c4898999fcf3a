// SPDX-License-Identifier: MIT
// What the checks of each dtc say, and what our rules say of the same text with that `--dtc-version`: check, node, line
// and level. Inputs: the fixtures of the checks, the examples of all rules, dtc's own tests, and as many small changes to
// these as MUTANTS says (100). `--write` records what each dtc says of the fixtures, for the unit tests, and prints
// which checks each has.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '#base/problem.ts';
import { DTC_RULES } from '#rules/dtc/index.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { RULES } from '#rules/index.ts';
import { parseDtcVersion } from '#tree/dtc/version.ts';
import { checkMutant } from './check-mutants.ts';
import { compareChecks, ownEntries, parseMessages } from './checks.ts';
import { type Run, Workbench } from './core.ts';
import { dtcTestsDir } from './dtc-tests.ts';
import { allChecks } from './expected.ts';
import { ROOT } from './kernel.ts';
import { allDtcs, type Dtc } from './versions.ts';

const folder = join(ROOT, 'test/oracle/checks');
const MUTANTS = Number(process.env.MUTANTS ?? 100);
const FIRST = Number(process.env.FIRST_MUTANT ?? 1);
/** Longer texts take a dtc too long to be changed often. */
const MAX_LENGTH = 6000;

type Named = readonly [name: string, text: string];

export function compareCheckVersions({ report, write }: Run): void {
  const fixtures = readdirSync(folder)
    .filter((name) => /\.dtso?$/.test(name))
    .map((name): Named => [name, readFileSync(join(folder, name), 'utf8')]);
  const texts = [...fixtures, ...examples(RULES), ...ownTests()];
  const short = texts.map(([, text]) => text).filter((text) => text.length < MAX_LENGTH);
  const mutants = Array.from(
    { length: MUTANTS },
    (_, at): Named => [`mutant ${FIRST + at}`, checkMutant(FIRST + at, short)],
  );
  const work = mkdtempSync(join(tmpdir(), 'check-versions-'));
  const recorded: Record<string, Record<string, Summary>> = {};
  try {
    for (const dtc of allDtcs()) {
      const part = report.part(`dtc ${dtc.version}: what its checks say`, texts.length + mutants.length);
      for (const [name, text] of [...texts, ...mutants]) {
        writeFileSync(join(work, 'in.dts'), text, 'latin1');
        const messages = said(dtc, work);
        if (messages === undefined) continue;
        const different = compareOne(dtc, join(work, 'in.dts'), messages);
        if (different.length === 0) part.pass();
        else part.fail(`${name}: ${different.join('\n    ')}`);
        if (fixtures.some(([fixture]) => fixture === name)) {
          recorded[name] = { ...recorded[name], [dtc.version]: summary(messages) };
        }
      }
      part.done();
      if (write) console.log(`dtc ${dtc.version} does not have: ${absent(dtc, work, DTC_RULES).join(' ')}`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (write) writeFileSync(join(folder, 'by-version.json'), `${JSON.stringify(recorded, null, 1)}\n`);
}

/** The examples of one file that need no preprocessor, a statement on each line. */
function examples(rules: readonly Rule[]): Named[] {
  return rules.flatMap(({ id, example }) =>
    (['bad', 'good'] as const).flatMap((side): Named[] => {
      const text = example[side].replace(/^\n/, '').replaceAll(/(;|\{) /g, '$1\n');
      if (/\/\/- |#include|#define/.test(text)) return [];
      return [[`${id} ${side}`, text.includes('/dts-v1/') ? text : `/dts-v1/;\n${text}`]];
    }),
  );
}

function ownTests(): Named[] {
  const tests = dtcTestsDir();
  if (!tests) return [];
  return readdirSync(tests).flatMap((name): Named[] => {
    const text = name.endsWith('.dts') ? readFileSync(join(tests, name), 'latin1') : '';
    return text === '' || text.length > 20_000 || /include|incbin|#line|^# /m.test(text) ? [] : [[name, text]];
  });
}

/** What a dtc says with all its checks, or `undefined` where it stops before them. */
function said({ program }: Dtc, work: string): string | undefined {
  const options = ['-f', '-I', 'dts', '-O', 'dtb', '-o', '/dev/null', ...allChecks, 'in.dts'];
  const { status, stderr } = spawnSync(program, options, { cwd: work, encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? stderr : undefined;
}

function compareOne(dtc: Dtc, file: string, messages: string): string[] {
  const bench = new Workbench(parseDtcVersion(dtc.version));
  const tree = bench.evaluate(file, [], { defines: [] });
  const problems = bench.problems(tree);
  const { different } = compareChecks(tree, ownEntries(bench, problems, join(file, '..')), parseMessages(messages));
  const stops = problems.find(({ rule, severity }) => severity === 'error' && !rule.startsWith('dtc/'));
  const stopped = stops ? [`only ours: ${stops.rule}: ${stops.message}`] : [];
  return [...different, ...stopped, ...otherLevels(problems, messages)];
}

/** A phandle that is written as a number is a hint of ours where it leads somewhere, and a warning of dtc. */
function otherLevels(problems: readonly Problem[], messages: string): string[] {
  const levels = new Map<string, string>();
  for (const [, level, check] of messages.matchAll(/(Warning|ERROR) \((\w+)\): \//g))
    levels.set(`dtc/${check}`, level === 'ERROR' ? 'error' : 'warning');
  return problems
    .filter(({ rule, severity }) => severity !== 'hint' && levels.has(rule) && levels.get(rule) !== severity)
    .map(({ rule, severity }) => `${rule} is ${severity}, for dtc ${levels.get(rule)}`);
}

interface Summary {
  /** `check node`, sorted, each once. */
  readonly found: readonly string[];
  /** The checks that were not run for want of another. */
  readonly skipped: readonly string[];
  /** An error ended them. */
  readonly aborted?: boolean;
}

function summary(messages: string): Summary {
  const { entries, skipped, aborted } = parseMessages(messages);
  const found = [...new Set(entries.map(({ check, node }) => `${check} ${node}`))].sort();
  return { found, skipped: [...skipped].sort(), ...(aborted && { aborted }) };
}

function absent({ program }: Dtc, work: string, rules: readonly Rule[]): string[] {
  writeFileSync(join(work, 'in.dts'), '/dts-v1/; / { };');
  return rules
    .map(({ id }) => id.slice(4))
    .filter((name) => spawnSync(program, ['-q', '-W', name, '-o', '/dev/null', 'in.dts'], { cwd: work }).status !== 0);
}
