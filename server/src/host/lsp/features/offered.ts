// SPDX-License-Identifier: MIT
// What the server offers: everything, or without what the client leaves to another server.
import type { ServerCapabilities } from 'vscode-languageserver';
import type { Feature } from '#host/lsp/protocol.ts';
import { FEATURES } from './standard.ts';

const GROUPS: Readonly<Record<Feature, readonly (keyof ServerCapabilities)[]>> = {
  completion: ['completionProvider', 'signatureHelpProvider'],
  formatting: ['documentFormattingProvider', 'documentRangeFormattingProvider', 'documentOnTypeFormattingProvider'],
  hover: ['hoverProvider'],
  navigation: [
    'declarationProvider',
    'definitionProvider',
    'typeDefinitionProvider',
    'implementationProvider',
    'referencesProvider',
    'documentHighlightProvider',
    'renameProvider',
    'documentSymbolProvider',
    'workspaceSymbolProvider',
    'documentLinkProvider',
    'foldingRangeProvider',
    'selectionRangeProvider',
    'linkedEditingRangeProvider',
    'callHierarchyProvider',
    'typeHierarchyProvider',
  ],
  semanticTokens: ['semanticTokensProvider'],
};

/** Groups that setting and code know. */
export const GROUP_NAMES = Object.keys(GROUPS) as readonly Feature[];

/** A client says anything: only names of groups count. */
export function offered(without: unknown): Partial<ServerCapabilities> {
  const left = new Set<string>(
    Array.isArray(without) ? GROUP_NAMES.filter((name) => without.includes(name)).flatMap((name) => GROUPS[name]) : [],
  );
  return Object.fromEntries(Object.entries(FEATURES).filter(([name]) => !left.has(name)));
}
