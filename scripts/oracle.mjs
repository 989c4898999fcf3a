// SPDX-License-Identifier: MIT
// `npm run test:oracle`: the front end and the `dtc/…` rules against cpp and Debian's dtc on the whole Linux tree.
//   node scripts/oracle.mjs [--every N] [--jobs N] [--write] [PART…]      the parts are below
import { parseArgs } from 'node:util';
import { compareAgreement } from './oracle/agreement.mjs';
import { compareBoards } from './oracle/boards.mjs';
import { compareCheckVersions } from './oracle/check-versions.mjs';
import { compareCitations } from './oracle/citations.mjs';
import { compareCli } from './oracle/cli.mjs';
import { compareCpp } from './oracle/cpp.mjs';
import { compareDtcTests } from './oracle/dtc-tests.mjs';
import { compareFindings } from './oracle/findings.mjs';
import { compareFixtures } from './oracle/fixtures.mjs';
import { checkFormat } from './oracle/format.mjs';
import { architectures, deviceTrees, kernelDir, Missing, requirePrograms } from './oracle/kernel.mjs';
import { compareLive } from './oracle/live.mjs';
import { compareOrigins } from './oracle/origins.mjs';
import { compareOverlays } from './oracle/overlays.mjs';
import { compareRegistry } from './oracle/registry.mjs';
import { checkRename } from './oracle/rename.mjs';
import { Report } from './oracle/report.mjs';
import { checkSyntax } from './oracle/syntax.mjs';
import { compareVersions } from './oracle/versions.mjs';

const { values, positionals } = parseArgs({
  options: {
    every: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const parts = {
  agreement: (run) => compareAgreement(run, Math.ceil(2000 / Number(values.every))),
  cpp: compareCpp,
  syntax: checkSyntax,
  boards: (run) => compareBoards(run, boardGroups(run.kernel)),
  origins: (run) => compareOrigins(run, deviceTrees(run.kernel), 20 * Number(values.every)),
  live: (run) => compareLive(run, deviceTrees(run.kernel), 100 * Number(values.every)),
  overlays: compareOverlays,
  tests: compareDtcTests,
  checks: compareFixtures,
  'check-versions': compareCheckVersions,
  registry: compareRegistry,
  citations: compareCitations,
  versions: compareVersions,
  cli: compareCli,
  findings: compareFindings,
  format: (run) => checkFormat(run, 20 * Number(values.every)),
  rename: (run) => checkRename(run, 100 * Number(values.every)),
};

/** One group per architecture, and the overlays of arm64. */
function boardGroups(kernel) {
  const thin = (boards) => boards.filter((_, index) => index % Number(values.every) === 0);
  return [
    ...architectures.map((arch) => [arch, thin(deviceTrees(kernel, [arch]))]),
    ['arm64 overlays', thin(deviceTrees(kernel, ['arm64'], ['.dtso']))],
  ];
}

async function main() {
  const names = positionals.length > 0 ? positionals : Object.keys(parts);
  const unknown = names.find((name) => !(name in parts));
  if (unknown) throw new Missing(`no part ${unknown}; there are ${Object.keys(parts).join(', ')}`);
  requirePrograms();
  const run = { kernel: kernelDir(), jobs: Number(values.jobs), write: values.write, report: new Report() };
  for (const name of names) await parts[name](run);
  console.log(`${run.report.passed} passed, ${run.report.failed} failed`);
  process.exitCode = run.report.failed > 0 ? 1 : 0;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(`test:oracle: ${error.message}`);
  process.exitCode = 2;
}
