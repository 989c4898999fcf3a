// SPDX-License-Identifier: MIT
// Texts in the language of whoever asks. English is the key and the default; another language is spoken for the time of
// one answer, so that servers with different languages can live in one process.

/** Translations by {@link textKey}; each has the placeholders of its English text. */
export type Texts = ReadonlyMap<string, string>;

/** What a template literal takes. */
type Value = string | number | bigint | null | undefined;

let spoken: Texts | undefined;

/** What `work` says, it says in this language; English without one. */
export function speaking<T>(texts: Texts | undefined, work: () => T): T {
  const before = spoken;
  spoken = texts;
  try {
    return work();
  } finally {
    spoken = before;
  }
}

/** For what programs read and people search for: the same in every language. */
export function inEnglish<T>(work: () => T): T {
  return speaking(undefined, work);
}

/** `t('{0} waits for {1}', device, supplier)`. A text without a translation stays English. */
export function t(text: string, ...values: readonly Value[]): string {
  const pattern = spoken === undefined ? text : (spoken.get(textKey(text)) ?? text);
  if (values.length === 0) return pattern;
  return pattern.replace(/\{(\d+)\}/g, (place, index) => (index < values.length ? String(values[index]) : place));
}

/** A table of texts: read from it, each is in the language that is spoken then. */
export function texts<const T extends Readonly<Record<string, string>>>(table: T): { readonly [K in keyof T]: string } {
  const entries = Object.entries(table).map(([name, text]) => [name, { enumerable: true, get: () => t(text) }]);
  return Object.defineProperties({}, Object.fromEntries(entries)) as T;
}

/**
 * The name of a text in what ships, as a bundle with the English texts would be twice as large: FNV-1a, as many of its
 * bits as keep the names apart, which a test looks after.
 */
export function textKey(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return ((hash >>> 0) % 36 ** 5).toString(36);
}
