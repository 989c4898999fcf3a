// SPDX-License-Identifier: MIT
// The standard requests: each asks one question of the ide layer and converts the answer.

import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Connection,
  type DocumentSymbol,
  type FoldingRange,
  MarkupKind,
  type ServerCapabilities,
  SymbolKind,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { t } from '#base/language.ts';
import type { Problem } from '#base/problem.ts';
import { plainText } from '#base/text.ts';
import { diagnosticOf, type Lines, locationOf, rangeOf, workspaceEditOf } from '#host/lsp/convert.ts';
import type { ServerFiles } from '#host/lsp/environment.ts';
import { fileOf, viewAt } from '#host/lsp/places.ts';
import { reader } from '#host/lsp/reading-ahead.ts';
import { COMMANDS, registerCommands } from '#host/lsp/requests/commands.ts';
import type { Answer, Session } from '#host/lsp/server.ts';
import { isBlobUri } from '#host/lsp/uris.ts';
import { anticipate } from '#ide/completion/binding-knowledge.ts';
import { codeActions, fixableRules, hasFixes } from '#ide/fixes/code-actions.ts';
import { fixAll, isRepair } from '#ide/fixes/fixes.ts';
import { fixWorkspace } from '#ide/fixes/workspace-fixes.ts';
import { allReferences } from '#ide/navigation/all-references.ts';
import { definition } from '#ide/navigation/definition.ts';
import { hover } from '#ide/navigation/hover.ts';
import { typeDefinition } from '#ide/navigation/type-definition.ts';
import { folds } from '#ide/structure/folding.ts';
import { links } from '#ide/structure/links.ts';
import { type OutlineEntry, outline } from '#ide/structure/symbols.ts';
import { COMPLETION, registerCompletion } from './completion.ts';
import { EDITING, registerEditing } from './editing.ts';
import { HIERARCHIES, registerHierarchies } from './hierarchies.ts';
import { HINTS, registerHints } from './hints.ts';
import { readerOf } from './hover-reader.ts';
import { NAVIGATION, registerNavigation } from './navigation.ts';

export const FIX_ALL = `${CodeActionKind.SourceFixAll}.dtIommu`;

/** What {@link registerFeatures} answers. */
export const FEATURES: Partial<ServerCapabilities> = {
  hoverProvider: true,
  ...COMPLETION,
  ...HINTS,
  definitionProvider: true,
  typeDefinitionProvider: true,
  referencesProvider: true,
  documentSymbolProvider: true,
  documentLinkProvider: {},
  foldingRangeProvider: true,
  ...NAVIGATION,
  ...HIERARCHIES,
  executeCommandProvider: { commands: [...COMMANDS] },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL], resolveProvider: true },
  ...EDITING,
};

/** Milliseconds after a document was opened before the bindings around it are read. */
const CALM = 1500;

export function registerFeatures(connection: Connection, answer: Answer, files: ServerFiles): void {
  const readAhead = reader(connection, answer, files);
  connection.onHover(({ textDocument, position }, token) =>
    answer('hover', token, (session) => {
      readAhead();
      const at = viewAt(session, textDocument.uri, position);
      const found = at && hover(at.view, at.offset, readerOf(session, at.view));
      if (!found) return null;
      return {
        contents: { kind: MarkupKind.Markdown, value: found.markdown },
        range: rangeOf(session.workspace, found.span),
      };
    }),
  );
  registerCompletion(connection, answer, readAhead);
  registerHints(connection, answer);
  connection.onDefinition(({ textDocument, position }, token) =>
    answer('definition', token, (session) => {
      const at = viewAt(session, textDocument.uri, position);
      return at ? definition(at.view, at.offset).map((span) => locationOf(session.workspace, span)) : [];
    }),
  );
  connection.onTypeDefinition(({ textDocument, position }, token) =>
    answer('typeDefinition', token, (session) => {
      readAhead();
      const at = viewAt(session, textDocument.uri, position);
      return at ? typeDefinition(at.view, at.offset).map((span) => locationOf(session.workspace, span)) : [];
    }),
  );
  connection.onReferences(({ textDocument, position, context }, token) =>
    answer('references', token, (session) => {
      const at = viewAt(session, textDocument.uri, position);
      const spans = at ? allReferences(session.analysis, at.view, at.offset, context.includeDeclaration) : [];
      return spans.map((span) => locationOf(session.workspace, span));
    }),
  );
  registerStructure(connection, answer, () => readAhead(CALM));
  registerEditing(connection, answer);
  registerNavigation(connection, answer);
  registerHierarchies(connection, answer);
  registerCommands(connection, answer);
  connection.onCodeAction((params, token) =>
    answer('codeAction', token, (session) => {
      // Editors ask wherever the cursor comes to.
      const at = viewAt(session, params.textDocument.uri, params.range.start);
      if (at) anticipate(at.view, at.offset);
      readAhead();
      return actionsOf(session, params);
    }),
  );
  connection.onCodeActionResolve((action, token) =>
    answer('codeAction/resolve', token, (session) => {
      const data = action.data as FixAllData | undefined;
      return data ? { ...action, edit: fixAllEdit(session, data) } : action;
    }),
  );
}

