// SPDX-License-Identifier: MIT
// `dt-iommu compile`: boards and overlays as flattened blobs, byte for byte those of cpp and dtc.
import { relative } from 'node:path';
import { type Arguments, type Command, positive, TREE_OPTIONS } from '#host/cli/arguments.ts';
import { absolute, BLOBS, type Found, findFiles, isFolder, requireUtf8Names, shard } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { makeOutputFolder, requireNoSource, SOURCE, STANDARD_OUTPUT } from '#host/cli/output.ts';
import { startProgress } from '#host/cli/progress.ts';
import type { Task } from '#host/cli/queue.ts';
import { merge, type ReportedProblem, renamed } from '#host/cli/report/problems.ts';
import { textReport } from '#host/cli/report/report.ts';
import { settingsOf } from '#host/cli/settings.ts';
import { runWork } from '#host/cli/workers.ts';

export const compileCommand: Command = {
  name: 'compile',
  operands: 'FILE -o OUT.dtb | PATH… --out-dir DIR',
  summary: 'The resolved tree as a flattened blob, byte-identical to `cpp` and `dtc -O dtb -b 0`.',
  details: [
    'A .dtso gives an overlay blob (.dtbo). With --out-dir a board that fails does not stop the others.',
    'A device, a pipe or what a symbolic link leads to is written into; a file gets its new content at once.',
    '`-o -` writes to standard output.',
    'One board that a check of dtc refuses ends with 2, as dtc does; -f writes it all the same.',
    'Exit code: 0 all were written, 1 some were not, 2 wrong usage, an unreadable file, or what dtc ends so.',
  ],
  examples: [
    ['compile board.dts -o board.dtb', 'the blob of one board'],
    ['compile boards --out-dir build -@', 'of each board, with symbols for overlays'],
  ],
  options: ['output', 'out-dir', 'symbols', 'force', ...TREE_OPTIONS, 'shard', 'jobs'],
  run: compile,
};

async function compile(args: Arguments, io: Io): Promise<number> {
  const { operands, values } = args;
  const many = values['out-dir'] !== undefined;
  const tasks = many ? mirrored(operands, values['out-dir'] ?? '', io.cwd) : [single(operands, values.output, io.cwd)];
  const chosen = shard(tasks, values.shard);
  const progress = startProgress(io, 'compiling', chosen.length);
  const failed: Task[] = [];
  let unreadable = false;
  let refused = 0;
  await runWork({
    job: 'compile',
    settings: settingsOf(args, io.cwd),
    tasks: chosen,
    threads: values.jobs === undefined ? undefined : positive('jobs', values.jobs),
    done(outcome) {
      progress.step();
      if ('failure' in outcome && !many) throw new Failure(outcome.failure);
      if ('value' in outcome) unreadable ||= outcome.value.problems.some(isUnreadable);
      const errors = 'value' in outcome ? problemsText(outcome.value.problems, io) : failureText(outcome, io);
      if (errors === '') return;
      if ('value' in outcome && outcome.value.refused === false) {
        progress.end();
        io.error(errors);
        return;
      }
      if ('value' in outcome && outcome.value.refused) refused++;
      failed.push(outcome.task);
      progress.end();
      io.error(errors);
    },
  });
  progress.end();
  if (many && !values.quiet) io.out(totals(chosen, failed));
  if (unreadable || (refused > 0 && !many)) return 2;
  return failed.length > 0 ? 1 : 0;
}

function isUnreadable({ rule }: ReportedProblem): boolean {
  return rule === 'syntax/unreadable-file';
}

function single(operands: readonly string[], output: string | undefined, cwd: string): Task {
  const [file, ...more] = operands;
  if (file === undefined) throw new Failure('compile needs a file; see `dt-iommu compile --help`');
  if (more.length > 0 || isFolder(absolute(cwd, file), file)) {
    throw new Failure('compile writes one blob with -o; for many boards give --out-dir DIR');
  }
  if (output === undefined) throw new Failure(`${file}: compile writes a blob; say where with -o OUT.dtb`);
  requireNoSource(output, 'a blob ends in .dtb or .dtbo');
  return { file: absolute(cwd, file), output: output === STANDARD_OUTPUT ? output : absolute(cwd, output) };
}

function mirrored(operands: readonly string[], folder: string, cwd: string): Task[] {
  if (operands.length === 0) throw new Failure('compile --out-dir needs files or folders');
  const sources = findFiles(operands, cwd, BLOBS);
  requireUtf8Names(sources);
  const tasks = sources.map((found) => ({
    file: found.file,
    output: absolute(cwd, `${folder}/${blobName(found)}`),
    mirrored: true,
  }));
  const inputs = new Map<string, string>();
  for (const { file, output } of tasks) {
    const other = inputs.get(output);
    if (other !== undefined) {
      const names = `${relative(cwd, other)} and ${relative(cwd, file)}`;
      throw new Failure(
        `${names}: both would be ${relative(cwd, output)}; give the folder above them, or one at a time`,
      );
    }
    inputs.set(output, file);
  }
  makeOutputFolder(absolute(cwd, folder));
  return tasks;
}

function blobName({ file, root }: Found): string {
  const path = relative(root, file);
  if (/\.dtbo?$/.test(path)) return path;
  return path.replace(SOURCE, '') + (isOverlay(file) ? '.dtbo' : '.dtb');
}

function isOverlay(file: string): boolean {
  return /\.(dtso|overlay)$/.test(file);
}

/** The last line counts boards; overlays have a line of their own. */
function totals(tasks: readonly Task[], failed: readonly Task[]): string {
  const line = (word: string, belongs: (task: Task) => boolean) =>
    `${tasks.filter(belongs).length} ${word}, ${failed.filter(belongs).length} failed\n`;
  const overlays = (task: Task) => isOverlay(task.file);
  const boards = line('boards', (task) => !overlays(task));
  return tasks.some(overlays) ? line('overlays', overlays) + boards : boards;
}

function problemsText(problems: readonly ReportedProblem[], io: Io): string {
  const named = renamed(merge(problems), (path) => relative(io.cwd, path));
  return textReport({ files: 0, problems: named }, false);
}

function failureText({ task, failure }: { task: Task; failure: string }, io: Io): string {
  return `${relative(io.cwd, task.file)}: ${failure}\n`;
}
