// SPDX-License-Identifier: MIT
// `dt-iommu compile` against cpp and every installed dtc: the same blob, or both refuse.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { macroText } from '../generate/macros.ts';
import { mutateTokens } from '../generate/mutate.ts';
import { treeText } from '../generate/trees.ts';
import { kernelBoards } from '../kernel.ts';
import { type Case, type Dtc, Oracle, type Verdict } from '../oracle.ts';
import { compileCases, knowsVersions } from '../ours.ts';
import { Pick } from '../random.ts';
import { type Run, type Target, timeLeft } from '../run.ts';
import { Enough, shrinkText } from '../shrink.ts';

export const differential: Target = {
  name: 'differential',
  unit: 'texts against cpp and dtc',
  share: 4,
  run: compare,
};

const BATCH = 200;
/** Of failures that look alike, so many are made small. */
const MAX_ALIKE = 2;
/** And so long one of them may take; in milliseconds. */
const MAX_SHRINKING = 6_000;

interface Batch {
  readonly cases: readonly Case[];
  readonly includes: readonly string[];
}

async function compare(run: Run): Promise<number> {
  const bench = { run, oracle: new Oracle(run.folder), versions: await knowsVersions() };
  const boards = kernelBoards(run);
  const alike = new Map<string, number>();
  let count = 0;
  for (let number = 0; timeLeft(run); number++) {
    const seed = run.seed * 100_000 + number;
    // Every tenth batch is mutations of a board of Linux.
    const batch = number % 10 === 9 && boards.length > 0 ? kernelBatch(seed, boards) : ownBatch(seed);
    for (const difference of await differences(bench, batch)) {
      const key = signature(difference);
      const before = alike.get(key) ?? 0;
      alike.set(key, before + 1);
      const { one, dtc } = difference;
      const least = before < MAX_ALIKE ? await smallest(bench, batch, difference) : one.text;
      run.fail({
        name: one.name,
        what: `dtc ${dtc.version}${one.symbols ? ' -@' : ''}: ${key}`,
        seed,
        files: { 'board.dts': least },
        data: {
          symbols: one.symbols,
          expected: await expectedOf(bench, batch, { ...one, text: least, isolated: true }),
          ...(batch.includes.length > 0 && { includes: batch.includes }),
        },
      });
    }
    count += batch.cases.length;
  }
  return count;
}

/** By version of dtc: the SHA-256 of the blob, or `refused`; what `test/fuzz/corpus.test.ts` holds us to. */
async function expectedOf({ oracle }: Bench, { includes }: Batch, one: Case): Promise<Record<string, string>> {
  const answers = [...(await oracle.judge([one], includes))];
  return Object.fromEntries(
    answers.map(([version, verdicts]) => {
      const blob = verdicts.get(one.name)?.blob;
      return [version, blob ? createHash('sha256').update(blob).digest('hex') : 'refused'];
    }),
  );
}

async function smallest(bench: Bench, batch: Batch, { one, ours, theirs, dtc }: Difference): Promise<string> {
  const until = Date.now() + MAX_SHRINKING;
  return shrinkText(one.text, async (texts) => {
    if (Date.now() > until) throw new Enough();
    const cases = texts.map((text, index) => ({ ...one, name: `s${index}`, text, isolated: true }));
    const found = new Map<string, string>();
    for (const each of await differences(bench, { ...batch, cases }, [dtc])) {
      found.set(each.one.name, kindOf(each.ours, each.theirs));
    }
    return cases.map(({ name }) => found.get(name) === kindOf(ours, theirs));
  });
}

function kindOf(ours: Verdict, theirs: Verdict): string {
  if (!ours.blob) return 'dtc takes it, we refuse';
  return theirs.blob ? 'another blob' : 'dtc refuses it, we take it';
}

/** Differences with the same one have the same cause, mostly: what was said, without names and numbers. */
function signature({ ours, theirs }: Difference): string {
  const said = ours.blob ? theirs.said : ours.said;
  const [line = ''] = said.split('\n').filter((text) => /error/i.test(text));
  const message = line.replace(/^.*?: (?=.)/, '').replace(/[\w/@&{},+-]*[\d/&][\w/@&{},+-]*/g, '…');
  return `${kindOf(ours, theirs)}${message && `: ${message}`}`;
}

interface Bench {
  readonly run: Run;
  readonly oracle: Oracle;
  /** Our command can be told which dtc counts. */
  readonly versions: boolean;
}

interface Difference {
  readonly one: Case;
  readonly dtc: Dtc;
  readonly ours: Verdict;
  readonly theirs: Verdict;
}

/** Each case at most once, with the first dtc that it differs from. */
async function differences(
  { run, oracle, versions }: Bench,
  { cases, includes }: Batch,
  judges: readonly Dtc[] = versions ? oracle.dtcs : oracle.dtcs.slice(0, 1),
): Promise<Difference[]> {
  const expected = await oracle.judge(cases, includes, judges);
  const found = new Map<string, Difference>();
  for (const dtc of judges) {
    const answers = await compileCases(run.folder, cases, includes, versions ? dtc.version : undefined);
    for (const one of cases) {
      const theirs = expected.get(dtc.version)?.get(one.name) ?? { said: '' };
      const ours = answers.get(one.name) ?? { said: '' };
      if (!same(ours, theirs) && !crashed(theirs) && !found.has(one.name))
        found.set(one.name, { one, dtc, ours, theirs });
    }
  }
  return [...found.values()];
}

/** dtc neither takes nor refuses such a text: it dies of it (`interrupt-parent` of two cells, livetree.c: propval_cell). */
const crashed = ({ said }: Verdict): boolean => /Assertion .* failed/.test(said);

function same({ blob: ours }: Verdict, { blob: theirs }: Verdict): boolean {
  return ours && theirs ? ours.equals(theirs) : ours === theirs;
}

function ownBatch(seed: number): Batch {
  const cases = Array.from({ length: BATCH }, (_, index): Case => {
    const pick = new Pick(seed * 1000 + index);
    const kind = index % 20;
    const symbols = pick.chance(40);
    const name = `c${seed}x${index}`;
    if (kind < 2) return { name, text: macroText(pick, false), symbols, isolated: true };
    if (kind < 4) return { name, text: macroText(pick, true), symbols, isolated: true };
    if (kind < 6) return { name, text: mutateTokens(pick, treeText(pick)), symbols, isolated: true };
    return { name, text: treeText(pick), symbols, isolated: false };
  });
  return { cases, includes: [] };
}

const MUTANTS = 12;

function kernelBatch(seed: number, boards: readonly string[]): Batch {
  const pick = new Pick(seed);
  const board = pick.of(boards);
  const original = readFileSync(board, 'utf8');
  const cases = Array.from({ length: MUTANTS }, (_, index): Case => {
    const text = index === 0 ? original : mutateTokens(pick, original);
    return { name: `k${seed}x${index}`, text, symbols: pick.chance(40), isolated: true };
  });
  const kernel = board.slice(0, board.indexOf('/arch/'));
  return { cases, includes: [dirname(board), join(kernel, 'scripts/dtc/include-prefixes')] };
}
