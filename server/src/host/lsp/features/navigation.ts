// SPDX-License-Identifier: MIT
// Requests about names and the shape of a text: highlights, symbols of the workspace, selections, colours.
import {
  type Connection,
  DocumentHighlightKind,
  type SelectionRange,
  SemanticTokensBuilder,
  type ServerCapabilities,
  SymbolKind,
  type WorkspaceSymbol,
} from 'vscode-languageserver';
import { locationOf } from '#host/lsp/convert.ts';
import { fileOf, viewAt } from '#host/lsp/places.ts';
import type { Answer, Session } from '#host/lsp/server.ts';
import { highlights, implementations } from '#ide/navigation/all-references.ts';
import { definition } from '#ide/navigation/definition.ts';
import { type FoundSymbol, workspaceSymbols } from '#ide/navigation/workspace-symbols.ts';
import { selections } from '#ide/structure/selection.ts';
import { eachSemanticToken, TOKEN_MODIFIERS, TOKEN_TYPES } from '#ide/structure/semantic-tokens.ts';

/** What {@link registerNavigation} answers. */
export const NAVIGATION: Partial<ServerCapabilities> = {
  documentHighlightProvider: true,
  implementationProvider: true,
  declarationProvider: true,
  selectionRangeProvider: true,
  workspaceSymbolProvider: true,
  semanticTokensProvider: {
    legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
    full: { delta: true },
    range: true,
  },
};

const SYMBOL_KINDS: Record<FoundSymbol['kind'], SymbolKind> = {
  label: SymbolKind.Variable,
  node: SymbolKind.Struct,
  compatible: SymbolKind.Interface,
  macro: SymbolKind.Constant,
};

export function registerNavigation(connection: Connection, answer: Answer): void {
  connection.onDocumentHighlight(({ textDocument: { uri }, position }, token) =>
    answer('documentHighlight', token, (session) => {
      const at = viewAt(session, uri, position);
      const lines = at && session.workspace.lines(at.view.file);
      return (at ? highlights(at.view, at.offset) : []).flatMap(({ span, write }) => {
        const kind = write ? DocumentHighlightKind.Write : DocumentHighlightKind.Read;
        return lines ? [{ range: lines.range(span.start, span.end), kind }] : [];
      });
    }),
  );
  connection.onImplementation(({ textDocument: { uri }, position }, token) =>
    answer('implementation', token, (session) => {
      const at = viewAt(session, uri, position);
      return at ? implementations(at.view, at.offset).map((span) => locationOf(session.workspace, span)) : [];
    }),
  );
  // A node has no declaration beside the places that make it.
  connection.onDeclaration(({ textDocument: { uri }, position }, token) =>
    answer('declaration', token, (session) => {
      const at = viewAt(session, uri, position);
      return at ? definition(at.view, at.offset).map((span) => locationOf(session.workspace, span)) : [];
    }),
  );
  connection.onSelectionRanges(({ textDocument: { uri }, positions }, token) =>
    answer('selectionRange', token, (session) => {
      const file = fileOf(session, uri);
      if (!file) return [];
      const { view, ast, lines } = file;
      return positions.map((position): SelectionRange => {
        const steps = selections(view.text, ast, lines.offset(position));
        return steps.reduceRight<SelectionRange | undefined>(
          (parent, { start, end }) => ({ range: lines.range(start, end), ...(parent && { parent }) }),
          undefined,
        ) as SelectionRange;
      });
    }),
  );
  connection.onWorkspaceSymbol(({ query }, token) =>
    answer('workspaceSymbol', token, ({ analysis, workspace }): WorkspaceSymbol[] => {
      const folders = workspace.folders.map(({ path }) => path);
      return workspaceSymbols(analysis, folders, query).map(({ kind, name, container, span }) => ({
        name,
        kind: SYMBOL_KINDS[kind],
        ...(container !== '' && { containerName: container }),
        location: locationOf(workspace, span),
      }));
    }),
  );
  registerColours(connection, answer);
}

/** Documents whose last colours are kept, so that only the difference is sent. */
const MAX_KEPT = 32;

function registerColours(connection: Connection, answer: Answer): void {
  const builders = new Map<string, SemanticTokensBuilder>();
  const builderOf = (uri: string): SemanticTokensBuilder => {
    const builder = builders.get(uri) ?? new SemanticTokensBuilder();
    builders.delete(uri);
    builders.set(uri, builder);
    for (const oldest of builders.keys()) {
      if (builders.size <= MAX_KEPT) break;
      builders.delete(oldest);
    }
    return builder;
  };
  const { semanticTokens: requests } = connection.languages;
  requests.on(({ textDocument: { uri } }, token) =>
    answer('semanticTokens', token, (session) => {
      const builder = builderOf(uri);
      // Begins anew; what was sent before is of no use.
      builder.previousResult('');
      pushTokens(session, uri, builder);
      return builder.build();
    }),
  );
  requests.onDelta(({ textDocument: { uri }, previousResultId }, token) =>
    answer('semanticTokens/delta', token, (session) => {
      const builder = builderOf(uri);
      builder.previousResult(previousResultId);
      pushTokens(session, uri, builder);
      return builder.buildEdits();
    }),
  );
  requests.onRange(({ textDocument: { uri }, range }, token) =>
    answer('semanticTokens/range', token, (session) => {
      const builder = new SemanticTokensBuilder();
      pushTokens(session, uri, builder, { first: range.start.line, last: range.end.line });
      return builder.build();
    }),
  );
}

function pushTokens(
  session: Session,
  uri: string,
  builder: SemanticTokensBuilder,
  { first, last } = { first: 0, last: Number.POSITIVE_INFINITY },
): void {
  const file = fileOf(session, uri);
  if (!file) return;
  const { lines, view } = file;
  eachSemanticToken(view, (start, end, type, declaration) => {
    const from = lines.position(start);
    const to = lines.position(end);
    if (from.line !== to.line || from.line < first || from.line > last) return;
    const length = to.character - from.character;
    builder.push(from.line, from.character, length, TOKEN_TYPES.indexOf(type), declaration ? 1 : 0);
  });
}
