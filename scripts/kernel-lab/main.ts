// SPDX-License-Identifier: MIT
// Boots every tree of test/kernel/trees on Debian's Linux under QEMU and holds the model's predictions against what it did.
// usage: npm run test:kernel -- [--all] [--case TEXT] [--kernel 7.3] [--jobs N] [--seconds N] [--record] [--page] [--refresh]
//   Without --all, --case and --kernel: every tree on the newest kernel that it names, and a sample on the others that
//   changes with the commit.
//   --seconds  stops to begin boots after that time, and says what is left: with --record, begin again for the rest
//   --record   writes test/kernel/observations instead of comparing with the committed ones, and with --all
//              docs/kernel-lab.md
//   --missing  boots only what has no committed observation
//   --page     boots nothing, and writes docs/kernel-lab.md from the committed observations and today's model
//   --refresh  asks Debian for newer kernels first
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Field } from '#ide/live/agreement.ts';
import { type Observed, observe } from '#ide/live/observe.ts';
import { allCases } from '../../test/kernel/cases.ts';
import { ROOT } from '../oracle/kernel.ts';
import { boot } from './boot.ts';
import { compareObservations } from './compare.ts';
import { formatObservation } from './format.ts';
import { type Image, installTools, prepareImage } from './images.ts';
import { type Compare, loadModel, type Run } from './predict.ts';
import { sampleOf } from './sample.ts';
import { type Done, writeTable } from './table.ts';

const lab = join(ROOT, 'test', 'kernel');

interface Options {
  readonly case: string;
  readonly kernel: string | undefined;
  readonly all: boolean;
  readonly missing: boolean;
  readonly seconds: number;
  readonly jobs: number;
  readonly record: boolean;
  readonly page: boolean;
  readonly refresh: boolean;
}

/** What a run is made in. */
interface Environment {
  readonly options: Options;
  readonly images: ReadonlyMap<string, Image>;
  readonly folder: string;
  readonly compareWithModel: Compare;
}

interface Outcome {
  /** Absent where the boot failed. */
  readonly observed?: Observed;
  /** Why it failed, or where it is not what is committed. */
  readonly drift: readonly string[];
  readonly fields: readonly Field[];
}

/** A run with what came of it, once it was made. */
interface Job extends Run {
  outcome?: Outcome;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string', default: '' },
      kernel: { type: 'string' },
      all: { type: 'boolean', default: false },
      missing: { type: 'boolean', default: false },
      seconds: { type: 'string', default: 'Infinity' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      record: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      refresh: { type: 'boolean', default: false },
    },
  });
  const { kernel, seconds, jobs, ...rest } = values;
  return { ...rest, kernel, seconds: Number(seconds), jobs: Math.max(1, Number(jobs)) };
}

const observationFile = (run: Run): string => join(lab, 'observations', run.kernel, `${run.test.name}.json`);

/** The text of a kernel's `.config`: of the image, or what was recorded with the observations. */
function configOf(kernel: string, image: Image | undefined): string {
  if (image !== undefined) return readFileSync(image.config, 'utf8');
  return gunzipSync(readFileSync(join(lab, 'observations', kernel, 'config.gz'))).toString();
}

const committedOf = (file: string): Observed | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Observed) : undefined;

/**
 * Boots one run and compares: Linux with the committed observation (unless recording), and the model with Linux. A kernel
 * that is not here is represented by its committed observation.
 */
async function perform(run: Run, { options, images, folder, compareWithModel }: Environment): Promise<Outcome> {
  const image = images.get(run.kernel);
  const file = observationFile(run);
  const observed = image === undefined ? committedOf(file) : observe(await boot(image, run.test, folder));
  const none = 'no committed observation: run with --record';
  if (observed === undefined) return { drift: [none], fields: [] };
  if (options.record && image !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, formatObservation(observed));
  }
  const committed = committedOf(file);
  const drift = committed ? compareObservations(committed, observed) : [none];
  const kernelConfig = configOf(run.kernel, image);
  return { observed, drift, fields: compareWithModel(run, kernelConfig, observed) };
}

const disagreement = ({ device, field, predicted, observed }: Field): string =>
  `${device} ${field}: the model says ${predicted || 'nothing'}, Linux ${observed || 'nothing'}`;

/** Everything that makes a run fail, as lines. */
const problemsOf = ({ drift, fields }: Outcome): string[] => [
  ...drift,
  ...fields.filter((field) => field.outcome === 'differs').map(disagreement),
];

const hasFailed = ({ outcome }: Job): boolean => outcome !== undefined && problemsOf(outcome).length > 0;

