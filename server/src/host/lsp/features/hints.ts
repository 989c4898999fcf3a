// SPDX-License-Identifier: MIT
// Inlay hints and code lenses over the protocol.
import type { Connection, ServerCapabilities } from 'vscode-languageserver';
import { locationOf, rangeOf } from '#host/lsp/convert.ts';
import type { Answer } from '#host/lsp/server.ts';
import { codeLenses } from '#ide/hints/code-lenses.ts';
import { inlayHints } from '#ide/hints/inlay-hints.ts';

/** What {@link registerHints} answers. */
export const HINTS: Partial<ServerCapabilities> = { inlayHintProvider: true, codeLensProvider: {} };

export function registerHints(connection: Connection, answer: Answer): void {
  connection.languages.inlayHint.on(({ textDocument, range }, token) =>
    answer('inlayHint', token, ({ analysis, workspace, shown }) => {
      const path = workspace.path(textDocument.uri);
      const view = analysis.view(path);
      if (!view) return [];
      const lines = workspace.lines(path);
      const found = inlayHints(view, lines.offset(range.start), lines.offset(range.end), shown.hints);
      return found.map(({ offset, text, target }) => ({
        position: lines.position(offset),
        label: target ? [{ value: text, location: locationOf(workspace, target) }] : text,
        paddingLeft: true,
      }));
    }),
  );
  connection.onCodeLens(({ textDocument }, token) =>
    answer('codeLens', token, ({ analysis, workspace, shown }) => {
      const view = analysis.view(workspace.path(textDocument.uri));
      return (view ? codeLenses(view, shown.lenses) : []).map(({ span, title }) => ({
        range: rangeOf(workspace, span),
        command: { title, command: '' },
      }));
    }),
  );
}
