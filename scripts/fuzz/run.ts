// SPDX-License-Identifier: MIT
// What a target is given, and what it gives back.

export interface Run {
  readonly seed: number;
  /** By `Date.now()`. */
  readonly deadline: number;
  /** An empty folder in memory, removed afterwards. */
  readonly folder: string;
  /** Something is wrong: what, and the smallest input that shows it. `name` becomes that of its file. */
  fail(failure: Failure): void;
  /** Worth to be read beside the numbers. */
  note(what: string): void;
  /** Left out, by name. */
  skip(what: string): void;
}

export interface Failure {
  readonly name: string;
  /** One line for people. */
  readonly what: string;
  readonly seed: number;
  /** By file name. */
  readonly files: Readonly<Record<string, string>>;
  /** What else the input needs; goes to its JSON file. */
  readonly data?: object;
}

export interface Target {
  readonly name: string;
  /** What its number counts. */
  readonly unit: string;
  /** Its part of the time where all targets run. */
  readonly share: number;
  /** The number of inputs that were tried. */
  run(run: Run): Promise<number>;
}

export const timeLeft = (run: Run): boolean => Date.now() < run.deadline;
