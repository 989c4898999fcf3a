// SPDX-License-Identifier: MIT
// Files of a client that is far away: how often it is asked, and for what.
import { dirname } from '#base/files.ts';
import { ClientFiles } from '#host/lsp/client-files.ts';
import { pathOfUri } from '#host/lsp/uris.ts';

/** What a client far away sees of the questions. */
export class FarFiles extends ClientFiles {
  readonly rounds: { readonly texts: readonly string[]; readonly folders: readonly string[] }[];

  constructor(files: Readonly<Record<string, string>>) {
    const rounds: { readonly texts: readonly string[]; readonly folders: readonly string[] }[] = [];
    const names = new Map<string, Set<string>>();
    for (const path of Object.keys(files)) {
      for (let below = path, above = dirname(path); below !== above; below = above, above = dirname(above)) {
        const name = `${below.slice(below.lastIndexOf('/') + 1)}${below === path ? '' : '/'}`;
        names.set(above, (names.get(above) ?? new Set()).add(name));
      }
    }
    super(async ({ texts, folders }) => {
      rounds.push({ texts: texts.map(pathOfUri), folders: folders.map(pathOfUri) });
      const folder = (path: string) => [...(names.get(path) ?? [])];
      return {
        texts: Object.fromEntries(texts.map((uri) => [uri, files[pathOfUri(uri)] ?? null])),
        folders: Object.fromEntries(
          folders.map((uri) => [uri, names.has(pathOfUri(uri)) ? folder(pathOfUri(uri)) : null]),
        ),
      };
    });
    this.rounds = rounds;
  }

  get texts(): string[] {
    return this.rounds.flatMap(({ texts }) => texts);
  }

  get folders(): string[] {
    return this.rounds.flatMap(({ folders }) => folders);
  }
}
