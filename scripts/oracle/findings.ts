// SPDX-License-Identifier: MIT
// What all rules say of all boards of Linux, against docs/linux-findings.md: the counts by rule, and that each error of
// a board that ships is written down there. `--write` puts the new counts into the file.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Severity } from '#base/problem.ts';
import { cli } from './cli.ts';
import type { Run } from './core.ts';
import { architectures, Missing, ROOT } from './kernel.ts';

const page = join(ROOT, 'docs/linux-findings.md');
const counts = /(<!-- counts: .* -->\n)([\s\S]*?)(<!-- end of counts -->)/;

/** As `dt-iommu check --format json` has it. */
interface Found {
  readonly file: string;
  readonly range: { readonly start: { readonly line: number } };
  readonly severity: Severity;
  readonly rule: string;
  readonly message: string;
}

export function compareFindings({ kernel, jobs, report, write }: Run): void {
  if (!existsSync(cli)) throw new Missing('dist/cli.cjs is not built: `npm run build`');
  const problems = checkLinux(kernel, jobs);
  const table = tableOf(problems);
  const text = readFileSync(page, 'utf8');
  if (write)
    writeFileSync(
      page,
      text.replace(counts, (_all, start: string, _old, end: string) => `${start}${table}${end}`),
    );
  const errors = problems.filter(({ severity }) => severity === 'error');
  const part = report.part('rules on all boards of Linux', errors.length + 1);
  const known = counts.exec(write ? readFileSync(page, 'utf8') : text)?.[2];
  if (known === table) part.pass();
  else
    part.fail(
      `the counts of docs/linux-findings.md are not what the rules report now:\n${changes(known ?? '', table)}`,
    );
  for (const { file, range, rule, message } of errors) {
    const place = `${relative(kernel, resolve(kernel, file))}:${range.start.line + 1}`;
    if (text.includes(place)) part.pass();
    else part.fail(`${place}: ${rule}: ${message} (not in docs/linux-findings.md)`);
  }
  part.done(`${problems.length} findings, ${errors.length} of them errors`);
}

function checkLinux(kernel: string, jobs: number): readonly Found[] {
  const folders = architectures.map((arch) => `${kernel}/arch/${arch}/boot/dts`);
  const flags = ['--format', 'json', '--jobs', String(jobs)];
  const run = spawnSync(process.execPath, [cli, 'check', ...folders, ...flags], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 900_000,
    cwd: kernel,
  });
  if (run.status !== 0 && run.status !== 1) throw new Error(`dt-iommu check failed: ${run.stderr || run.error}`);
  return JSON.parse(run.stdout).problems;
}

function tableOf(problems: readonly Found[]): string {
  const rows = new Map<string, number>();
  for (const { severity, rule } of problems) {
    const row = `| ${severity} | \`${rule}\` |`;
    rows.set(row, (rows.get(row) ?? 0) + 1);
  }
  const body = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([row, count]) => `${row} ${count} |`);
  return ['| severity | rule | places |', '|---|---|---|', ...body, ''].join('\n');
}

/** The rows that only one of two tables has. */
function changes(before: string, after: string): string {
  const old = new Set(before.split('\n'));
  const now = new Set(after.split('\n'));
  return [
    ...[...old].filter((row) => !now.has(row)).map((row) => `    - ${row}`),
    ...[...now].filter((row) => !old.has(row)).map((row) => `    + ${row}`),
  ].join('\n');
}
