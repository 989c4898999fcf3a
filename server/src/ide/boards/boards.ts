// SPDX-License-Identifier: MIT
// Which boards a shared file belongs to: the `.dts` files that reach it through their includes, the likeliest first.
import { ancestors, basename, dirname, join, normalize } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { appendedFiles, boardFolders, includePaths, type SourceTree } from './source-tree.ts';

/** A file that is compiled by itself: a board, an overlay. Anything else is shown in the context of one. */
export function isBoard(path: string): boolean {
  return /\.(dts|dtso|overlay)$/.test(path);
}

/** dtc takes a file with it for a tree of its own. */
const HEADER = /^[ \t]*\/dts-v1\//m;

/**
 * The files of a list that are no boards of their own: others of the list include them, and neither they nor what they
 * include beside them has `/dts-v1/`.
 */
export function sharedAmong(files: FileSystem, list: readonly string[]): ReadonlySet<string> {
  const texts = new Map(list.map((file) => [file, files.peek(file) ?? '']));
  const suspects = new Map<string, string[]>();
  for (const [file, text] of texts) {
    if (!lacksHeader(files, file, text)) continue;
    suspects.set(basename(file), [...(suspects.get(basename(file)) ?? []), file]);
  }
  const shared = new Set<string>();
  if (suspects.size === 0) return shared;
  for (const [file, text] of texts) {
    for (const [, name = ''] of text.matchAll(INCLUDE)) {
      const beside = join(dirname(file), name);
      const named = suspects.get(basename(name)) ?? [];
      for (const each of named) if (each !== file && (each === beside || each.endsWith(`/${name}`))) shared.add(each);
    }
  }
  return shared;
}

/** Whether a `.dts` is a board only if no other includes it. */
export function lacksHeader(files: FileSystem, file: string, text = files.peek(file) ?? ''): boolean {
  return file.endsWith('.dts') && !HEADER.test(text) && !hasHeader(files, file, text);
}

/** Whether a file beside, which this one includes, has the header for it. */
function hasHeader(files: FileSystem, file: string, text: string, depth = 0): boolean {
  return [...text.matchAll(INCLUDE)].some(([, name = '']) => {
    const path = join(dirname(file), name);
    const inner = depth < 8 ? files.peek(path) : undefined;
    return inner !== undefined && (HEADER.test(inner) || hasHeader(files, path, inner, depth + 1));
  });
}

