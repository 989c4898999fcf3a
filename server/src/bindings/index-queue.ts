// SPDX-License-Identifier: MIT
// Which folders and files of a tree of bindings are still to be looked over, and in which order: one after the other
// where they are at hand, in batches where each question goes over a network.
import { join } from '#base/files.ts';
import { NOTHING, type Wanted } from './files.ts';

/** Linux 7.3 has 5715 bindings in 900 folders; beyond these bounds nothing is read. */
const MAX_FILES = 20_000;
const MAX_FOLDERS = 5000;
/** In one question. */
const FOLDERS = 48;
const TEXTS = 64;

/** A repository that is looked at without a copy of it: each file is a request to somebody's server. */
const REMOTE = /^\/:vscode-vfs:/;

export class IndexQueue {
  readonly #folder: string;
  readonly #folders = new Set<string>(['']);
  readonly #files = new Set<string>();
  #folderCount = 0;
  #fileCount = 0;
  /** Asked for, and not given yet. */
  #waiting: { readonly folders: readonly string[]; readonly texts: readonly string[] } = { folders: [], texts: [] };
  /** Files by the compatible that they are called after. */
  readonly #called = new Map<string, string>();
  /** Somebody asked about the compatible that they are called after. */
  readonly #urgent = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  get done(): boolean {
    const { folders, texts } = this.#waiting;
    if (this.#folders.size + folders.length + texts.length > 0) return false;
    return this.#isRemote ? this.#urgent.size === 0 : this.#files.size === 0;
  }

  get #isRemote(): boolean {
    return REMOTE.test(this.#folder);
  }

  nextFile(): string | undefined {
    return this.#taken(this.#files, 1)[0];
  }

  nextFolder(): string | undefined {
    return this.#taken(this.#folders, 1)[0];
  }

  #taken(from: Set<string>, count: number): string[] {
    const taken: string[] = [];
    for (const name of from) {
      if (taken.length >= count) break;
      taken.push(name);
    }
    for (const name of taken) {
      from.delete(name);
      this.#files.delete(name);
    }
    return taken;
  }

  /** Names in a folder, sub-folders with a trailing `/`. */
  listed(folder: string, names: readonly string[]): void {
    for (const name of names) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (name.endsWith('/')) {
        if (this.#folderCount++ < MAX_FOLDERS) this.#folders.add(path.slice(0, -1));
      } else if (name.endsWith('.yaml') && this.#fileCount++ < MAX_FILES) {
        this.#files.add(path);
        this.#called.set(name.slice(0, -'.yaml'.length), path);
      }
    }
  }

  /** Somebody asks about a compatible: the file that is called after it goes first. */
  prefer(compatible: string): void {
    const name = this.#files.size === 0 ? undefined : this.#called.get(compatible);
    if (name !== undefined && this.#files.has(name)) this.#urgent.add(name);
  }

  /** The next question: folders before files, those first that somebody asked about. Nothing while one is under way. */
  wanted(isFull: boolean): Wanted {
    const { folders, texts } = this.#waiting;
    if (folders.length + texts.length > 0) return NOTHING;
    const listed = this.#taken(this.#folders, FOLDERS);
    const urgent = this.#taken(this.#urgent, TEXTS);
    const others = listed.length > 0 || isFull || this.#isRemote ? [] : this.#taken(this.#files, TEXTS - urgent.length);
    if (isFull) this.#files.clear();
    this.#waiting = { folders: listed, texts: [...urgent, ...others] };
    const paths = (names: readonly string[]) => names.map((name) => join(this.#folder, name));
    return { folders: paths(listed), texts: paths([...urgent, ...others]), kept: paths(urgent) };
  }

  /** What was asked for has come, or will not. */
  arrived(): { readonly folders: readonly string[]; readonly texts: readonly string[] } {
    const waited = this.#waiting;
    this.#waiting = { folders: [], texts: [] };
    return waited;
  }
}
