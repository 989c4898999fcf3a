// SPDX-License-Identifier: MIT
// Our own fixtures for dtc's checks (test/oracle/checks/*.dts): dtc reads each now, and must say what our rules say.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareChecks, ownEntries, parseMessages } from './checks.mjs';
import { Workbench } from './core.mjs';
import { checkFile } from './expected.mjs';

const folder = fileURLToPath(new URL('../../test/oracle/checks', import.meta.url));

export async function compareFixtures({ report }) {
  const names = readdirSync(folder).filter((name) => /\.dtso?$/.test(name));
  const part = report.part('fixtures of dtc checks', names.length);
  const covered = new Set();
  for (const name of names) {
    const bench = await Workbench.open();
    const tree = bench.evaluate(join(folder, name), [], { defines: [] });
    const said = parseMessages(await checkFile(folder, name));
    for (const { check } of said.entries) covered.add(check);
    const { different } = compareChecks(bench, tree, ownEntries(bench, bench.problems(tree), folder), said);
    if (different.length === 0) part.pass();
    else part.fail(`${name}: ${different.join('\n    ')}`);
  }
  const bench = await Workbench.open();
  const never = bench.core.DTC_RULES.map((rule) => rule.id.slice(4)).filter((check) => !covered.has(check));
  part.done(`${covered.size} checks reported by dtc, never: ${never.join(' ')}`);
}