const DEVICE_TREE = /\.(dts|dtsi|dtso|overlay|h)$/;
const INCLUDE = /^[ \t]*(?:#[ \t]*include|\/include\/)[ \t]*["<]([^">\n]+)[">]/gm;

/** The files that each file below some folders includes; read once, corrected when files change. */
export class IncludeIndex {
  private readonly files: FileSystem;
  private readonly tree: SourceTree | undefined;
  /** Included file → the files that name it. */
  private readonly includers = new Map<string, Set<string>>();
  private readonly includes = new Map<string, readonly string[]>();
  /** Names of files that were not found, without folders → the files that name them. */
  private readonly absent = new Map<string, Set<string>>();
  private readonly folders = new Set<string>();
  /** Changed since they were read; read again when somebody asks. */
  private readonly stale = new Set<string>();
  /** Boards of a file, until an include anywhere changes. */
  private readonly answers = new Map<string, readonly string[]>();

  /** Outside a source tree only the folder of the file itself is looked at. */
  constructor(files: FileSystem, tree: SourceTree | undefined) {
    this.files = files;
    this.tree = tree;
  }

  /**
   * The boards that include the file, directly or through others, nearest first. Its own folder is asked first, because
   * reading an architecture takes a hundred times as long; `all` asks further though boards were found there.
   */
  boardsOf(file: string, all: boolean): readonly string[] {
    this.readStale();
    const known = this.answers.get(`${all} ${file}`);
    if (known) return known;
    this.addFolder(dirname(file), false);
    let found = this.reach(file);
    // Its own folder may have the board once its texts are there.
    if (found.length === 0 && !all && this.files.awaited) return [];
    if (this.tree && (found.length === 0 || all)) {
      for (const folder of boardFolders(this.files, this.tree, file)) this.addFolder(folder, true);
      found = this.reach(file);
    }
    found.sort((a, b) => distance(file, a) - distance(file, b) || (a < b ? -1 : 1));
    if (!this.files.awaited) this.answers.set(`${all} ${file}`, found);
    return found;
  }

  /** The files that the boards of a file read, as far as their includes say. */
  around(file: string): string[] {
    const seen = new Set([file, ...this.boardsOf(file, true)]);
    for (const at of seen) for (const target of this.includes.get(at) ?? []) seen.add(target);
    return [...seen];
  }

  /** To be told of files that appeared, changed or went away. */
  update(file: string): void {
    this.stale.add(file);
  }

  private readStale(): void {
    for (const file of this.stale) {
      const before = this.includes.get(file);
      this.readAgain(file);
      const after = this.includes.get(file);
      // A keystroke is rarely in an include.
      if (before && after && before.join('\n') === after.join('\n')) continue;
      this.answers.clear();
      // What has appeared may be what others named, and what is gone is it no more.
      const others = [...(this.absent.get(basename(file)) ?? []), ...(this.includers.get(file) ?? [])];
      for (const other of others) this.readAgain(other);
    }
    this.stale.clear();
  }

  private readAgain(file: string): void {
    for (const target of this.includes.get(file) ?? []) this.includers.get(target)?.delete(file);
    this.includes.delete(file);
    if (DEVICE_TREE.test(file) && this.covers(file) && this.files.isFile(file)) this.addFile(file);
  }

  /** Whether it lies in a folder that was read, perhaps in a new one below it. */
  private covers(file: string): boolean {
    return this.folders.has(dirname(file)) || [...ancestors(file)].some((folder) => this.folders.has(`${folder}/`));
  }

  private addFolder(folder: string, deep: boolean): void {
    const key = deep ? `${folder}/` : folder;
    if (this.folders.has(key)) return;
    this.folders.add(key);
    for (const name of this.files.list(folder)) {
      if (!name.endsWith('/')) {
        if (DEVICE_TREE.test(name)) this.addFile(join(folder, name));
      } else if (deep) {
        this.addFolder(join(folder, name.slice(0, -1)), true);
      }
    }
  }

  private addFile(file: string): void {
    if (this.includes.has(file)) return;
    const targets: string[] = [];
    for (const match of (this.files.peek(file) ?? '').matchAll(INCLUDE)) {
      const [, name = ''] = match;
      const target = this.resolve(file, name);
      if (target) targets.push(target);
      else if (!name.startsWith('dt-bindings/')) add(this.absent, basename(name), file);
    }
    if (this.tree && file.endsWith('.dts')) targets.push(...appendedFiles(this.files, this.tree, file));
    this.includes.set(file, targets);
    for (const target of targets) add(this.includers, target, file);
  }

  /** Headers of bindings are left out: nobody asks which of a thousand boards use one. */
  private resolve(from: string, name: string): string | undefined {
    if (name.startsWith('dt-bindings/')) return undefined;
    const beside = join(dirname(from), name);
    if (this.includes.has(beside) || this.files.isFile(beside)) return beside;
    for (const folder of this.tree ? includePaths(this.files, this.tree, from) : []) {
      const path = this.linkTarget(join(folder, name));
      if (this.includes.has(path) || this.files.isFile(path)) return path;
    }
    return undefined;
  }

  /** `scripts/dtc/include-prefixes/ARCH` is a symbolic link to the architecture's device trees. */
  private linkTarget(path: string): string {
    const root = this.tree?.root ?? '';
    const prefix = `${root}/scripts/dtc/include-prefixes/`;
    if (!path.startsWith(prefix)) return path;
    return normalize(path.slice(prefix.length).replace(/^([^/]+)\//, `${root}/arch/$1/boot/dts/`));
  }

  private reach(file: string): string[] {
    const seen = new Set([file]);
    for (const at of seen) {
      for (const includer of this.includers.get(at) ?? []) seen.add(includer);
    }
    seen.delete(file);
    const boards = [...seen].filter(isBoard);
    const shared = sharedAmong(this.files, boards);
    return shared.size === 0 ? boards : boards.filter((board) => !shared.has(board));
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.add(value);
  else map.set(key, new Set([value]));
}

/** How far apart two files are: folders to climb and descend, then how much of the names differs. */
function distance(a: string, b: string): number {
  const from = a.split('/');
  const to = b.split('/');
  let same = 0;
  while (same < from.length - 1 && same < to.length - 1 && from[same] === to[same]) same++;
  const folders = from.length + to.length - 2 * same - 2;
  return folders * 1000 - commonPrefix(from[from.length - 1] ?? '', to[to.length - 1] ?? '');
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
