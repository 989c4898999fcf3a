// SPDX-License-Identifier: MIT
// Our own fixtures for dtc's checks (test/oracle/checks/*.dts): dtc reads each now, and must say what our rules say.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DTC_RULES } from '#rules/dtc/index.ts';
import { compareChecks, ownEntries, parseMessages } from './checks.ts';
import { type Run, Workbench } from './core.ts';
import { checkFile } from './expected.ts';
import { ROOT } from './kernel.ts';

const folder = join(ROOT, 'test/oracle/checks');

export async function compareFixtures({ report }: Run): Promise<void> {
  const names = readdirSync(folder).filter((name) => /\.dtso?$/.test(name));
  const part = report.part('fixtures of dtc checks', names.length);
  const covered = new Set<string>();
  for (const name of names) {
    const bench = new Workbench();
    const tree = bench.evaluate(join(folder, name), [], { defines: [] });
    const said = parseMessages(await checkFile(folder, name));
    for (const { check } of said.entries) covered.add(check);
    const { different } = compareChecks(tree, ownEntries(bench, bench.problems(tree), folder), said);
    if (different.length === 0) part.pass();
    else part.fail(`${name}: ${different.join('\n    ')}`);
  }
  const never = DTC_RULES.map((rule) => rule.id.slice(4)).filter((check) => !covered.has(check));
  part.done(`${covered.size} checks reported by dtc, never: ${never.join(' ')}`);
}
