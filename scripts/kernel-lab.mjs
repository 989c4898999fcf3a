// SPDX-License-Identifier: MIT
// Boots every tree of test/kernel/trees on Debian's Linux under QEMU and holds the model's predictions against what it did.
// usage: npm run test:kernel -- [--case TEXT] [--kernel 6.12|6.1] [--jobs N] [--record] [--page] [--refresh]
//   --record   writes test/kernel/observations and docs/kernel-lab.md instead of comparing with the committed ones
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
import { installTools, isAvailable, prepareImage } from './kernel-lab/images.mjs';
import { formatObservation, observe } from './kernel-lab/observe.mjs';
import { loadCases, loadModel } from './kernel-lab/predict.mjs';
import { writeTable } from './kernel-lab/table.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lab = join(root, 'test', 'kernel');

const { values: options } = parseArgs({
  options: {
    case: { type: 'string', default: '' },
    kernel: { type: 'string' },
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
async function performAll(runs, environment) {
  const queue = [...runs];
  const worker = async () => {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
      const begin = performance.now();
      try {
        run.outcome = await perform(run, environment);
      } catch (error) {
        run.outcome = { drift: [error.message], fields: [] };
      }
      report(run, (performance.now() - begin) / 1000);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(options.jobs)) }, worker));
}

/** The configuration of each kernel without its comments, for the tests that hold the model against the observations. */
function recordConfigs(images) {
  for (const [kernel, image] of images) {
    const symbols = readFileSync(image.config, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('CONFIG_'));
    writeFileSync(join(lab, 'observations', kernel, 'config.gz'), gzipSync(`${symbols.join('\n')}\n`, { level: 9 }));
  }
}

async function main() {
  if (!options.page) installTools();
  const wanted = (kernel) => options.kernel === undefined || options.kernel === kernel;
  const cases = (await loadCases(join(lab, 'trees'))).filter((test) => test.name.includes(options.case));
  const runs = cases.flatMap((test) => test.kernels.filter(wanted).map((kernel) => ({ test, kernel })));
  const kernels = [...new Set(runs.map((run) => run.kernel))];
  const absent = runs.filter(({ kernel }) => !isAvailable(kernel)).length;
  if (absent > 0 && !options.page)
    console.log(`${absent} trees need scripts/build-lab-kernel.sh; what it was seen to do stands for it`);
  const init = join(lab, 'guest', 'init');
  const images = new Map(
    (options.page ? [] : kernels.filter(isAvailable)).map((kernel) => [
      kernel,
      prepareImage(kernel, init, options.refresh),
    ]),
  );
  const folder = mkdtempSync(join(tmpdir(), 'kernel-lab-'));
  await performAll(runs, { images, folder, compareWithModel: await loadModel() });
  const failed = runs.filter((run) => problemsOf(run.outcome).length > 0);
  if (options.record) recordConfigs(images);
  if ((options.record || options.page) && options.case === '' && options.kernel === undefined) {
    writeTable(join(root, 'docs', 'kernel-lab.md'), runs);
  }
  if (failed.length === 0) rmSync(folder, { recursive: true });
  else console.log(`The guests' own words are in ${relative(process.cwd(), folder)}.`);
  console.log(`${runs.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 2;
});
