// SPDX-License-Identifier: MIT
// `npm run test:mutants`: whether our tests notice when rules, ide and host say something else, elsewhere or at another
// time. Stryker does the same without taking a sample, and wants a newer Node (10.1) than this project.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest, type TestModule, type TestSpecification, type Vitest } from 'vitest/node';
import { type Mutant, mutate } from './mutate.ts';

/** Whose tests shall notice. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  rules: ['test/rules'],
  ide: ['test/ide', 'test/host'],
  host: ['test/host', 'test/ci'],
};

/** The tests nearest to a file come first: most mutants die there, and the others need not run. */
function nearest(file: string): readonly string[] {
  const folder = file.replace(/^server\/src\/(.*)\/[^/]+$/, 'test/$1/');
  return file.includes('/rules/') ? [folder, 'test/rules/examples.test.ts'] : [folder];
}

/** Tables of facts, not sentences or decisions. */
const LEFT_OUT = /\.generated\.ts$|rules\/dtc\/facts\.ts$|host\/(node|web|version)\.ts$|cli\/bin\.ts$/;

interface Placed extends Mutant {
  readonly file: string;
  readonly layer: string;
}

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      every: { type: 'string', default: '1' },
      layer: { type: 'string', multiple: true, default: [] },
      file: { type: 'string' },
      minutes: { type: 'string', default: '600' },
    },
  });
  const root = process.cwd();
  const texts = new Map<string, string>();
  const all: Placed[] = [];
  let count = 0;
  for (const layer of Object.keys(LAYERS)) {
    for (const file of sources(join(root, 'server/src', layer))) {
      if (LEFT_OUT.test(file)) continue;
      const { code, mutants } = mutate(readFileSync(file, 'utf8'), count);
      count += mutants.length;
      texts.set(file, code);
      all.push(...mutants.map((mutant) => ({ ...mutant, file: relative(root, file), layer })));
    }
  }
  const wanted = all.filter(
    ({ file, layer }) =>
      (values.layer.length === 0 || values.layer.includes(layer)) && file.includes(values.file ?? ''),
  );
  const every = Number(values.every);
  // A sample that is spread over all files; the same one each time.
  const sample = wanted.filter((_, index) => index % every === 0).sort((a, b) => mixed(a.id) - mixed(b.id));
  const bench = await Bench.open(texts);
  try {
    return await judge(bench, sample, Date.now() + Number(values.minutes) * 60_000);
  } finally {
    await bench.close();
  }
}

const mixed = (id: number): number => Math.imul(id + 1, 0x9e3779b1) >>> 0;

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function judge(bench: Bench, sample: readonly Placed[], until: number): Promise<number> {
  const layers = [...new Set(sample.map(({ layer }) => layer))];
  if (!(await bench.passes(undefined, [layers.flatMap((layer) => LAYERS[layer] ?? [])])))
    throw new Error('the tests fail without a mutant');
  const totals = new Map<string, { killed: number; survived: number }>();
  for (const mutant of sample) {
    if (Date.now() > until) break;
    const total = totals.get(mutant.layer) ?? { killed: 0, survived: 0 };
    totals.set(mutant.layer, total);
    const survives = await bench.passes(mutant.id, [nearest(mutant.file), LAYERS[mutant.layer] ?? []]);
    if (survives === true) total.survived++;
    else total.killed++;
    if (survives === 'hangs') await bench.restart();
    if (survives === true)
      console.log(`survives: ${mutant.file}:${mutant.line}: ${line(mutant.from)} → ${line(mutant.to)}`);
  }
  let passed = true;
  for (const [layer, { killed, survived }] of totals) {
    const share = (100 * killed) / (killed + survived);
    console.log(`${layer}: ${killed} of ${killed + survived} mutants die (${share.toFixed(1)} %)`);
    if (share < 85) passed = false;
  }
  return passed ? 0 : 1;
}

function tell(module: TestModule): void {
  const errors = [
    ...module.errors(),
    ...[...module.children.allTests('failed')].flatMap((one) => one.result().errors ?? []),
  ];
  console.error(`${module.moduleId}: ${errors[0]?.message}`);
}

const line = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 100);

/** The test runner with the mutants' texts in the place of the sources. */
class Bench {
  readonly #texts: ReadonlyMap<string, string>;
  #vitest: Vitest;
  #specifications: readonly TestSpecification[];

  private constructor(
    texts: ReadonlyMap<string, string>,
    vitest: Vitest,
    specifications: readonly TestSpecification[],
  ) {
    this.#texts = texts;
    this.#vitest = vitest;
    this.#specifications = specifications;
  }

  static async open(texts: ReadonlyMap<string, string>): Promise<Bench> {
    const vitest = await start(texts);
    return new Bench(texts, vitest, await vitest.globTestSpecifications());
  }

  /** After a mutant that never ends: closing ends its worker. */
  async restart(): Promise<void> {
    await this.#vitest.close();
    this.#vitest = await start(this.#texts);
    this.#specifications = await this.#vitest.globTestSpecifications();
  }

  /** Whether the tests pass with the mutant: those of the first places, then those of the next that were not asked. */
  async passes(mutant: number | undefined, places: readonly (readonly string[])[]): Promise<boolean | 'hangs'> {
    if (mutant === undefined) delete process.env.MUTANT;
    else process.env.MUTANT = String(mutant);
    const asked = new Set<TestSpecification>();
    for (const place of places) {
      const group = this.#specifications.filter(
        (one) => !asked.has(one) && place.some((part) => one.moduleId.includes(`/${part}`)),
      );
      for (const one of group) asked.add(one);
      if (group.length === 0) continue;
      const result = await Promise.race([this.#vitest.runTestSpecifications(group), hung()]);
      if (!result) return 'hangs';
      const { testModules, unhandledErrors } = result;
      const failed = testModules.filter((module) => !module.ok());
      if (failed.length === 0 && unhandledErrors.length === 0) continue;
      if (mutant === undefined) for (const module of failed) tell(module);
      return false;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#vitest.close();
  }
}

function start(texts: ReadonlyMap<string, string>): Promise<Vitest> {
  return createVitest(
    'test',
    {
      // Not the suites of vitest.config.ts: a plugin of ours would not reach them.
      config: false,
      include: ['test/**/*.test.ts'],
      isolate: false,
      watch: false,
      bail: 1,
      // A busy machine must not kill a mutant.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      reporters: [{}],
      setupFiles: ['scripts/mutants/setup.ts'],
      exclude: ['e2e', 'editors', 'fuzz', 'tidy', 'limits', 'packed'].map((folder) => `test/${folder}/**`),
    },
    { logLevel: 'silent', plugins: [{ name: 'mutants', enforce: 'pre', load: (id: string) => texts.get(id) }] },
  );
}

/** Longer than all tests of a layer take. */
const TOO_LONG = 600_000;

function hung(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), TOO_LONG).unref());
}
