// SPDX-License-Identifier: MIT
// Files as the core sees them: paths, texts, versions; and how an include path is searched.

/** One version of one file. The object's identity stands for the version: a changed file is a new object. */
export interface SourceFile {
  /** Absolute, `/`-separated, normalised; on the web the path part of the URI. */
  readonly path: string;
  readonly text: string;
}

/**
 * Where texts come from. `undefined`: there is no such file (or the host has not loaded it yet, see `missing` of
 * the evaluation). Never throws; implementations bound the size of what they return.
 */
export interface FileReader {
  read(path: string): SourceFile | undefined;
  /** The bytes of a file that `/incbin/` names. Absent where the host offers no binary files. */
  readBinary?(path: string): Uint8Array | undefined;
  /** When the file was changed last, as `__TIMESTAMP__` writes it; absent where the host does not know. */
  modified?(path: string): string | undefined;
  /**
   * Why neither gives anything at a path at which there is something other than a folder, in words that follow its name:
   * `is a device, so it is not read`.
   */
  refusal?(path: string): string | undefined;
}

/** `a/b/../c` → `a/c`; never climbs above `/`. */
export function normalize(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length > 0 && out[out.length - 1] !== '..') out.pop();
    else if (part !== '..' || !path.startsWith('/')) out.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + out.join('/');
}

/** The folder of a path, without a trailing slash except for `/`; `''` for a bare name. */
export function dirname(path: string): string {
  const at = path.lastIndexOf('/');
  if (at <= 0) return at < 0 ? '' : '/';
  return path.slice(0, at);
}

/** The last name of a path. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folders that contain the path, innermost first, `/` last. */
export function* ancestors(path: string): Generator<string> {
  for (let folder = dirname(path); folder !== ''; folder = dirname(folder)) {
    yield folder;
    if (folder === '/') return;
  }
}

export function join(folder: string, name: string): string {
  if (name.startsWith('/')) return normalize(name);
  return normalize(folder === '' ? name : `${folder}/${name}`);
}
