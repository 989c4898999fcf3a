// SPDX-License-Identifier: MIT
// `npm run test:oracle`: the front end and the `dtc/…` rules against cpp and Debian's dtc on the whole Linux tree.
//   npm run test:oracle -- [--every N] [--jobs N] [--write] [PART…]      the parts are below
import { parseArgs } from 'node:util';
import { compareAgreement } from './agreement.ts';
import { compareBoards, type Group } from './boards.ts';
import { compareCheckVersions } from './check-versions.ts';
import { compareCitations } from './citations.ts';
import { compareCli } from './cli.ts';
import type { Run } from './core.ts';
import { compareCpp } from './cpp.ts';
import { compareDtcTests } from './dtc-tests.ts';
import { compareFindings } from './findings.ts';
import { compareFixtures } from './fixtures.ts';
import { checkFormat } from './format.ts';
import { architectures, deviceTrees, kernelDir, Missing, requirePrograms } from './kernel.ts';
import { compareLive } from './live.ts';
import { compareOrigins } from './origins.ts';
import { compareOverlays } from './overlays.ts';
import { compareRegistry } from './registry.ts';
import { checkRename } from './rename.ts';
import { Report } from './report.ts';
import { checkSyntax } from './syntax.ts';
import { compareVersions } from './versions.ts';

interface Wishes {
  /** Every one of so many boards. */
  readonly every: number;
}

type Part = (run: Run, wishes: Wishes) => void | Promise<void>;

const PARTS: Readonly<Record<string, Part>> = {
  agreement: (run, { every }) => compareAgreement(run, Math.ceil(2000 / every)),
  cpp: compareCpp,
  syntax: checkSyntax,
  boards: (run, { every }) => compareBoards(run, boardGroups(run.kernel, every)),
  origins: (run, { every }) => compareOrigins(run, deviceTrees(run.kernel), 20 * every),
  live: (run, { every }) => compareLive(run, deviceTrees(run.kernel), 100 * every),
  overlays: compareOverlays,
  tests: compareDtcTests,
  checks: compareFixtures,
  'check-versions': compareCheckVersions,
  registry: compareRegistry,
  citations: compareCitations,
  versions: compareVersions,
  cli: compareCli,
  findings: compareFindings,
  format: (run, { every }) => checkFormat(run, 20 * every),
  rename: (run, { every }) => checkRename(run, 100 * every),
};

/** One group per architecture, and the overlays of arm64. */
function boardGroups(kernel: string, every: number): readonly Group[] {
  const thin = (boards: readonly string[]) => boards.filter((_, index) => index % every === 0);
  return [
    ...architectures.map((arch): Group => [arch, thin(deviceTrees(kernel, [arch]))]),
    ['arm64 overlays', thin(deviceTrees(kernel, ['arm64'], ['.dtso']))],
  ];
}

/** Runs the parts that are named, or all; gives the exit code: 0 they agree, 1 they do not, 2 something is not installed. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      every: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '2' },
      write: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  try {
    const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
    const unknown = names.find((name) => !(name in PARTS));
    if (unknown !== undefined) throw new Missing(`no part ${unknown}; there are ${Object.keys(PARTS).join(', ')}`);
    requirePrograms();
    const run: Run = { kernel: kernelDir(), jobs: Number(values.jobs), write: values.write, report: new Report() };
    for (const name of names) await PARTS[name]?.(run, { every: Number(values.every) });
    console.log(`${run.report.passed} passed, ${run.report.failed} failed`);
    return run.report.failed > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    console.error(`test:oracle: ${error.message}`);
    return 2;
  }
}
