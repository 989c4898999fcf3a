// SPDX-License-Identifier: MIT
// Which boards show a problem of a shared file: the known ones are asked one after the other, when nobody waits.
import type { Problem, Related } from '#base/problem.ts';
import type { Analysis, View } from '#ide/analysis.ts';
import { isBoard } from '#ide/boards/boards.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { seekAdvice } from './advice.ts';
import { BindingProblems } from './binding-problems.ts';
import { diagnostics } from './diagnostics.ts';

/** Boards that are asked about one file, the nearest first. */
const MAX_ASKED = 8;
/** More boards than these are counted, not named. */
const NAMED = 4;

/** What one board said of one shared file. */
interface Answer {
  readonly problems: ReadonlySet<string>;
  readonly idle: ReadonlySet<string>;
  /** A change since may have made it wrong; it is shown until the board is asked again. */
  stale: boolean;
}

/** Remembers answers by words, not by place, so that they outlive the edits between two rounds of asking. */
export class BoardsShowingProblem {
  readonly #analysis: Analysis;
  readonly #bindings: BindingProblems;
  /** Shared file → board → its answer; `undefined`: the board does not read the file. */
  readonly #answers = new Map<string, Map<string, Answer | undefined>>();

  /** The board that is being asked. */
  #resolved: { readonly file: string; readonly board: string; readonly snapshot: Snapshot } | undefined;

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
    this.#bindings = new BindingProblems(analysis);
  }

  /** Some text, file or setting changed: every answer has to be asked for again. */
  changed(): void {
    this.#resolved = undefined;
    for (const answers of this.#answers.values()) {
      for (const [board, answer] of answers) {
        if (answer) answer.stale = true;
        else answers.delete(board);
      }
    }
  }

  /** The file is not shown any more. */
  forget(file: string): void {
    this.#answers.delete(file);
  }

  /**
   * One step: the headers that a missing name may be defined in, then the bindings, as long as `goOn` says so, then a board
   * that is asked about the file: its tree, then its problems, in two steps. False when there is nothing left to do.
   */
  askNext(file: string, goOn: () => boolean): boolean {
    const own = this.#analysis.view(file);
    if (own && seekAdvice(own)) return true;
    if (this.#bindings.work(file, goOn)) return true;
    const view = isBoard(file) ? undefined : this.#analysis.view(file);
    if (!view || view.choice.board === file) return false;
    const answers = this.#answers.get(file) ?? new Map<string, Answer | undefined>();
    this.#answers.set(file, answers);
    const resolved = this.#resolved;
    this.#resolved = undefined;
    if (resolved?.file === file) {
      answers.set(resolved.board, answerOf(resolved.snapshot, file));
      return true;
    }
    const board = this.#others(view).find((each) => !answers.has(each) || answers.get(each)?.stale);
    if (board === undefined) return false;
    this.#resolved = { file, board, snapshot: this.#analysis.glance(board) };
    return true;
  }

  /** What of a file does not fit its bindings, as far as that was looked at. */
  ofBindings(view: View): readonly Problem[] {
    return this.#bindings.problems(view);
  }

  /** The problems of a file; those of a shared one say which boards show them, as far as boards were asked. */
  problems(view: View): Problem[] {
    const { file, choice, snapshot } = view;
    const own = [...diagnostics(view), ...this.ofBindings(view)];
    if (choice.board === file || isBoard(file)) return own;
    const answers = [...(this.#answers.get(file) ?? [])].flatMap(([board, answer]) =>
      answer ? [{ board, answer }] : [],
    );
    const seen = own.map((problem) => {
      const also = answers.filter(({ answer }) => answer.problems.has(words(problem))).map(({ board }) => board);
      return { ...problem, related: [...(problem.related ?? []), ...named('seen from', [choice.board, ...also])] };
    });
    return [...seen, ...this.#unneeded(view, answers, snapshot.idleIgnores())];
  }

  /** Ignore comments that no board needs, where all boards are known and have been asked. */
  #unneeded(
    { file, choice }: View,
    answers: readonly { readonly board: string; readonly answer: Answer }[],
    idle: readonly Problem[],
  ): Problem[] {
    const candidates = idle.filter((problem) => problem.span.file === file);
    if (candidates.length === 0 || !this.#analysis.knowsBoardsOf(file)) return [];
    const known = this.#analysis.boardsOf(file, false).filter((board) => board !== choice.board);
    const asked = this.#answers.get(file);
    if (known.some((board) => !asked?.has(board) || asked.get(board)?.stale)) return [];
    return candidates
      .filter((problem) => answers.every(({ answer }) => answer.idle.has(words(problem))))
      .map((problem) => ({
        ...problem,
        related: named('not needed by', [choice.board, ...answers.map(({ board }) => board)]),
      }));
  }

  /** Open boards first, then those that include the file. */
  #others({ file, choice }: View): string[] {
    const open = this.#analysis.opened().filter((path) => isBoard(path));
    const all = new Set([...open, ...this.#analysis.boardsOf(file, false)]);
    all.delete(choice.board);
    return [...all].slice(0, MAX_ASKED);
  }
}

function answerOf(snapshot: Snapshot, file: string): Answer | undefined {
  if (!snapshot.tree.files.includes(file)) return undefined;
  const of = (problems: readonly Problem[]) => new Set(problems.filter(({ span }) => span.file === file).map(words));
  return { problems: of(snapshot.problems()), idle: of(snapshot.idleIgnores()), stale: false };
}

/** A problem without its place, and without what is advised, which depends on the board. */
function words({ rule, node, message, lacks }: Problem): string {
  return [rule, node ?? '', lacks?.name ?? message].join('\0');
}

/** A place at the start of each board; the last one counts those that are not named. */
function named(what: string, boards: readonly string[]): Related[] {
  const more = boards.length - NAMED;
  return boards.slice(0, NAMED).map((board, at) => ({
    message: `${what} ${board.slice(board.lastIndexOf('/') + 1)}${at === NAMED - 1 && more > 0 ? ` and ${more} more` : ''}`,
    span: { file: board, start: 0, end: 0 },
  }));
}
