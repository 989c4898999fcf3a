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
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { boot } from './kernel-lab/boot.mjs';
import { compareObservations } from './kernel-lab/compare.mjs';
import { formatObservation } from './kernel-lab/format.mjs';
import { installTools, prepareImage } from './kernel-lab/images.mjs';
import { loadAllCases, loadModel } from './kernel-lab/predict.mjs';
import { sampleOf } from './kernel-lab/sample.mjs';
import { writeTable } from './kernel-lab/table.mjs';
import { loadModule } from './load-core.mjs';

const { observe } = await loadModule('server/src/ide/live/observe.ts');

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lab = join(root, 'test', 'kernel');

const { values: options } = parseArgs({
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

const observationFile = (run) => join(lab, 'observations', run.kernel, `${run.test.name}.json`);

/** The text of a kernel's `.config`: of the image, or what was recorded with the observations. */
function configOf(kernel, image) {
  if (image !== undefined) return readFileSync(image.config, 'utf8');
  return gunzipSync(readFileSync(join(lab, 'observations', kernel, 'config.gz'))).toString();
}

const committedOf = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

/**
 * Boots one run and compares: Linux with the committed observation (unless recording), and the model with Linux. A kernel
 * that is not here is represented by its committed observation.
 */
async function perform(run, { images, folder, compareWithModel }) {
  const image = images.get(run.kernel);
  const file = observationFile(run);
  const observed = image === undefined ? committedOf(file) : observe(await boot(image, run.test, folder));
  if (options.record && image !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, formatObservation(observed));
  }
  const committed = committedOf(file);
  const drift = committed ? compareObservations(committed, observed) : ['no committed observation: run with --record'];
  const kernelConfig = configOf(run.kernel, image);
  return { observed, drift, fields: compareWithModel({ ...run, kernelConfig }, observed) };
}

const disagreement = ({ device, field, predicted, observed }) =>
  `${device} ${field}: the model says ${predicted || 'nothing'}, Linux ${observed || 'nothing'}`;

/** Everything that makes a run fail, as lines. */
const problemsOf = ({ drift, fields }) => [
  ...drift,
  ...fields.filter((field) => field.outcome === 'differs').map(disagreement),
];

const hasFailed = (run) => problemsOf(run.outcome).length > 0;

function report(run, seconds) {
  const { outcome, kernel, test } = run;
  const problems = problemsOf(outcome);
  const open = outcome.fields.filter((field) => field.outcome === 'open').length;
  const counts = `${outcome.fields.length} fields${open > 0 ? `, ${open} open` : ''}, ${seconds.toFixed(1)} s`;
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${kernel.padEnd(5)} ${test.name} (${counts})`);
  for (const problem of problems.slice(0, 12)) console.log(`       ${problem}`);
  if (problems.length > 12) console.log(`       … and ${problems.length - 12} more`);
}

/** Runs the queue on `jobs` workers; a run that throws counts as failed and does not stop the others. */
async function performAll(runs, environment, jobs = Math.max(1, Number(options.jobs))) {
  const queue = [...runs];
  const end = performance.now() + Number(options.seconds) * 1000;
  const worker = async () => {
    while (performance.now() < end) {
      const run = queue.shift();
      if (run === undefined) return;
      const begin = performance.now();
      try {
        run.outcome = await perform(run, environment);
      } catch (error) {
        run.outcome = { drift: [error.message], fields: [] };
      }
      report(run, (performance.now() - begin) / 1000);
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
async function repeatAlone(runs, environment) {
  if (options.record || runs.length === 0) return;
  console.log(
    `${runs.length} once more, alone: ${runs.map(({ kernel, test }) => `${kernel} ${test.name}`).join(', ')}`,
  );
  await performAll(runs, environment, 1);
}

/** The configuration of each kernel without its comments, for the tests that hold the model against the observations. */
function recordConfigs(images) {
  for (const [kernel, image] of images) {
    mkdirSync(join(lab, 'observations', kernel), { recursive: true });
    const symbols = readFileSync(image.config, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('CONFIG_'));
    writeFileSync(join(lab, 'observations', kernel, 'config.gz'), gzipSync(`${symbols.join('\n')}\n`, { level: 9 }));
  }
}

/** The runs that the options ask for. */
async function chooseRuns() {
  const cases = await loadAllCases(join(lab, 'trees'));
  const all = cases.flatMap((test) => test.kernels.map((kernel) => ({ test, kernel })));
  if (options.missing) return all.filter((run) => isAsked(run) && !existsSync(observationFile(run)));
  if (options.all || options.page || options.case !== '' || options.kernel !== undefined) return all.filter(isAsked);
  const runs = sampleOf(all, root);
  console.log(
    `${runs.length} of ${all.length} boots: each tree on its newest kernel, a sample on the others (--all: every one)`,
  );
  return runs;
}

const isAsked = ({ test, kernel }) =>
  test.name.includes(options.case) && (options.kernel === undefined || options.kernel === kernel);

/** The images of those kernels that can be had; the others' committed observations stand for them. */
function prepareImages(runs) {
  installTools();
  const kernels = [...new Set(runs.map((run) => run.kernel))];
  const init = join(lab, 'guest', 'init');
  const images = kernels.map((kernel) => [kernel, prepareImage(kernel, init, options.refresh)]);
  return new Map(images.filter(([, image]) => image !== undefined));
}

async function main() {
  const chosen = await chooseRuns();
  const images = options.page ? new Map() : prepareImages(chosen);
  const folder = mkdtempSync(join(tmpdir(), 'kernel-lab-'));
  if (options.record) recordConfigs(images);
  const environment = { images, folder, compareWithModel: await loadModel() };
  await performAll(chosen, environment);
  const runs = chosen.filter((run) => run.outcome !== undefined);
  await repeatAlone(runs.filter(hasFailed), environment);
  const failed = runs.filter(hasFailed);
  const whole = options.case === '' && options.kernel === undefined && runs.length === chosen.length;
  if (options.page || (options.record && options.all && whole)) writeTable(join(root, 'docs', 'kernel-lab.md'), runs);
  if (failed.length === 0) rmSync(folder, { recursive: true });
  else console.log(`The guests' own words are in ${relative(process.cwd(), folder)}.`);
  console.log(`${runs.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 2;
});
