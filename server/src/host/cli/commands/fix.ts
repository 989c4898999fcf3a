// SPDX-License-Identifier: MIT
// `dt-iommu fix`: the quick fixes of many boards as one diff, or written to the files.
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, relative, sep } from 'node:path';
import { type Arguments, type Command, PLATFORM_OPTIONS, TREE_OPTIONS } from '#host/cli/arguments.ts';
import { type Found, findFiles, requireUtf8Names, SOURCES } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { requireWritable, writeOutput } from '#host/cli/output.ts';
import { unifiedDiff } from '#host/cli/patch.ts';
import { startProgress } from '#host/cli/progress.ts';
import { plural } from '#host/cli/report/report.ts';
import { openSessions, type Session } from '#host/cli/session.ts';
import { settingsOf } from '#host/cli/settings.ts';
import { readBytes } from '#host/disk-bytes.ts';
import { DiskFiles } from '#host/sources.ts';
import { isBoard } from '#ide/boards/boards.ts';
import { isRepair } from '#ide/fixes/fixes.ts';
import { type RepairRequest, Repairs } from '#ide/fixes/repairs.ts';
import { CATALOGUE } from '#rules/index.ts';
import { isBlob } from '#tree/blob/decompile.ts';
import { someOf } from '#wording/values.ts';

export const fixCommand: Command = {
  name: 'fix',
  operands: 'PATH…',
  summary: 'Applies quick fixes: prints a diff that `git apply` and `patch -p1` take, or changes the files.',
  details: [
    'Changes files below the given folders, or in the folder of a given file; never what lies outside.',
    'Left out unless --rule names them: hints, and repairs that are one of several choices, such as to enable an IOMMU.',
  ],
  examples: [
    ['fix board.dts', 'the repairs as a diff'],
    ['fix boards --rule xen-backend-domid-legacy --write', 'one rule, in the files'],
  ],
  options: ['write', 'rule', ...PLATFORM_OPTIONS, ...TREE_OPTIONS],
  run: fix,
};

async function fix(args: Arguments, io: Io): Promise<number> {
  const { operands, values } = args;
  if (operands.length === 0) throw new Failure('fix needs files or folders; see `dt-iommu fix --help`');
  for (const id of values.rule) {
    if (!CATALOGUE.byId.has(id)) throw new Failure(`'${id}' is not a rule; \`dt-iommu rules\` lists them`);
  }
  const boards = findFiles(operands, io.cwd, SOURCES);
  requireUtf8Names(boards);
  const [first] = boards;
  if (!first) throw new Failure(`${operands.join(', ')}: no board there; give .dts files or a folder of them`);
  const blob = boards.find(({ file }) => isBlobFile(file));
  if (blob) throw new Failure(`${blob.file}: is a blob; fix the source that it was compiled from`);
  // One session for all: a shared file that one board repaired is repaired for the next.
  const session = (await openSessions(settingsOf(args, io.cwd)))(first.file);
  const writable = writableIn(session, io);
  const repairs = new Repairs();
  const progress = startProgress(io, 'fixing', boards.length);
  for (const found of boards) {
    const request = requestOf(found, values.rule, writable);
    if (!repairs.board(session.analysis(found.file), request)) {
      throw new Failure(`${found.file}: cannot be read; check the path and its permissions`);
    }
    progress.step();
  }
  progress.end();
  repairs.settle((file) => session.analysis(file));
  if (values.write) write(repairs, session);
  else {
    for (const path of repairs.paths()) {
      io.out(unifiedDiff(patchName(path, boards, io), session.text(path), repairs.text(path) ?? ''));
    }
  }
  if (!values.quiet) tell(session, repairs, values.write ?? false, io);
  return 0;
}

function isBlobFile(path: string): boolean {
  const read = readBytes(path);
  return read !== undefined && 'bytes' in read && isBlob(read.bytes);
}

/**
 * All or nothing, as far as it can be known beforehand. A file with two names is written once; one that somebody saved
 * since it was read is theirs.
 */
function write(repairs: Repairs, session: Session): void {
  const texts = new Map<string, string>();
  for (const path of repairs.paths()) {
    const text = repairs.text(path) ?? '';
    const real = realpathSync(path);
    requireWritable(real);
    if (new DiskFiles().read(real)?.text !== session.text(path)) {
      throw new Failure(`${path}: was changed while it was being repaired; nothing is written, run fix again`);
    }
    const { dev, ino } = statSync(real);
    const same = [...texts].find(([other]) => isSameFile(statSync(other), { dev, ino }));
    if (!same) texts.set(real, text);
    else if (same[1] !== text) throw new Failure(`${path}: is also ${same[0]}, with other repairs; fix one at a time`);
  }
  for (const [path, text] of texts) writeOutput(path, text);
}

function isSameFile(a: { dev: number; ino: number }, b: { dev: number; ino: number }): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** What the board shows inside its operand. */
function requestOf(found: Found, rules: readonly string[], writable: (path: string) => boolean): RepairRequest {
  const { file } = found;
  const root = realpathSync(found.root);
  const below = (path: string) => root === '/' || path.startsWith(`${root}/`);
  const inside = (path: string) => (isBoard(file) ? below(path) : path === file);
  return {
    file,
    wanted: (problem) =>
      inside(problem.span.file) && (rules.length === 0 ? isRepair(problem) : rules.includes(problem.rule)),
    // A link in the folder may lead out of it.
    writable: (path) => below(path) && below(realpathSync(path)) && writable(path),
  };
}

/** A file in another encoding is left as it is: to decode and to write it again would change its bytes elsewhere. */
function writableIn(session: Session, io: Io): (path: string) => boolean {
  const known = new Map<string, boolean>();
  return (path) => {
    const isUtf8 = known.get(path) ?? readFileSync(path).equals(Buffer.from(session.text(path)));
    if (!isUtf8 && !known.has(path)) io.error(`${nameOf(path, io)}: not UTF-8, so it is left as it is\n`);
    known.set(path, isUtf8);
    return isUtf8;
  };
}

/** The sums, and which other boards a repaired file is part of. */
function tell(session: Session, repairs: Repairs, write: boolean, io: Io): void {
  const paths = repairs.paths();
  for (const path of paths) {
    const boards = isBoard(path) ? [] : session.analysis(path).boardsOf(path, false);
    if (boards.length > 1) {
      io.error(`${nameOf(path, io)} is part of ${someOf(boards.map((board) => basename(board)))}\n`);
    }
  }
  const done = write ? 'written' : 'to be written; --write does it';
  io.error(`${plural(repairs.fixed, 'problem')} repaired, ${plural(paths.length, 'file')} ${done}\n`);
}

/** As `patch -p1` wants it: below the working directory, or below the operand that led there from outside. */
function patchName(path: string, boards: readonly Found[], io: Io): string {
  const name = nameOf(path, io);
  if (!name.startsWith('../') && !isAbsolute(name)) return name;
  const root = boards.map((found) => realpathSync(found.root)).find((folder) => path.startsWith(`${folder}/`));
  return root === undefined ? name : path.slice(root.length + 1);
}

function nameOf(path: string, io: Io): string {
  return relative(io.cwd, path).split(sep).join('/');
}
