// SPDX-License-Identifier: MIT
// Requests that change text on the user's word: formatting.
import type { Connection, ServerCapabilities, TextEdit } from 'vscode-languageserver';
import { format } from '#ide/format/format.ts';
import { formatRange, formatTyped } from '#ide/format/on-type.ts';
import type { Ast } from '#syntax/ast.ts';
import type { Change } from '#syntax/parser.ts';
import type { Lines } from './convert.ts';
import type { Answer, Session } from './server.ts';

/** What {@link registerEditing} answers. */
export const EDITING: Partial<ServerCapabilities> = {
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  documentOnTypeFormattingProvider: { firstTriggerCharacter: ';', moreTriggerCharacter: ['}', '\n'] },
};

/** The style is the kernel's, whatever the client's tab size. */
export function registerEditing(connection: Connection, answer: Answer): void {
  connection.onDocumentFormatting(({ textDocument: { uri } }, token) =>
    answer('formatting', token, (session) => edits(session, uri, ({ text, ast }) => format(text, ast))),
  );
  connection.onDocumentRangeFormatting(({ textDocument: { uri }, range }, token) =>
    answer('rangeFormatting', token, (session) =>
      edits(session, uri, ({ text, ast, lines }) =>
        formatRange(text, ast, lines.offset(range.start), lines.offset(range.end)),
      ),
    ),
  );
  connection.onDocumentOnTypeFormatting(({ textDocument: { uri }, position, ch }, token) =>
    answer('onTypeFormatting', token, (session) =>
      edits(session, uri, ({ text, ast, lines }) => formatTyped(text, ast, lines.offset(position), ch)),
    ),
  );
}

interface Opened {
  readonly text: string;
  readonly ast: Ast;
  readonly lines: Lines;
}

function edits({ analysis, workspace }: Session, uri: string, changes: (file: Opened) => Change[]): TextEdit[] {
  const path = workspace.path(uri);
  const view = analysis.view(path);
  const ast = view?.snapshot.ast(path);
  if (!view || !ast) return [];
  const lines = workspace.lines(path);
  return changes({ text: view.text, ast, lines }).map(({ start, end, text }) => ({
    range: lines.range(start, end),
    newText: text,
  }));
}
