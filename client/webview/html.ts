// SPDX-License-Identifier: MIT
// The HTML around a page: nothing is allowed but our own script and style.
import { TEXTS_ID } from './l10n.ts';

export interface PageParts {
  readonly title: string;
  /** URIs that the webview may read. */
  readonly script: string;
  readonly style: string;
  /** Where style may come from, as VS Code names it (`webview.cspSource`). */
  readonly source: string;
  readonly nonce: string;
  /** The editor's language, and texts in it by English text; absent: English. */
  readonly language: string;
  readonly texts: Readonly<Record<string, unknown>> | undefined;
}

export function webviewPage({ title, script, style, source, nonce, language, texts }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `style-src ${source}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<!DOCTYPE html>
<html lang="${language.replace(/[^\w-]/g, '')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<title>${title.replace(/[<>&]/g, '')}</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<div id="app"></div>
<script type="application/json" id="${TEXTS_ID}">${JSON.stringify(texts ?? {}).replaceAll('<', '\\u003c')}</script>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}

/** Not to be guessed. */
export function makeNonce(): string {
  return [...globalThis.crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
