// SPDX-License-Identifier: MIT
// `dt-iommu check`: what is wrong with files, or with every board below a folder.
import { relative } from 'node:path';
import type { Severity } from '#base/problem.ts';
import { VERSION } from '#host/version.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { CATALOGUE } from '#rules/index.ts';
import { page } from '#rules/pages.ts';
import { type Arguments, type Command, PLATFORM_OPTIONS, positive, TREE_OPTIONS, type Values } from './arguments.ts';
import { withoutBaseline } from './baseline.ts';
import { touchedBy } from './changed.ts';
import { absolute, BOARDS, type Found, findFiles, isFolder, shard, TEXTS } from './find.ts';
import { Failure, type Io } from './io.ts';
import { atLeast, merge, type ReportedProblem, renamed } from './problems.ts';
import { startProgress } from './progress.ts';
import { type CheckReport, githubReport, jsonReport, plural, summary, textReport } from './report.ts';
import { type RuleText, sarifReport } from './sarif.ts';
import { settingsOf } from './settings.ts';
import { UnusedIgnores } from './unused-ignores.ts';
import { runWork } from './workers.ts';

export const checkCommand: Command = {
  name: 'check',
  operands: '[PATH…]',
  summary: 'Diagnostics for files, or for every board below a folder; the current one when no PATH is given.',
  details: ['Exit code: 0 nothing at or above --fail-on, 1 something, 2 wrong usage or an unreadable file.'],
  examples: [
    ['check board.dts', 'what is wrong with a board'],
    ['check arch/arm64/boot/dts --jobs 4', 'every board below a folder'],
    ['check - --stdin-name board.dts < draft.dts', 'a text that is not saved, in the place of board.dts'],
    ['check . --changed-since origin/main...', 'the boards that a branch touches, also through their headers'],
    ['check . --format json > known.json; dt-iommu check . --baseline known.json', 'only what is new'],
  ],
  options: [
    'format',
    'fail-on',
    'baseline',
    'changed-since',
    'list-boards',
    'stdin-name',
    'syntax-only',
    ...PLATFORM_OPTIONS,
    ...TREE_OPTIONS,
    'shard',
    'jobs',
  ],
  formats: ['text', 'json', 'sarif', 'github'],
  run: check,
};

async function check(args: Arguments, io: Io): Promise<number> {
  const { operands, values, piped } = args;
  const limit = failOn(values['fail-on']);
  const syntaxOnly = values['syntax-only'] ?? false;
  const paths = operands.length > 0 ? operands : ['.'];
  const tasks = await chosen(paths, args, io);
  if (values['list-boards']) return list(tasks, values, io);
  const progress = startProgress(io, 'checking', tasks.length);
  const read = new Set<string>();
  const found: ReportedProblem[] = [];
  const unused = new UnusedIgnores();
  const failures = new Set<string>();
  await runWork({
    job: syntaxOnly ? 'syntax' : 'check',
    settings: settingsOf(args, io.cwd),
    tasks,
    threads: values.jobs === undefined ? undefined : positive('jobs', values.jobs),
    done(outcome) {
      progress.step();
      const name = relative(io.cwd, outcome.task.file);
      if ('failure' in outcome) failures.add(`${name}: ${outcome.failure}`);
      else {
        for (const file of outcome.value.files) read.add(file);
        found.push(...outcome.value.problems);
        for (const problem of outcome.value.problems) {
          if (problem.rule === 'syntax/unreadable-file')
            failures.add(`${relative(io.cwd, problem.file)}: ${problem.message}`);
        }
        unused.add(outcome.task.file, outcome.value);
        for (const { rule, node } of outcome.value.crashes ?? [])
          failures.add(`${name}: rule ${rule} failed on ${node}`);
      }
    },
  });
  progress.end();
  const folders = paths.map((path) => absolute(io.cwd, path)).filter((path) => path !== piped?.file && isFolder(path));
  found.push(...(await unused.agreed(settingsOf(args, io.cwd), folders)));
  const named = renamed(merge(found), (file) => relative(io.cwd, file));
  const unknown = values.baseline === undefined ? named : withoutBaseline(named, absolute(io.cwd, values.baseline));
  const failing = unknown.filter((problem) => atLeast(problem.severity, limit));
  const problems = values.quiet ? failing : unknown;
  io.out(formatted({ files: read.size, problems }, values, io));
  if (failures.size > 0) throw new Failure([...failures].join('\n'));
  return failing.length > 0 ? 1 : 0;
}

/** The files of the operands, of those the ones that a patch touches, and of those the part of this machine. */
async function chosen(paths: readonly string[], args: Arguments, io: Io): Promise<readonly Found[]> {
  const { values, piped } = args;
  const all = findFiles(paths, io.cwd, values['syntax-only'] ? TEXTS : BOARDS, piped);
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

function formatted(report: CheckReport, values: Values, io: Io): string {
  switch (values.format) {
    case 'json':
      return jsonReport(report);
    case 'sarif':
      return sarifReport(report, CATALOGUE.rules.map(ruleText), VERSION, values.baseline !== undefined);
    case 'github':
      return githubReport(report);
    default: {
      const total = values['syntax-only'] ? syntaxTotal(report) : summary(report);
      return textReport(report, io.color, io.columns) + (values.quiet ? '' : total);
    }
  }
}

function ruleText(rule: Rule): RuleText {
  const { id, severity, title, doc } = rule;
  return { id, severity, title, doc, page: page(rule).replace(/^<!--.*-->\n\n/, '') };
}

function syntaxTotal({ files, problems }: CheckReport): string {
  return `${files} files, ${new Set(problems.map((problem) => problem.file)).size} with errors\n`;
}

function failOn(text: string | undefined): Severity {
  if (text === undefined || text === 'error' || text === 'warning' || text === 'info') return text ?? 'error';
  throw new Failure(`--fail-on is error, warning or info, not '${text}'`);
}
