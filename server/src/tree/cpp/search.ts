// SPDX-License-Identifier: MIT
// Where cpp searches the file of an `#include`, and the name under which it then knows it (libcpp, files.cc).
import { dirname, type FileReader, join, type SourceFile } from '#base/files.ts';

export interface SearchPath {
  readonly reader: FileReader;
  readonly includePaths: readonly string[];
  /** As they are spelled where cpp is called; default: the paths. */
  readonly includeNames?: readonly string[] | undefined;
}

/** The file with the include; `nextFolder`: the index of the folder behind the one in which it was found. */
export interface Includer {
  readonly path: string;
  readonly name: string;
  readonly nextFolder: number;
}

/** A file that an include names, or where it was searched. */
export interface FoundFile {
  readonly file?: SourceFile;
  readonly name?: string;
  readonly nextFolder?: number;
  readonly tried: readonly string[];
}

/** `from`: index of the folder to begin with, for `#include_next`; else beside the includer, unless `angled`. */
export function findHeader(
  { reader, includePaths, includeNames }: SearchPath,
  includer: Includer | undefined,
  name: string,
  how: { readonly angled: boolean; readonly next: boolean },
): FoundFile {
  const tried: string[] = [];
  const look = (path: string, spelled: string, nextFolder: number): FoundFile | undefined => {
    const file = reader.read(path);
    if (!file) tried.push(path);
    return file && { file, name: spelled, nextFolder, tried };
  };
  if (name.startsWith('/')) return look(join('/', name), name, 0) ?? { tried };
  if (!how.angled && !how.next && includer) {
    const own = includer.name.slice(0, includer.name.lastIndexOf('/') + 1);
    const found = look(join(dirname(includer.path), name), own + name, 0);
    if (found) return found;
  }
  for (let i = how.next ? (includer?.nextFolder ?? 0) : 0; i < includePaths.length; i++) {
    const folder = includePaths[i] ?? '';
    const found = look(join(folder, name), `${includeNames?.[i] ?? folder}/${name}`, i + 1);
    if (found) return found;
  }
  return { tried };
}

/** The end of `"name"` or `<name>`, in which a backslash means itself. */
export function headerEnd(text: string, at: number, limit: number): number {
  const open = text[at];
  if (open !== '"' && open !== '<') return -1;
  const end = text.indexOf(open === '"' ? '"' : '>', at + 1);
  return end < 0 || end >= limit ? -1 : end + 1;
}
