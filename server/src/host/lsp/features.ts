// SPDX-License-Identifier: MIT
// The standard requests: each asks one question of the ide layer and converts the answer.
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Connection,
  MarkupKind,
  type ServerCapabilities,
} from 'vscode-languageserver';
import type { View } from '#ide/analysis.ts';
import { codeActions, hasFixes } from '#ide/code-actions.ts';
import { fixAll } from '#ide/fixes.ts';
import { hover } from '#ide/hover.ts';
import type { Link } from '#ide/markdown.ts';
import { diagnosticOf, rangeOf, workspaceEditOf } from './convert.ts';
import type { Answer, Session } from './server.ts';

export const FIX_ALL = `${CodeActionKind.SourceFixAll}.dtIommu`;

/** What {@link registerFeatures} answers. */
export const FEATURES: Partial<ServerCapabilities> = {
  hoverProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL], resolveProvider: true },
};

export function registerFeatures(connection: Connection, answer: Answer): void {
  connection.onHover(({ textDocument, position }, token) =>
    answer('hover', token, null, (session) => {
      const at = viewAt(session, textDocument.uri, position);
      const found = at && hover(at.view, at.offset, linkOf(session, at.view));
      if (!found) return null;
      return {
        contents: { kind: MarkupKind.Markdown, value: found.markdown },
        range: rangeOf(session.workspace, found.span),
      };
    }),
  );
  connection.onCodeAction((params, token) => answer('codeAction', token, [], (session) => actionsOf(session, params)));
  connection.onCodeActionResolve((action, token) =>
    answer('codeAction/resolve', token, action, (session) => {
      const { uri } = (action.data ?? {}) as { uri?: string };
      return uri === undefined ? action : { ...action, edit: fixAllEdit(session, session.workspace.path(uri)) };
    }),
  );
}

function viewAt(
  { analysis, workspace }: Session,
  uri: string,
  position: { line: number; character: number },
): { view: View; offset: number } | undefined {
  const path = workspace.path(uri);
  const view = analysis.view(path);
  return view && { view, offset: workspace.lines(path).offset(position) };
}

/** `soc.dtsi:12`, leading to the line. */
function linkOf({ workspace }: Session, { snapshot }: View): Link {
  return (span) => {
    const line = snapshot.line(span);
    return {
      text: `${span.file.slice(span.file.lastIndexOf('/') + 1)}:${line}`,
      href: `${workspace.uri(span.file)}#L${line}`,
    };
  };
}

function actionsOf(
  session: Session,
  { textDocument: { uri }, range, context: { only } }: CodeActionParams,
): CodeAction[] {
  const { analysis, workspace, rulePage } = session;
  const path = workspace.path(uri);
  const view = analysis.view(path);
  if (!view) return [];
  const wants = (kind: string) => !only || only.some((asked) => kind === asked || kind.startsWith(`${asked}.`));
  const actions: CodeAction[] = [];
  if (wants(CodeActionKind.QuickFix)) {
    const lines = workspace.lines(path);
    for (const action of codeActions(view, lines.offset(range.start), lines.offset(range.end))) {
      actions.push({
        title: action.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnosticOf(workspace, action.problem, rulePage)],
        isPreferred: action.preferred,
        edit: workspaceEditOf(workspace, action.edits, (file) => workspace.version(file)),
      });
    }
  }
  if (wants(FIX_ALL) && hasFixes(view)) {
    const resolves = session.client.textDocument?.codeAction?.resolveSupport?.properties.includes('edit');
    actions.push({
      title: 'Fix all device tree problems in this file',
      kind: FIX_ALL,
      ...(resolves ? { data: { uri } } : only && { edit: fixAllEdit(session, path) }),
    });
  }
  return actions.filter((action) => action.edit || action.data);
}

function fixAllEdit({ analysis, workspace }: Session, path: string): ReturnType<typeof workspaceEditOf> {
  const board = analysis.view(path)?.choice.board ?? path;
  const { edits } = fixAll(analysis, { board, wanted: (problem) => problem.span.file === path });
  return workspaceEditOf(workspace, edits, (file) => workspace.version(file));
}
