// SPDX-License-Identifier: MIT
// Files for a server without a disk: what the client has lent so far, and a list of what answers lacked.
import { decodeText } from '#base/bytes.ts';
import { dirname, join, type SourceFile } from '#base/files.ts';
import type { Borrowed, Wanted } from '#bindings/files.ts';
import { decompile, isBlob } from '#tree/blob/decompile.ts';
import type { ServerFiles } from './environment.ts';
import type { LendParams, LentFiles } from './protocol.ts';
import { pathOfUri, uriOfPath } from './uris.ts';

/** Asks the client; texts and folders come back under the URIs that were asked for. */
export type Lend = (params: LendParams) => Promise<LentFiles>;

/** Larger texts are taken for no device tree. */
const MAX_CHARACTERS = 10_000_000;

/** Folders are lent whole, so that looking for a file that is not there costs nothing. */
export class ClientFiles implements ServerFiles {
  readonly lent = true;
  readonly #lend: Lend;
  readonly #texts = new Map<string, SourceFile | undefined>();
  readonly #folders = new Map<string, readonly string[] | undefined>();
  readonly #refused = new Set<string>();
  readonly #wantedTexts = new Set<string>();
  readonly #wantedFolders = new Set<string>();

  constructor(lend: Lend) {
    this.#lend = lend;
  }

  read(path: string): SourceFile | undefined {
    if (!this.#texts.has(path) && this.isFile(path)) this.#wantedTexts.add(path);
    return this.#texts.get(path);
  }

  peek(path: string): string | undefined {
    return this.read(path)?.text;
  }

  refusal(path: string): string | undefined {
    return this.#refused.has(path) ? 'cannot be read, or has more than 10 MB' : undefined;
  }

  isFile(path: string): boolean {
    return this.#texts.get(path) !== undefined || this.list(dirname(path)).includes(nameOf(path));
  }

  isFolder(path: string): boolean {
    const plain = withoutSlash(path);
    return this.list(dirname(plain)).includes(`${nameOf(plain)}/`);
  }

  list(folder: string): readonly string[] {
    const key = withoutSlash(folder);
    const known = this.#folders.get(key);
    if (known === undefined && !this.#folders.has(key) && key.startsWith('/') && this.#mayBe(key)) {
      this.#wantedFolders.add(key);
    }
    return known ?? [];
  }

  /**
   * Whether the nearest folder above whose names are known does not rule it out. A link to a folder may be listed as a
   * file. Folders above a workspace are often not given at all, and say nothing.
   */
  #mayBe(folder: string): boolean {
    for (let below = folder, above = dirname(folder); below !== above; below = above, above = dirname(above)) {
      // The root of another file system stands below that of the disk only here.
      if (above === '/' && below.startsWith('/:')) return true;
      const names = this.#folders.get(above);
      if (names) return names.includes(`${nameOf(below)}/`) || names.includes(nameOf(below));
    }
    return true;
  }

  get awaited(): boolean {
    return this.#wantedTexts.size + this.#wantedFolders.size > 0;
  }

  forget(path: string): void {
    this.#texts.delete(path);
    this.#refused.delete(path);
    // Folders that are new with it are unknown to those above.
    for (let below = path, above = dirname(path); below !== above; below = above, above = dirname(above)) {
      const names = this.#folders.get(above);
      this.#folders.delete(above);
      if (below !== path && names?.includes(`${nameOf(below)}/`)) break;
    }
  }

  /** The client says what changed. */
  refresh(): string[] {
    return [];
  }

  /** What is looked over once: folders are remembered, and of the texts those that will be read once more. */
  async borrow({ folders, texts, kept }: Wanted): Promise<Borrowed> {
    const strange = texts.filter((path) => !this.#texts.has(path));
    const unlisted = folders.filter((path) => !this.#folders.has(path));
    const asks = strange.length + unlisted.length > 0;
    const lent = asks
      ? await this.#lend({ texts: strange.map(uriOfPath), folders: unlisted.map(uriOfPath) })
      : { texts: {}, folders: {} };
    for (const [name, names] of Object.entries(lent.folders)) this.#folders.set(pathOfUri(name), names ?? undefined);
    const given = new Map<string, string>();
    for (const path of texts) given.set(path, this.#texts.get(path)?.text ?? '');
    for (const [name, content] of Object.entries(lent.texts)) {
      const path = pathOfUri(name);
      const text = content === null ? '' : content instanceof Uint8Array ? decodeText(content) : content;
      if (text.length > MAX_CHARACTERS) continue;
      given.set(path, text);
      if (kept.includes(path)) this.#texts.set(path, { path, text });
    }
    return { folders: new Map(folders.map((path) => [path, this.#folders.get(path) ?? []])), texts: given };
  }

  async load(): Promise<readonly string[]> {
    const texts = [...this.#wantedTexts];
    const folders = [...this.#wantedFolders];
    if (texts.length + folders.length === 0) return [];
    this.#wantedTexts.clear();
    this.#wantedFolders.clear();
    const lent = await this.#lend({
      texts: texts.map(uriOfPath),
      folders: folders.map(uriOfPath),
    });
    for (const [name, given] of Object.entries(lent.texts)) {
      const text = given instanceof Uint8Array ? textOf(given) : given;
      const path = pathOfUri(name);
      const refused = text === null || text.length > MAX_CHARACTERS;
      this.#texts.set(path, refused ? undefined : { path, text });
      if (refused) this.#refused.add(path);
    }
    const changed = [...texts, ...folders];
    for (const [name, names] of Object.entries(lent.folders)) {
      const folder = pathOfUri(name);
      this.#folders.set(folder, names ?? undefined);
      // An include that was missing in this folder may be there after all.
      for (const child of names ?? []) changed.push(join(folder, child));
    }
    return changed;
  }
}

/** As the server with a disk reads its files. */
function textOf(bytes: Uint8Array): string {
  return isBlob(bytes) ? decompile(bytes) : decodeText(bytes);
}

/** The root keeps its slash: it may be the workspace itself, whose URI would lose its path. */
function withoutSlash(folder: string): string {
  return folder === '/' ? folder : folder.replace(/\/$/, '');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
