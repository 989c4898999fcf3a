// SPDX-License-Identifier: MIT
// `dt-iommu fix`: the quick fixes of many boards as one diff, or written to the files.
import { readFileSync, realpathSync } from 'node:fs';
import { basename, relative, sep } from 'node:path';
import type { Problem } from '#base/problem.ts';
import { applyEdits } from '#base/text.ts';
import type { Analysis } from '#ide/analysis.ts';
import { isBoard } from '#ide/boards.ts';
import { fixAll, isRepair } from '#ide/fixes.ts';
import { someOf } from '#ide/wording.ts';
import { CATALOGUE } from '#rules/index.ts';
import { type Arguments, type Command, PLATFORM_OPTIONS, TREE_OPTIONS } from './arguments.ts';
import { BLOBS, type Found, findFiles } from './find.ts';
import { Failure, type Io } from './io.ts';
import { writeWhole } from './output.ts';
import { unifiedDiff } from './patch.ts';
import { startProgress } from './progress.ts';
import { plural } from './report.ts';
import { openSessions, type Session } from './session.ts';
import { settingsOf } from './settings.ts';

/** A repair of a shared file can bring one to a board that was clean before; more rounds than that never help. */
const MAX_ROUNDS = 5;

export const fixCommand: Command = {
  name: 'fix',
  operands: 'PATH…',
  summary: 'Applies quick fixes: prints a diff that `git apply` and `patch -p1` take, or changes the files.',
  details: [
    'Changes files below the given folders, or in the folder of a given file; never what lies outside.',
    'Hints are left out unless --rule names them.',
  ],
  options: ['write', 'rule', ...PLATFORM_OPTIONS, ...TREE_OPTIONS],
  run: fix,
};

async function fix(args: Arguments, io: Io): Promise<number> {
  const { operands, values } = args;
  if (operands.length === 0) throw new Failure('fix needs files or folders; see `dt-iommu fix --help`');
  for (const id of values.rule) {
    if (!CATALOGUE.byId.has(id)) throw new Failure(`'${id}' is no rule; \`dt-iommu rules\` lists them`);
  }
  const boards = findFiles(operands, io.cwd, BLOBS);
  const [first] = boards;
  if (!first) throw new Failure(`${operands.join(', ')}: no board there; give .dts files or a folder of them`);
  // One session for all: a shared file that one board repaired is repaired for the next.
  const session = (await openSessions(settingsOf(args, io.cwd)))(first.file);
  const repairs = new Repairs(session, values.rule, io);
  const progress = startProgress(io, 'fixing', boards.length);
  for (const found of boards) {
    repairs.board(found);
    progress.step();
  }
  progress.end();
  repairs.settle();
  repairs.show(values.write ?? false);
  if (!values.quiet) {
    repairs.tellShared();
    const { fixed, texts } = repairs;
    const done = values.write ? 'written' : 'to be written; --write does it';
    io.error(`${plural(fixed, 'problem')} repaired, ${plural(texts.size, 'file')} ${done}\n`);
  }
  return 0;
}

/** What the repairs of one run have come to. */
class Repairs {
  /** Path → text of each file that changes. */
  readonly texts = new Map<string, string>();
  fixed = 0;
  readonly #session: Session;
  readonly #rules: readonly string[];
  readonly #io: Io;
  readonly #encodings = new Map<string, boolean>();
  /** Each board with what its tree was read from, as `path` and text. */
  readonly #seen = new Map<Found, ReadonlyMap<string, string | undefined>>();

  constructor(session: Session, rules: readonly string[], io: Io) {
    this.#session = session;
    this.#rules = rules;
    this.#io = io;
  }

  /** Repairs what the board shows inside its operand; the analysis goes on with the repaired texts. */
  board(found: Found): void {
    const { file } = found;
    const root = realpathSync(found.root);
    const analysis = this.#session.analysis(file);
    const view = analysis.view(file);
    if (!view) throw new Failure(`${file}: cannot be read; check the path and its permissions`);
    const inside = (path: string) => (isBoard(file) ? path.startsWith(`${root}/`) : path === file);
    const wanted = (problem: Problem) =>
      inside(problem.span.file) && (this.#rules.length === 0 ? isRepair(problem) : this.#rules.includes(problem.rule));
    const writable = (path: string) => path.startsWith(`${root}/`) && this.#isUtf8(path);
    const { edits, fixed } = fixAll(analysis, { ...view.choice, wanted, writable });
    for (const path of new Set(edits.map((edit) => edit.span.file))) {
      const own = edits.filter((edit) => edit.span.file === path);
      this.#put(analysis, path, applyEdits(view.snapshot.text(path), own));
    }
    this.fixed += fixed;
    this.#seen.set(found, new Map(view.snapshot.tree.files.map((path) => [path, this.texts.get(path)])));
  }

  /** Looks again at the boards whose shared files were repaired after them. */
  settle(): void {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const stale = [...this.#seen].filter(([, files]) =>
        [...files].some(([path, text]) => this.texts.get(path) !== text),
      );
      if (stale.length === 0) return;
      for (const [found] of stale) this.board(found);
    }
  }

  show(write: boolean): void {
    const { cwd } = this.#io;
    for (const [path, after] of [...this.texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const name = relative(cwd, path).split(sep).join('/');
      if (write) writeWhole(path, after);
      else this.#io.out(unifiedDiff(name, this.#session.text(path), after));
    }
  }

  /** Which other boards a repaired file is part of. */
  tellShared(): void {
    for (const path of this.texts.keys()) {
      const boards = isBoard(path) ? [] : this.#session.analysis(path).boardsOf(path, false);
      if (boards.length < 2) continue;
      const name = relative(this.#io.cwd, path);
      this.#io.error(`${name} is part of ${someOf(boards.map((board) => basename(board)))}\n`);
    }
  }

  #put(analysis: Analysis, path: string, text: string): void {
    this.texts.set(path, text);
    analysis.open(path, text);
  }

  /** A file in another encoding is left as it is: to decode and to write it again would change its bytes elsewhere. */
  #isUtf8(path: string): boolean {
    let known = this.#encodings.get(path);
    if (known === undefined) {
      known = readFileSync(path).equals(Buffer.from(this.#session.text(path)));
      this.#encodings.set(path, known);
      if (!known) this.#io.error(`${relative(this.#io.cwd, path)}: not UTF-8, so it is left as it is\n`);
    }
    return known;
  }
}
