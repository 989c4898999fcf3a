// SPDX-License-Identifier: MIT
// The page's own words in the editor's language; what the server says of the board stays as it is.

/** Where the extension leaves the table: text by English text. */
export const TEXTS_ID = 'texts';

let known: Readonly<Record<string, unknown>> | undefined;

/** As `vscode.l10n.t`: `{0}` is the first of the values. Without a translation the text stays English. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  known ??= read();
  const found = Object.hasOwn(known, text) ? known[text] : undefined;
  const pattern = typeof found === 'string' ? found : text;
  return pattern.replace(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place));
}

function read(): Readonly<Record<string, unknown>> {
  // The playground's page and tests have none.
  const text = globalThis.document?.getElementById?.(TEXTS_ID)?.textContent ?? '{}';
  return JSON.parse(text) as Record<string, unknown>;
}
