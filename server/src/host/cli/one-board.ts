// SPDX-License-Identifier: MIT
// The one board that `tree`, `graph` and `explain` are about: resolved, its errors told, its places named.
import { relative } from 'node:path';
import { lineStarts, positionAt, type Range, rangeOf, type Span } from '#base/text.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import type { DeviceTree } from '#tree/types.ts';
import type { Arguments } from './arguments.ts';
import { absolute, isFolder } from './find.ts';
import { Failure, type Io } from './io.ts';
import { STANDARD_OUTPUT, writeOutput } from './output.ts';
import { located, merge, renamed } from './report/problems.ts';
import { textReport } from './report/report.ts';
import { openSessions, type Session } from './session.ts';
import { settingsOf } from './settings.ts';

export interface OneBoard {
  readonly session: Session;
  readonly tree: DeviceTree;
}

/** Resolves the first operand. Fails when there is none, or when it is a folder. */
export async function openBoard(args: Arguments, io: Io): Promise<OneBoard> {
  const { session, file } = await open(args, io);
  return { session, tree: session.tree(file) };
}

/** The same with the platform and the model. */
export async function openSnapshot(
  args: Arguments,
  io: Io,
): Promise<{ readonly session: Session; readonly snapshot: Snapshot }> {
  const { session, file } = await open(args, io);
  const analysis = session.analysis(file);
  // An overlay of Zephyr is text of its board.
  const view = file.endsWith('.overlay') ? analysis.view(file) : undefined;
  return { session, snapshot: view?.snapshot ?? analysis.board(file) };
}

async function open(args: Arguments, io: Io): Promise<{ session: Session; file: string }> {
  const [name] = args.operands;
  if (name === undefined) throw new Failure('which board? Give its .dts file');
  const file = absolute(io.cwd, name);
  if (args.piped?.file !== file && isFolder(file, name))
    throw new Failure(`${name}: is a folder; give the .dts file of one board`);
  return { session: (await openSessions(settingsOf(args, io.cwd)))(file), file };
}

/** Tells on standard error what is wrong with the text; gives the exit code that follows from it. */
export function tellErrors({ session, tree }: OneBoard, io: Io): number {
  const errors = tree.problems.filter(({ severity }) => severity === 'error');
  const named = renamed(merge(located(errors, tree.file, (file) => session.text(file))), (file) =>
    relative(io.cwd, file),
  );
  io.error(textReport({ files: 0, problems: named }, false));
  if (errors.some(({ rule }) => rule === 'syntax/unreadable-file')) return 2;
  return errors.some((problem) => problem.severity === 'error') ? 1 : 0;
}

/** To standard output, or whole into the file that `-o` names. */
export function writeResult(text: string, output: string | undefined, { files }: Session, io: Io): void {
  if (output === undefined || output === STANDARD_OUTPUT) io.out(text);
  else writeOutput(absolute(io.cwd, output), text, (stats) => files.wasRead(stats));
}

/** Names spans for people and for scripts; files relative to the working directory. */
export class Places {
  readonly #session: Session;
  readonly #cwd: string;
  readonly #starts = new Map<string, number[]>();

  constructor(session: Session, io: Io) {
    this.#session = session;
    this.#cwd = io.cwd;
  }

  /** `board.dts:12`. */
  readonly line = (span: Span): string =>
    `${this.#name(span)}:${positionAt(this.#lines(span.file), span.start).line + 1}`;

  readonly range = (span: Span): { readonly file: string; readonly range: Range } => ({
    file: this.#name(span),
    range: rangeOf(this.#lines(span.file), span),
  });

  #name({ file }: Span): string {
    return relative(this.#cwd, file);
  }

  #lines(file: string): number[] {
    let starts = this.#starts.get(file);
    if (!starts) {
      starts = lineStarts(this.#session.text(file));
      this.#starts.set(file, starts);
    }
    return starts;
  }
}
