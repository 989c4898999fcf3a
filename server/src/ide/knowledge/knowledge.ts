// SPDX-License-Identifier: MIT
// What is known of files that no open board reads: headers that could be included, other boards of the tree. Read in the
// pauses, bounded, kept.
import { dirname } from '#base/files.ts';
import type { IndexMemory } from '#bindings/binding-index.ts';
import { type Borrowed, bindingsFolders, isCoreSchemas, NOTHING, type Wanted } from '#bindings/files.ts';
import { BindingLibrary } from '#bindings/library.ts';
import { loadYaml } from '#bindings/yaml.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { BoardIndex } from './boards.ts';
import { HeaderIndex } from './headers.ts';

/** Include paths and folders whose index is kept; the one asked for longest ago goes first. */
const MAX_INDEXES = 3;

/** Characters that are read in one turn: some milliseconds' worth. */
const TURN = 60_000;

export class Knowledge {
  readonly #files: FileSystem;
  readonly #headers = new Map<string, HeaderIndex>();
  readonly #boards = new Map<string, BoardIndex>();
  readonly #bindings = new Map<string, BindingLibrary>();
  /** By folder of the file that asked. */
  readonly #bindingFolders = new Map<string, readonly string[]>();

  /** The folder of dt-schema's own schemas for a file, where the user said one. */
  readonly coreSchemas: (file: string) => string | undefined;
  /** Keeps what is found in bindings between sessions, where the host has a place for it. */
  memory: IndexMemory | undefined;
  /** Whose question is under way. */
  #asking: BindingLibrary | undefined;

  constructor(files: FileSystem, coreSchemas: Knowledge['coreSchemas'] = () => undefined) {
    this.#files = files;
    this.coreSchemas = coreSchemas;
  }

  /** What is read of the headers on these include paths so far; asking for it makes it be read. */
  headers(includePaths: readonly string[]): HeaderIndex {
    // Files that an editor lends come over a network: the index of a whole tree is not worth that.
    const paths = this.#files.lent ? [] : includePaths;
    const key = paths.join('\n');
    return kept(this.#headers, key, () => new HeaderIndex(this.#files, paths));
  }

  /** What is read so far of the boards in the file's folder, then of those up to `top`. */
  boards(file: string, top: string | undefined): BoardIndex {
    const make = () => new BoardIndex(this.#files, file, top);
    return kept(this.#boards, `${dirname(file)}\n${top ?? ''}`, make);
  }

  /** The bindings of the tree around a file, as far as they are indexed; asking for them makes them be read. */
  bindings(file: string): BindingLibrary | undefined {
    const from = dirname(file);
    const folders = this.#bindingFolders.get(from) ?? this.#foldersFor(file);
    // What has not come yet is not missing.
    if (folders.length > 0 || !this.#files.awaited) this.#bindingFolders.set(from, folders);
    if (folders.length === 0) return undefined;
    // What fails leaves the bindings unread.
    void loadYaml().catch(() => undefined);
    return kept(this.#bindings, folders.join('\n'), () => new BindingLibrary(this.#files, folders, this.memory));
  }

  /** The bindings around a file, and behind those of Linux the core schemas that the user named. */
  #foldersFor(file: string): readonly string[] {
    const folders = bindingsFolders(this.#files, file);
    const core = folders.length === 0 ? undefined : this.coreSchemas(file);
    return core !== undefined && isCoreSchemas(this.#files, core) ? [...folders, core] : folders;
  }

  /** Settings or project files changed. */
  forgetFolders(): void {
    this.#bindingFolders.clear();
  }

  /** Reads a little more; `false`: there is nothing left to read. */
  work(): boolean {
    // What somebody asked for comes before what somebody may ask for.
    if ([...this.#bindings.values()].some((library) => library.prepare())) return true;
    const boards = this.#files.lent ? [] : this.#boards.values();
    for (const index of [...this.#headers.values(), ...boards, ...this.#bindings.values()]) {
      if (index.done) continue;
      // What an editor lends is wanted, not read.
      if (index instanceof BindingLibrary && this.#files.lent) continue;
      index.step(TURN);
      return true;
    }
    return false;
  }

  /** What is to be fetched next of files that an editor lends; {@link give} takes it. */
  wanted(): Wanted {
    this.#asking = this.#files.lent ? [...this.#bindings.values()].find(({ done }) => !done) : undefined;
    return this.#asking?.wanted() ?? NOTHING;
  }

  /** Something is still to be fetched. */
  get lacks(): boolean {
    return this.#files.lent === true && [...this.#bindings.values()].some(({ done }) => !done);
  }

  give(borrowed: Borrowed): void {
    this.#asking?.give(borrowed);
  }

  forget(path: string): void {
    for (const index of this.#headers.values()) index.forget(path);
    if (path.endsWith('.yaml')) for (const library of this.#bindings.values()) library.forget(path);
  }
}

function kept<T>(all: Map<string, T>, key: string, make: () => T): T {
  const index = all.get(key) ?? make();
  all.delete(key);
  all.set(key, index);
  for (const oldest of all.keys()) {
    if (all.size <= MAX_INDEXES) break;
    all.delete(oldest);
  }
  return index;
}
