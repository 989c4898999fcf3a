// SPDX-License-Identifier: MIT
// `dt-iommu check`: what is wrong with files, or with every board below a folder.
import { relative } from 'node:path';
import {
  type Arguments,
  type Command,
  PLATFORM_OPTIONS,
  positive,
  TREE_OPTIONS,
  type Values,
} from '#host/cli/arguments.ts';
import { runCachedWork } from '#host/cli/cache/cached-work.ts';
import { CacheFolder } from '#host/cli/cache/folder.ts';
import { touchedBy } from '#host/cli/changed.ts';
import { depfileText } from '#host/cli/depfile.ts';
import { absolute, CHECKED, type Found, findFiles, isFolder, partOf, shard, TEXTS } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import type { Checked } from '#host/cli/jobs.ts';
import { isOneOf, writeOutput } from '#host/cli/output.ts';
import { startProgress } from '#host/cli/progress.ts';
import { failOn, report, requirePlaces } from '#host/cli/report/check-report.ts';
import { Collector } from '#host/cli/report/findings.ts';
import { plural } from '#host/cli/report/report.ts';
import { openSessions } from '#host/cli/session.ts';
import { settingsOf } from '#host/cli/settings.ts';
import { type Outcome, runWork, type Work } from '#host/cli/workers.ts';
import { VERSION } from '#host/version.ts';

export const checkCommand: Command = {
  name: 'check',
  operands: '[PATH…]',
  summary: 'Diagnostics for files, or for every board below a folder; the current one when no PATH is given.',
  details: ['Exit code: 0 nothing at or above --fail-on, 1 something, 2 wrong usage or an unreadable file.'],
  examples: [
    ['check board.dts', 'what is wrong with a board'],
    ['check arch/arm64/boot/dts --jobs 4', 'every board below a folder'],
    ['check - --stdin-name board.dts < draft.dts', 'a text that is not saved, in the place of board.dts'],
    ['check --bindings board.dts', 'each node against the bindings of the tree, too'],
    ['check . --changed-since origin/main...', 'the boards that a branch touches, also through their headers'],
    ['check arch --cache ~/.cache/dt-iommu-linux', 'of a tree that was checked before, only what changed since'],
    ['check . --format json > known.json; dt-iommu check . --baseline known.json', 'only what is new'],
  ],
  options: [
    'format',
    'fail-on',
    'baseline',
    'changed-since',
    'list-boards',
    'stdin-name',
    'bindings',
    'syntax-only',
    ...PLATFORM_OPTIONS,
    ...TREE_OPTIONS,
    'shard',
    'jobs',
    'cache',
    'output',
    'depfile',
  ],
  formats: ['text', 'json', 'sarif', 'github', 'gitlab'],
  run: check,
};

async function check(args: Arguments, io: Io): Promise<number> {
  const { operands, values, piped } = args;
  failOn(values['fail-on']);
  const paths = operands.length > 0 ? operands : ['.'];
  const tasks = chosen(paths, args, io);
  if (values['list-boards']) return list(tasks, values, io);
  const { depfile, output } = values;
  if (depfile !== undefined && output === undefined) {
    throw new Failure('--depfile says what the file of -o depends on; name that with -o FILE');
  }
  requirePlaces(values, io);
  const settings = settingsOf(args, io.cwd);
  const progress = startProgress(io, 'checking', tasks.length);
  const name = (file: string) => relative(io.cwd, file);
  const collector = new Collector(name);
  const inputs = new Set<string>();
  const outcomes = new Map<string, Outcome<Checked>>();
  const work: Work<'check' | 'syntax'> = {
    job: values['syntax-only'] ? 'syntax' : 'check',
    settings,
    tasks,
    threads: values.jobs === undefined ? undefined : positive('jobs', values.jobs),
    done(outcome) {
      progress.step();
      outcomes.set(outcome.task.file, outcome);
    },
  };
  // What is on standard input is nobody's file, and its project may name it.
  const cache =
    values.cache === undefined || piped ? undefined : new CacheFolder(absolute(io.cwd, values.cache), values.cache);
  const trouble = await (cache ? runCachedWork(cache, work, Date.now()) : runWork(work));
  progress.end();
  if (trouble !== undefined) io.error(`dt-iommu: ${trouble}\n`);
  // In the order of the files, whichever was done first.
  for (const { file } of tasks) {
    const outcome = outcomes.get(file);
    if (!outcome) continue;
    if ('failure' in outcome) collector.fail(file, outcome.failure);
    else {
      collector.add(file, outcome.value);
      for (const input of [...outcome.value.files, ...(outcome.value.inputs ?? [])]) inputs.add(input);
    }
  }
  const folders = paths.map((path) => absolute(io.cwd, path)).filter((path) => path !== piped?.file && isFolder(path));
  const findings = await collector.findings(
    (file) => folders.some((folder) => isBelow(file, folder)),
    async () => {
      const sessions = await openSessions(settings);
      return (file) => sessions(file).analysis(file).boardsOf(file, true);
    },
  );
  const part = values.shard === undefined ? undefined : { ...partOf(values.shard), tool: VERSION, ...findings };
  const read = [...inputs, ...tasks.map(({ file }) => file)];
  const code = report([findings], values, io, { read, part });
  if (depfile !== undefined && output !== undefined) {
    writeOutput(absolute(io.cwd, depfile), depfileText(output, [...inputs].map(name).sort()), isOneOf(read));
  }
  return code;
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** The files of the operands, of those the ones that a patch touches, and of those the part of this machine. */
function chosen(paths: readonly string[], args: Arguments, io: Io): readonly Found[] {
  const { values, piped } = args;
  const all = findFiles(paths, io.cwd, values['syntax-only'] ? TEXTS : CHECKED, piped);
  const revision = values['changed-since'];
  const settings = settingsOf(args, io.cwd);
  const found = revision === undefined ? all : touchedBy(revision, all, settings);
  return shard(found, values.shard);
}

function list(tasks: readonly Found[], { format = 'text', quiet }: Values, io: Io): number {
  if (format !== 'text' && format !== 'json') throw new Failure('--list-boards has --format text or json');
  const boards = tasks.map(({ file }) => relative(io.cwd, file));
  if (format === 'json') io.out(`${JSON.stringify({ version: 1, boards }, undefined, 2)}\n`);
  else io.out(boards.map((board) => `${board}\n`).join(''));
  if (!quiet) io.error(`${plural(boards.length, 'board')}\n`);
  return 0;
}
