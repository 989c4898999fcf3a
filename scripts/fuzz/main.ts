// SPDX-License-Identifier: MIT
// `npm run fuzz`: random inputs until the time is over; what fails is made small and kept.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Failure, Run, Target } from './run.ts';
import { differential } from './targets/differential.ts';
import { fix } from './targets/fix.ts';
import { incremental } from './targets/incremental.ts';
import { protocol } from './targets/protocol.ts';
import { robustness } from './targets/robustness.ts';
import { soak } from './targets/soak.ts';

const TARGETS: readonly Target[] = [differential, incremental, robustness, protocol, fix, soak];

const USAGE = `npm run fuzz -- --minutes N [--target T]… [--seed S] [--keep DIR]
  targets: ${TARGETS.map(({ name }) => name).join(', ')}
  --keep   where an input that fails is written, made as small as it can be (default: .cache/fuzz/failures)
`;

/** Runs the targets one after the other, each for its share of the time; gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: 'string', default: '1' },
      target: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
      keep: { type: 'string', default: '.cache/fuzz/failures' },
      help: { type: 'boolean', default: false },
    },
  });
  const chosen = TARGETS.filter(({ name }) => values.target.length === 0 || values.target.includes(name));
  const unknown = values.target.find((name) => !TARGETS.some((target) => target.name === name));
  const minutes = Number(values.minutes);
  const seed = Number(values.seed);
  if (values.help || unknown !== undefined || !(minutes > 0) || !Number.isSafeInteger(seed)) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const totals = { passed: 0, failed: 0 };
  for (const target of chosen) {
    const milliseconds = (minutes * 60_000 * target.share) / shares;
    const { inputs, failures } = await runTarget(target, { seed, milliseconds, keep: values.keep });
    totals.passed += Math.max(0, inputs - failures);
    totals.failed += failures;
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed > 0 ? 1 : 0;
}

interface Limits {
  readonly seed: number;
  readonly milliseconds: number;
  readonly keep: string;
}

async function runTarget(target: Target, { seed, milliseconds, keep }: Limits) {
  const folder = mkdtempSync(join(memoryFolder(), 'dt-iommu-fuzz-'));
  const start = Date.now();
  let failures = 0;
  const run: Run = {
    seed,
    deadline: start + milliseconds,
    folder,
    fail(failure) {
      failures++;
      console.log(`${target.name}: ${failure.what} (${keepFailure(join(keep, target.name), failure)})`);
    },
    note: (what) => console.log(`${target.name}: ${what}`),
    skip: (what) => console.log(`${target.name}: skipped ${what}`),
  };
  try {
    const inputs = await target.run(run);
    const seconds = ((Date.now() - start) / 1000).toFixed(0);
    const rss = (process.memoryUsage().rss / 1e6).toFixed(0);
    console.log(`${target.name}: ${inputs} ${target.unit}, ${failures} failed; seed ${seed}, ${seconds} s, ${rss} MB`);
    return { inputs, failures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function keepFailure(folder: string, { name, what, seed, files, data }: Failure): string {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text);
  writeFileSync(join(place, 'case.json'), `${JSON.stringify({ seed, what, ...data }, undefined, 2)}\n`);
  return place;
}

/** Thousands of small files are written and removed again: where there is a file system in memory, there. */
function memoryFolder(): string {
  try {
    const probe = mkdtempSync('/dev/shm/dt-iommu-');
    rmSync(probe, { recursive: true });
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
