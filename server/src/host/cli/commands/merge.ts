// SPDX-License-Identifier: MIT
// `dt-iommu merge`: the reports of the machines that shared the work, as the one that a single machine would have written.
import { readFileSync } from 'node:fs';
import type { Arguments, Command } from '#host/cli/arguments.ts';
import { absolute } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { reason } from '#host/cli/output.ts';
import { failOn, type Part, report, requirePlaces } from '#host/cli/report/check-report.ts';
import { isReportedProblem } from '#host/cli/report/problems.ts';
import { fields, isStrings } from '#host/cli/unknown.ts';
import { VERSION } from '#host/version.ts';

export const mergeCommand: Command = {
  name: 'merge',
  operands: 'FILE…',
  summary:
    'Joins what `check --shard I/N` wrote, as JSON or SARIF, into the report of all, equal to the unsharded one.',
  details: [
    'Every part from 1/N to N/N is needed, of one version of dt-iommu, written in the same folder of the same tree.',
    '--fail-on, --baseline and --quiet belong here: what they leave out depends on all parts.',
    'Exit code: 0 nothing at or above --fail-on, 1 something, 2 wrong usage, or a part that could not check all.',
  ],
  examples: [
    ['check . --shard 2/8 --format sarif -o part2.sarif', 'the second of eight machines'],
    ['merge part*.sarif --format sarif -o all.sarif', 'afterwards, on one'],
    ['merge part*.sarif', 'the same for people'],
  ],
  options: ['format', 'fail-on', 'baseline', 'output'],
  formats: ['text', 'json', 'sarif', 'github', 'gitlab'],
  run: mergeParts,
};

async function mergeParts({ operands, values }: Arguments, io: Io): Promise<number> {
  if (operands.length === 0) throw new Failure('merge what? Give what each `check --shard I/N --format json` wrote');
  failOn(values['fail-on']);
  requirePlaces(values, io);
  const parts = operands.map((name) => ({ name, part: readPart(absolute(io.cwd, name), name) }));
  const [first, ...others] = parts;
  for (const { name, part } of others) {
    if (part.count !== first?.part.count) throw new Failure(`${name}: is of another run than ${first?.name}`);
  }
  const count = first?.part.count ?? 0;
  const all = Array.from({ length: count }, (_, at) => {
    const [found, twice] = parts.filter(({ part }) => part.index === at + 1);
    if (!found) throw new Failure(`part ${at + 1}/${count} is missing; give all of them`);
    if (twice) throw new Failure(`${twice.name}: is part ${at + 1}/${count}, as ${found.name} is; give each part once`);
    return found.part;
  });
  return report(all, values, io, { read: operands.map((name) => absolute(io.cwd, name)) });
}

function readPart(path: string, name: string): Part {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Failure(`${name}: cannot be read as JSON (${reason(error)}); ${MAKE_PART}`);
  }
  const { shard, runs } = fields(content);
  const part = shard ?? fields(fields(Array.isArray(runs) ? runs[0] : undefined).properties).shard;
  if (part === undefined) throw new Failure(`${name}: is no part of a run; ${MAKE_PART}`);
  if (fields(part).tool !== VERSION) {
    throw new Failure(`${name}: is of dt-iommu ${String(fields(part).tool)}, and this is ${VERSION}; use one for all`);
  }
  if (!isPart(part)) throw new Failure(`${name}: is damaged; ${MAKE_PART}`);
  return part;
}

const MAKE_PART = 'write it with `dt-iommu check --shard I/N --format json`, or sarif';

function isPart(value: unknown): value is Part {
  const { index, count, read, problems, idle, failures } = fields(value);
  const isCount = (number: unknown) => Number.isInteger(number) && Number(number) > 0 && Number(number) < 1e5;
  return (
    isCount(index) &&
    isCount(count) &&
    Number(index) <= Number(count) &&
    Object.values(fields(read)).every((number) => Number.isInteger(number)) &&
    Array.isArray(problems) &&
    problems.every(isReportedProblem) &&
    Array.isArray(idle) &&
    idle.every((each) => isReportedProblem(fields(each).problem) && isStrings(fields(each).known)) &&
    isStrings(failures)
  );
}
