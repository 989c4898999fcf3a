// SPDX-License-Identifier: MIT
// Requests that change text on the user's word: formatting and renaming.

import {
  type CancellationToken,
  type Connection,
  LSPErrorCodes,
  type RenameParams,
  ResponseError,
  type ServerCapabilities,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { t } from '#base/language.ts';
import { type Lines, rangeOf, workspaceEditOf } from '#host/lsp/convert.ts';
import { until } from '#host/lsp/patience.ts';
import { fileOf, viewAt } from '#host/lsp/places.ts';
import type { Answer, Session } from '#host/lsp/server.ts';
import { format } from '#ide/format/format.ts';
import { formatRange, formatTyped } from '#ide/format/on-type.ts';
import { prepareRename, rename } from '#ide/rename/rename.ts';
import type { Ast } from '#syntax/ast.ts';
import type { Change } from '#syntax/parser.ts';

/** What {@link registerEditing} answers. */
export const EDITING: Partial<ServerCapabilities> = {
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  documentOnTypeFormattingProvider: { firstTriggerCharacter: ';', moreTriggerCharacter: ['}', '\n'] },
  renameProvider: { prepareProvider: true },
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
  connection.onPrepareRename(async ({ textDocument: { uri }, position }, token) => {
    const found = await answer('prepareRename', token, (session) => {
      const at = viewAt(session, uri, position);
      const subject = at && prepareRename(at.view, at.offset);
      if (!subject || 'refusal' in subject) return subject;
      return { range: rangeOf(session.workspace, subject.span), placeholder: subject.name };
    });
    return granted(found) ?? null;
  });
  connection.onRenameRequest(async (params, token) => granted(await renamed(answer, params, token)));
}

/** Of the work for one request, before others get their turn; in milliseconds. */
const TURN = 50;

/** A renaming tries every board that it reaches: others are answered in between. */
async function renamed(
  answer: Answer,
  { textDocument: { uri }, position, newName }: RenameParams,
  token: CancellationToken,
): Promise<WorkspaceEdit | { readonly refusal: string } | undefined> {
  const start = ({ analysis, workspace }: Session): Running | undefined => {
    const at = viewAt({ analysis, workspace }, uri, position);
    if (!at) return undefined;
    const refuses = (file: string) => refusal({ analysis, workspace }, file);
    return { steps: rename({ analysis, ...at, newName, refuses }), versions: versionsOf({ analysis, workspace }) };
  };
  let running: Running | undefined;
  for (;;) {
    let fresh = running === undefined;
    const turn = await answer('rename', token, (session): Turn => {
      // Asked again within a turn: files that were missing are there now.
      if (fresh) running = start(session);
      fresh = true;
      if (!running) return { done: true, value: undefined };
      if (versionsOf(session) !== running.versions)
        return { done: true, value: { refusal: t('A file was changed meanwhile: rename again.') } };
      const goOn = until(TURN);
      let step = running.steps.next();
      while (!step.done && goOn()) step = running.steps.next();
      if (!step.done) return { done: false };
      if ('refusal' in step.value) return { done: true, value: step.value };
      const { workspace } = session;
      return { done: true, value: workspaceEditOf(workspace, step.value.edits, (file) => workspace.version(file)) };
    });
    if (turn.done) return turn.value;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

type Turn =
  | { readonly done: false }
  | { readonly done: true; readonly value: WorkspaceEdit | { readonly refusal: string } | undefined };

interface Running {
  readonly steps: ReturnType<typeof rename>;
  readonly versions: string;
}

type Files = Pick<Session, 'analysis' | 'workspace'>;

function versionsOf({ analysis, workspace }: Files): string {
  return analysis
    .opened()
    .map((path) => `${path} ${workspace.version(path)}`)
    .join('\n');
}

/** The client shows the reason of a refusal where the name was typed. */
function granted<T extends object>(found: T | { readonly refusal: string } | undefined): T | undefined {
  if (found && 'refusal' in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refusal);
  return found;
}

/** Why a file may not be changed by a renaming. */
function refusal({ analysis, workspace }: Files, file: string): string | undefined {
  const { folders } = workspace;
  const inside = folders.length === 0 || folders.some(({ path }) => path === '/' || file.startsWith(`${path}/`));
  if (!inside) return t('lies outside of the workspace');
  return analysis.files.isReadOnly?.(file) ? t('is read-only') : undefined;
}

function edits(
  session: Session,
  uri: string,
  changes: (file: { text: string; ast: Ast; lines: Lines }) => Change[],
): TextEdit[] {
  const file = fileOf(session, uri);
  if (!file) return [];
  const { view, ast, lines } = file;
  return changes({ text: view.text, ast, lines }).map(({ start, end, text }) => ({
    range: lines.range(start, end),
    newText: text,
  }));
}
