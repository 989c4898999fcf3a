// SPDX-License-Identifier: MIT
// Which board an overlay is applied to, and which others before it: as the project file or the folder's Makefile says.
import { basename, dirname, join } from '#base/files.ts';
import { ofLastText } from '#base/memo.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { ProjectBoard } from './project.ts';

/** A board with the overlays that are applied to it, in order. */
export interface Composition {
  readonly board: string;
  readonly overlays: readonly string[];
}

/** What is compiled by itself, and means something only on a board. */
export function isOverlay(path: string): boolean {
  return /\.(dtso|overlay)$/.test(path);
}

/** Zephyr's kind: its text is put behind the board's, and cpp and dtc read both as one. */
export function isTextBehind(files: FileSystem, path: string): boolean {
  return path.endsWith('.overlay') && !/^[ \t]*\/plugin\//m.test(files.peek(path) ?? '');
}

/** The boards of a project that the overlay is applied to; those behind it in the list are left out. */
export function projectCompositions(boards: readonly ProjectBoard[], overlay: string): Composition[] {
  return boards.flatMap(({ file, overlays }) => upTo({ board: file, overlays }, overlay));
}

/** `NAME-dtbs := BOARD.dtb OVERLAY.dtbo …`: what the kernel puts together itself (scripts/Makefile.lib). */
const COMPOSITE = /^[\w.-]+-dtbs[ \t]*[:+]?=(.*)$/gm;

/** The files that each list of a Makefile names, from the folder of the Makefile. */
const listsOf = ofLastText((makefile): Composition[] =>
  [...makefile.replaceAll(/\\\r?\n/g, ' ').matchAll(COMPOSITE)].flatMap(([, list = '']) => {
    const names = list.trim().split(/\s+/);
    const board = names.find((name) => name.endsWith('.dtb'))?.replace(/b$/, 's');
    const overlays = names.filter((name) => name.endsWith('.dtbo')).map((name) => name.replace(/bo$/, 'so'));
    return board === undefined ? [] : [{ board, overlays }];
  }),
);

/** The same from the Makefile beside the overlay. */
export function builtCompositions(files: FileSystem, overlay: string): Composition[] {
  const folder = dirname(overlay);
  const last = basename(overlay);
  const found = new Map<string, Composition>();
  for (const { board, overlays } of listsOf(files.peek(join(folder, 'Makefile')) ?? '')) {
    if (!overlays.some((name) => name.endsWith(last))) continue;
    const composition = { board: join(folder, board), overlays: overlays.map((name) => join(folder, name)) };
    for (const each of upTo(composition, overlay)) if (files.isFile(each.board)) found.set(each.board, each);
  }
  return [...found.values()];
}

function upTo({ board, overlays }: Composition, overlay: string): Composition[] {
  const at = overlays.indexOf(overlay);
  return at < 0 ? [] : [{ board, overlays: overlays.slice(0, at + 1) }];
}
