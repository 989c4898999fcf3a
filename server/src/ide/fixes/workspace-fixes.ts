// SPDX-License-Identifier: MIT
// One rule repaired in every board below a folder, for a person to look through before anything is written.
import { join } from '#base/files.ts';
import type { TextEdit } from '#base/text.ts';
import type { Analysis } from '#ide/analysis.ts';
import { isBoard } from '#ide/boards/boards.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { CATALOGUE } from '#rules/index.ts';
import { Repairs } from './repairs.ts';

/** More boards than a person looks through; `dt-iommu fix` on the command line has no limit. */
export const MAX_BOARDS = 200;

export interface WorkspaceFix {
  readonly edits: readonly TextEdit[];
  readonly fixed: number;
  /** Boards that were left out. */
  readonly skipped: number;
}

/** Only files below the folders change. */
export function fixWorkspace(analysis: Analysis, folders: readonly string[], rule: string): WorkspaceFix {
  const copy = analysis.copy();
  const prefixes = folders.map((folder) => (folder.endsWith('/') ? folder : `${folder}/`));
  const inside = (path: string) => prefixes.some((prefix) => path.startsWith(prefix));
  const boards = [...new Set(folders.flatMap((folder) => boardsWith(copy, folder, rule)))].filter(inside).sort();
  const repairs = new Repairs();
  for (const file of boards.slice(0, MAX_BOARDS)) {
    repairs.board(copy, {
      file,
      wanted: (problem) => problem.rule === rule && inside(problem.span.file),
      writable: inside,
    });
  }
  repairs.settle(() => copy);
  return { edits: repairs.edits(), fixed: repairs.fixed, skipped: Math.max(0, boards.length - MAX_BOARDS) };
}

/** Boards whose text, or whose shared files' text, has what the rule looks at, also of other folders. */
function boardsWith(analysis: Analysis, folder: string, rule: string): string[] {
  const properties = CATALOGUE.byId.get(rule)?.properties;
  const names = Array.isArray(properties) ? properties : undefined;
  const found = new Set<string>();
  for (const file of textsBelow(analysis.files, folder)) {
    const text = analysis.files.peek(file) ?? '';
    if (names && !names.some((name) => text.includes(name))) continue;
    for (const board of isBoard(file) ? [file] : analysis.boardsOf(file, true)) found.add(board);
  }
  return [...found];
}

function* textsBelow(files: FileSystem, folder: string): Generator<string> {
  for (const name of files.list(folder)) {
    const path = join(folder, name);
    if (!name.endsWith('/')) {
      if (/\.(dts|dtsi|dtso|overlay)$/.test(name)) yield path;
    } else if (name !== 'node_modules/' && name !== '.git/') {
      yield* textsBelow(files, path.replace(/\/$/, ''));
    }
  }
}