function report({ kernel, test }: Run, outcome: Outcome, seconds: number): void {
  const problems = problemsOf(outcome);
  const open = outcome.fields.filter((field) => field.outcome === 'open').length;
  const counts = `${outcome.fields.length} fields${open > 0 ? `, ${open} open` : ''}, ${seconds.toFixed(1)} s`;
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${kernel.padEnd(5)} ${test.name} (${counts})`);
  for (const problem of problems.slice(0, 12)) console.log(`       ${problem}`);
  if (problems.length > 12) console.log(`       … and ${problems.length - 12} more`);
}

/** Runs the queue on `jobs` workers; a run that throws counts as failed and does not stop the others. */
async function performAll(runs: readonly Job[], environment: Environment, jobs: number): Promise<void> {
  const queue = [...runs];
  const end = performance.now() + environment.options.seconds * 1000;
  const worker = async () => {
    while (performance.now() < end) {
      const run = queue.shift();
      if (run === undefined) return;
      const begin = performance.now();
      try {
        run.outcome = await perform(run, environment);
      } catch (error) {
        run.outcome = { drift: [(error as Error).message], fields: [] };
      }
      report(run, run.outcome, (performance.now() - begin) / 1000);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  if (queue.length > 0) console.log(`${queue.length} are left`);
}

/**
 * A guest's clock runs on while the machine is busy: a driver comes after a timeout of seconds that it would have met. What
 * differed is booted once more with nothing beside it, and counts when it differs again. A kernel that is not here
 * differs the same way each time.
 */
async function repeatAlone(runs: readonly Job[], environment: Environment): Promise<void> {
  if (environment.options.record || runs.length === 0) return;
  console.log(
    `${runs.length} once more, alone: ${runs.map(({ kernel, test }) => `${kernel} ${test.name}`).join(', ')}`,
  );
  await performAll(runs, environment, 1);
}

/** The configuration of each kernel without its comments, for the tests that hold the model against the observations. */
function recordConfigs(images: ReadonlyMap<string, Image>): void {
  for (const [kernel, image] of images) {
    mkdirSync(join(lab, 'observations', kernel), { recursive: true });
    const symbols = readFileSync(image.config, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('CONFIG_'));
    writeFileSync(join(lab, 'observations', kernel, 'config.gz'), gzipSync(`${symbols.join('\n')}\n`, { level: 9 }));
  }
}

/** The runs that the options ask for. */
function chooseRuns(options: Options): Job[] {
  const all = allCases(join(lab, 'trees')).flatMap((test) => test.kernels.map((kernel): Job => ({ test, kernel })));
  const isAsked = ({ test, kernel }: Run) =>
    test.name.includes(options.case) && (options.kernel === undefined || options.kernel === kernel);
  if (options.missing) return all.filter((run) => isAsked(run) && !existsSync(observationFile(run)));
  if (options.all || options.page || options.case !== '' || options.kernel !== undefined) return all.filter(isAsked);
  const runs = sampleOf(all, ROOT);
  console.log(
    `${runs.length} of ${all.length} boots: each tree on its newest kernel, a sample on the others (--all: every one)`,
  );
  return runs;
}

/** The images of those kernels that can be had; the others' committed observations stand for them. */
function prepareImages(runs: readonly Run[], refresh: boolean): Map<string, Image> {
  installTools();
  const init = join(lab, 'guest', 'init');
  const images = new Map<string, Image>();
  for (const kernel of new Set(runs.map((run) => run.kernel))) {
    const image = prepareImage(kernel, init, refresh);
    if (image !== undefined) images.set(kernel, image);
  }
  return images;
}

/** For the page: the runs of which there is an observation. */
const doneOf = (runs: readonly Job[]): Done[] =>
  runs.flatMap(({ test, kernel, outcome }) =>
    outcome?.observed === undefined ? [] : [{ test, kernel, observed: outcome.observed, fields: outcome.fields }],
  );

async function bootAll(options: Options): Promise<number> {
  const chosen = chooseRuns(options);
  // Nothing that was looked at would be nothing that failed.
  if (chosen.length === 0 && !options.missing) throw new Error('test:kernel: no boot has such a --case and --kernel');
  const images = options.page ? new Map<string, Image>() : prepareImages(chosen, options.refresh);
  const folder = mkdtempSync(join(tmpdir(), 'kernel-lab-'));
  if (options.record) recordConfigs(images);
  const environment = { options, images, folder, compareWithModel: await loadModel() };
  await performAll(chosen, environment, options.jobs);
  const runs = chosen.filter((run) => run.outcome !== undefined);
  await repeatAlone(runs.filter(hasFailed), environment);
  const failed = runs.filter(hasFailed);
  const whole = options.case === '' && options.kernel === undefined && runs.length === chosen.length;
  if (options.page || (options.record && options.all && whole)) {
    writeTable(join(ROOT, 'docs', 'kernel-lab.md'), doneOf(runs));
  }
  if (failed.length === 0) rmSync(folder, { recursive: true });
  else console.log(`The guests' own words are in ${relative(process.cwd(), folder)}.`);
  console.log(`${runs.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

export async function main(args: readonly string[]): Promise<number> {
  try {
    return await bootAll(readOptions(args));
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
}
