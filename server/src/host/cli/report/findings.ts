// SPDX-License-Identifier: MIT
// What a run of `check` found, as plain data: whole, or the part of one machine, which `merge` joins with the others.
import type { Checked } from '#host/cli/jobs.ts';
import { merge, order, type ReportedProblem, renamed } from './problems.ts';
import type { CheckReport } from './report.ts';

/** An ignore comment of a shared file that none of the boards needs which were checked here and read it. */
export interface IdleIgnore {
  readonly problem: ReportedProblem;
  /** Every board that is known to read the file, also those of other machines. */
  readonly known: readonly string[];
}

/** Names are those of the report. */
export interface Findings {
  /** File → how many of the boards read it. */
  readonly read: Readonly<Record<string, number>>;
  readonly problems: readonly ReportedProblem[];
  readonly idle: readonly IdleIgnore[];
  /** What could not be checked, a line each. */
  readonly failures: readonly string[];
}

/** Collects over a run, in whatever order boards are done. */
export class Collector {
  readonly #name: (file: string) => string;
  readonly #read = new Map<string, Set<string>>();
  readonly #problems: ReportedProblem[] = [];
  readonly #idle: ReportedProblem[] = [];
  readonly #failures = new Set<string>();

  /** `name` gives the name that the report shows. */
  constructor(name: (file: string) => string) {
    this.#name = name;
  }

  add(board: string, { files, problems, idle = [], crashes = [] }: Checked): void {
    for (const file of files) {
      const readers = this.#read.get(file);
      if (readers) readers.add(board);
      else this.#read.set(file, new Set([board]));
    }
    this.#problems.push(...problems);
    this.#idle.push(...idle);
    for (const { rule, file, message } of problems) {
      if (rule === 'syntax/unreadable-file') this.fail(file, message);
    }
    for (const { rule, node } of crashes) this.fail(board, `rule ${rule} failed on ${node}`);
  }

  fail(file: string, why: string): void {
    this.#failures.add(`${this.#name(file)}: ${why}`);
  }

  /**
   * `isWhole`: whether the file lies in a folder that is checked as a whole; only there a comment can be needless. The
   * boards of a file are asked for only when those of the run agree, which is rare.
   */
  async findings(
    isWhole: (file: string) => boolean,
    boardsOf: () => Promise<(file: string) => readonly string[]>,
  ): Promise<Findings> {
    const agreed = merge(this.#idle).filter(
      ({ file, boards }) => boards.length === this.#read.get(file)?.size && isWhole(file),
    );
    const boards = agreed.length > 0 ? await boardsOf() : () => [];
    const idle = agreed.map((problem) => ({ problem, known: boards(problem.file).map(this.#name) }));
    const names = (problems: readonly ReportedProblem[]) => renamed(problems, this.#name);
    return {
      read: Object.fromEntries(
        [...this.#read].map(([file, { size }]) => [this.#name(file), size] as const).sort(([a], [b]) => order(a, b)),
      ),
      problems: merge(names(this.#problems)),
      idle: idle.map(({ problem, known }) => ({ problem: names([problem])[0] ?? problem, known })),
      failures: [...this.#failures].sort(order),
    };
  }
}

/** The findings of several machines as those of one: the same report, whoever checked which board. */
export function joined(parts: readonly Findings[]): CheckReport & { readonly failures: readonly string[] } {
  const readers = new Map<string, number>();
  for (const { read } of parts) {
    for (const [file, count] of Object.entries(read)) readers.set(file, (readers.get(file) ?? 0) + count);
  }
  const known = new Map(parts.flatMap(({ idle }) => idle.map(({ problem, known }) => [problem.file, known] as const)));
  const needless = merge(parts.flatMap(({ idle }) => idle.map(({ problem }) => problem))).filter(
    ({ file, boards }) =>
      boards.length === readers.get(file) && (known.get(file) ?? []).every((board) => boards.includes(board)),
  );
  return {
    files: readers.size,
    problems: merge([...parts.flatMap(({ problems }) => problems), ...needless]),
    failures: [...new Set(parts.flatMap(({ failures }) => failures))].sort(order),
  };
}