/** What a file looks like as a whole: asked for after every change, not at a position. */
function registerStructure(connection: Connection, answer: Answer, opened: () => void): void {
  connection.onDocumentSymbol(({ textDocument: { uri } }, token) =>
    answer('documentSymbol', token, (session) => {
      const at = fileOf(session, uri);
      if (at?.view.knowledge.bindings(at.view.file)) opened();
      return at ? outline(at.ast).map((entry) => symbolOf(at.lines, entry)) : [];
    }),
  );
  connection.onFoldingRanges(({ textDocument: { uri } }, token) =>
    answer('foldingRange', token, (session) => {
      const at = fileOf(session, uri);
      return at
        ? folds(at.view.text, at.ast).map(({ kind, start, end }): FoldingRange => {
            const range = at.lines.range(start, end);
            // The closing brace of a node stays visible.
            const closes = kind === 'region' && at.view.text[end - 1] === ';';
            return {
              kind,
              startLine: range.start.line,
              endLine: Math.max(range.start.line, range.end.line - (closes ? 1 : 0)),
            };
          })
        : [];
    }),
  );
  connection.onDocumentLinks(({ textDocument: { uri } }, token) =>
    answer('documentLink', token, (session) => {
      const at = fileOf(session, uri);
      const found = at ? links(at.view) : [];
      return found.map(({ span, target }) => ({
        range: rangeOf(session.workspace, span),
        target: session.workspace.uri(target),
      }));
    }),
  );
}

function symbolOf(lines: Lines, entry: OutlineEntry): DocumentSymbol {
  return {
    name: entry.name,
    ...(entry.detail !== '' && { detail: entry.detail }),
    kind: entry.kind === 'node' ? SymbolKind.Struct : SymbolKind.Property,
    range: lines.range(entry.start, entry.end),
    selectionRange: lines.range(entry.nameStart, entry.nameEnd),
    ...(entry.children.length > 0 && { children: entry.children.map((child) => symbolOf(lines, child)) }),
  };
}

function actionsOf(session: Session, params: CodeActionParams): CodeAction[] {
  const { textDocument, range, context } = params;
  const { analysis, workspace, rulePage, sightings } = session;
  const path = workspace.path(textDocument.uri);
  const view = analysis.view(path);
  if (!view || isBlobUri(textDocument.uri)) return [];
  const wants = (kind: string) => !context.only || context.only.some((asked) => `${kind}.`.startsWith(`${asked}.`));
  const actions: CodeAction[] = [];
  if (wants(CodeActionKind.QuickFix)) {
    const lines = workspace.lines(path);
    const [start, end] = [lines.offset(range.start), lines.offset(range.end)];
    for (const action of codeActions(view, start, end, sightings.ofBindings(view))) {
      actions.push({
        title: plainText(action.title),
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnosticOf(workspace, action.problem, rulePage)],
        isPreferred: action.preferred,
        edit: workspaceEditOf(workspace, action.edits, (file) => workspace.version(file)),
      });
    }
    for (const { rule, repeated } of resolves(session) ? fixableRules(view, start, end) : []) {
      const kind = CodeActionKind.QuickFix;
      const data = { uri: textDocument.uri, rule };
      const title = t('Fix all {0} problems in this file', rule);
      if (repeated) actions.push(lateAction(session, { title, kind }, data));
      if (reviews(session)) {
        actions.push(
          lateAction(
            session,
            { title: t('Review fixes of {0} in the workspace…', rule), kind },
            { ...data, all: true },
          ),
        );
      }
    }
  }
  if (wants(FIX_ALL) && hasFixes(view) && (resolves(session) || context.only)) {
    const title = t('Fix all device tree problems in this file');
    actions.push(lateAction(session, { title, kind: FIX_ALL }, { uri: textDocument.uri }));
  }
  return actions;
}

/** Which problems an action repairs that is worked out when it is chosen. */
interface FixAllData {
  readonly uri: string;
  /** Absent: of every rule. */
  readonly rule?: string;
  /** In every board of the workspace, for review. */
  readonly all?: boolean;
}

/** Fixing all takes an evaluation per fix: a client that can wait for the edit gets it when it is chosen. */
function lateAction(session: Session, action: CodeAction, data: FixAllData): CodeAction {
  return resolves(session) ? { ...action, data } : { ...action, edit: fixAllEdit(session, data) };
}

function resolves({ client }: Session): boolean {
  return client.textDocument?.codeAction?.resolveSupport?.properties.includes('edit') === true;
}

/** The editor can show changes before it makes them, and there is a folder with more than the open file. */
function reviews({ client, workspace }: Session): boolean {
  return workspace.folders.length > 0 && client.workspace?.workspaceEdit?.changeAnnotationSupport !== undefined;
}

function workspaceFixEdit({ analysis, workspace }: Session, rule: string): WorkspaceEdit {
  const folders = workspace.folders.map(({ path }) => path);
  const { edits, fixed, skipped } = fixWorkspace(analysis, folders, rule);
  const left = skipped > 0 ? t('; {0} more boards: `dt-iommu fix --rule {1}`', skipped, rule) : '';
  const review = { label: t('{0}: {1} problems{2}', rule, fixed, left), needsConfirmation: true };
  return workspaceEditOf(workspace, edits, (file) => workspace.version(file), review);
}

function fixAllEdit(session: Session, { uri, rule, all }: FixAllData): WorkspaceEdit {
  const { analysis, workspace } = session;
  if (all && rule !== undefined) return workspaceFixEdit(session, rule);
  const path = workspace.path(uri);
  const choice = analysis.view(path)?.choice ?? { board: path };
  const wanted = (problem: Problem) =>
    problem.span.file === path && (rule === undefined ? isRepair(problem) : problem.rule === rule);
  return workspaceEditOf(workspace, fixAll(analysis, { ...choice, wanted }).edits, (file) => workspace.version(file));
}
