// SPDX-License-Identifier: MIT
// The boards that a renaming reaches: those that read a file in which the name is made, and the files that they read.

import { basename } from '#base/files.ts';
import { t } from '#base/language.ts';
import type { Analysis } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import type { DeviceTree } from '#tree/types.ts';
import type { Refusal } from './subject.ts';

/** More than these, nobody waits for: each is evaluated before and after. */
export const MAX_BOARDS = 300;

/** Work in steps of a board each, so that others get their turn. */
export type Steps<T> = Generator<void, T>;

/** Where a name is made in a tree: file and offset. */
export interface Maker {
  readonly file: string;
  readonly start: number;
}

export interface Reach {
  readonly boards: ReadonlyMap<string, Snapshot>;
  /** Files that name it. */
  readonly files: ReadonlySet<string>;
}

export interface Search {
  readonly analysis: Analysis;
  /** The board that is asked first. */
  readonly first: Snapshot;
  /** Where a tree makes the name. */
  makers(tree: DeviceTree): readonly Maker[];
  /** Whether a text names it. */
  mentions(file: string): boolean;
  /** `&label`, for sentences. */
  readonly what: string;
}

/**
 * From the places that make the name to every board that reads one of their files, until no new place is found. A file
 * that names it and belongs to another board, too, where the name is made elsewhere, cannot be renamed for one of them.
 */
export function* reach({ analysis, first, makers, mentions, what }: Search): Steps<Reach | Refusal> {
  const boards = new Map<string, Snapshot>();
  const made = new Set(makers(first.tree).map(({ file }) => file));
  for (const file of made) {
    for (const board of analysis.readersOf(file)) {
      if (boards.has(board)) continue;
      if (boards.size >= MAX_BOARDS) return { refusal: t('{0} reaches more than {1} boards.', what, MAX_BOARDS) };
      const snapshot = analysis.glance(board);
      yield;
      if (!snapshot.tree.files.includes(file)) continue;
      boards.set(board, snapshot);
      for (const maker of makers(snapshot.tree)) made.add(maker.file);
    }
  }
  if (!boards.has(first.tree.file)) boards.set(first.tree.file, first);
  const files = new Set([...boards.values()].flatMap(({ tree }) => tree.files.filter(mentions)));
  for (const board of [...boards.keys()]) {
    for (const overlay of analysis.overlaysFor(board)) {
      if (boards.has(overlay) || !mentions(overlay)) continue;
      files.add(overlay);
      boards.set(overlay, analysis.glance(overlay));
      yield;
    }
  }
  return (yield* stranger({ analysis, made, makers, what }, { boards, files })) ?? { boards, files };
}

/** The refusal where another board takes the same mention for something else. */
function* stranger(
  { analysis, made, makers, what }: Pick<Search, 'analysis' | 'makers' | 'what'> & { made: ReadonlySet<string> },
  { boards, files }: Reach,
): Steps<Refusal | undefined> {
  const asked = new Set(boards.keys());
  for (const file of files) {
    if (made.has(file)) continue;
    for (const board of analysis.readersOf(file)) {
      if (asked.has(board)) continue;
      if (asked.size >= 2 * MAX_BOARDS) return { refusal: t('{0} belongs to too many boards.', basename(file)) };
      asked.add(board);
      const { tree } = analysis.glance(board);
      yield;
      const other = tree.files.includes(file) ? makers(tree)[0] : undefined;
      if (other === undefined) continue;
      const refusal = t(
        '{0} also means the {1} of {2}, on {3}.',
        basename(file),
        what,
        basename(other.file),
        basename(board),
      );
      return { refusal };
    }
  }
  return undefined;
}
