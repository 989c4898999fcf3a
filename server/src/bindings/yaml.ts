// SPDX-License-Identifier: MIT
// YAML to plain data. The library is loaded when the first binding is read, not when the server starts.

type Library = typeof import('yaml');

/** The longest binding of Linux 7.3 has 87 KB. */
const MAX_CHARACTERS = 400_000;

let library: Library | undefined;
let loading: Promise<void> | undefined;

/** Until this is done, {@link parseYaml} knows nothing. */
export function loadYaml(): Promise<void> {
  loading ??= import('yaml').then((loaded) => {
    library = loaded;
  });
  return loading;
}

export function canParse(): boolean {
  return library !== undefined;
}

/** `undefined` for what is no YAML, or uses what bindings never do: aliases, merged keys, tags that make objects. */
export function parseYaml(text: string): unknown {
  if (!library || text.length > MAX_CHARACTERS) return undefined;
  try {
    return library.parse(text, { schema: 'core', maxAliasCount: 0, uniqueKeys: false, logLevel: 'silent' });
  } catch {
    return undefined;
  }
}
