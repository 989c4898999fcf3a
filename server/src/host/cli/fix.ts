// SPDX-License-Identifier: MIT
// `dt-iommu fix`: the quick fixes of many boards as one diff, or written to the files.
import { relative } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { Problem } from '#base/problem.ts';
import { applyEdits } from '#base/text.ts';
import type { Analysis } from '#ide/analysis.ts';
import { isBoard } from '#ide/boards.ts';
import { fixAll } from '#ide/fixes.ts';
import { CATALOGUE } from '#rules/index.ts';
import { type Arguments, type Command, PLATFORM_OPTIONS, TREE_OPTIONS } from './arguments.ts';
import { BLOBS, type Found, findFiles } from './find.ts';
import { Failure, type Io } from './io.ts';
import { writeWhole } from './output.ts';
import { startProgress } from './progress.ts';
import { plural } from './report.ts';
import { openSessions, type Session } from './session.ts';
import { settingsOf } from './settings.ts';

export const fixCommand: Command = {
  name: 'fix',
  operands: 'PATH…',
  summary: 'Applies quick fixes: prints a diff that `git apply` and `patch -p1` take, or changes the files.',
  details: ['Changes files below the given folders, or in the folder of a given file; never what lies outside.'],
  options: ['write', 'rule', ...PLATFORM_OPTIONS, ...TREE_OPTIONS],
  run: fix,
};

async function fix({ operands, values }: Arguments, io: Io): Promise<number> {
  if (operands.length === 0) throw new Failure('fix needs files or folders; see `dt-iommu fix --help`');
  for (const id of values.rule) {
    if (!CATALOGUE.byId.has(id)) throw new Failure(`'${id}' is no rule; \`dt-iommu rules\` lists them`);
  }
  const boards = findFiles(operands, io.cwd, BLOBS);
  const [first] = boards;
  if (!first) throw new Failure(`${operands.join(', ')}: no board there; give .dts files or a folder of them`);
  // One session for all: a shared file that one board repaired is repaired for the next.
  const session = (await openSessions(settingsOf(values, io.cwd)))(first.file);
  const progress = startProgress(io, 'fixing', boards.length);
  const repaired = new Map<string, string>();
  let fixed = 0;
  for (const found of boards) {
    fixed += repair(session.analysis(found.file), found, values.rule, repaired);
    progress.step();
  }
  progress.end();
  show(session, repaired, values.write ?? false, io);
  if (!values.quiet) {
    const done = values.write ? 'written' : 'to be written; --write does it';
    io.error(`${plural(fixed, 'problem')} repaired, ${plural(repaired.size, 'file')} ${done}\n`);
  }
  return 0;
}

/** Repairs what the board shows inside its operand; the texts go into `repaired`, and into the analysis. */
function repair(
  analysis: Analysis,
  { file, root }: Found,
  rules: readonly string[],
  repaired: Map<string, string>,
): number {
  const view = analysis.view(file);
  if (!view) throw new Failure(`${file}: cannot be read; check the path and its permissions`);
  const inside = (path: string) => (isBoard(file) ? path.startsWith(`${root}/`) : path === file);
  const wanted = ({ rule, span }: Problem) => inside(span.file) && (rules.length === 0 || rules.includes(rule));
  const { edits, fixed } = fixAll(analysis, { board: view.choice.board, wanted });
  for (const path of new Set(edits.map((edit) => edit.span.file))) {
    const before = view.snapshot.text(path);
    const own = edits.filter((edit) => edit.span.file === path);
    const after = applyEdits(before, own);
    repaired.set(path, after);
    analysis.open(path, after);
  }
  return fixed;
}

function show(session: Session, repaired: ReadonlyMap<string, string>, write: boolean, io: Io): void {
  for (const [path, after] of [...repaired].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (write) writeWhole(path, after);
    else io.out(patch(relative(io.cwd, path), session.text(path), after));
  }
}

function patch(name: string, before: string, after: string): string {
  const text = createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after, undefined, undefined, { context: 3 });
  // The library puts a line of `=` above, which only Subversion wants.
  return text.replace(/^=+\n/, '');
}
