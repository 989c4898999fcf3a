// SPDX-License-Identifier: MIT
// Completion over the protocol: items as snippets or as text, sorted and filtered as the ide layer says.
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type Connection,
  InsertTextFormat,
  MarkupKind,
  type ServerCapabilities,
  type SignatureHelp,
} from 'vscode-languageserver';
import { linkOf } from '#host/lsp/convert.ts';
import { until } from '#host/lsp/patience.ts';
import type { Answer, Session } from '#host/lsp/server.ts';
import { completion } from '#ide/completion/completion.ts';
import { type About, documentation } from '#ide/completion/documentation.ts';
import { type ItemKind, plainText } from '#ide/completion/item.ts';
import { signature } from '#ide/completion/signature.ts';

/** Milliseconds in which bindings may be read while somebody waits for the list. */
const PATIENCE = 20;

/** What {@link registerCompletion} answers, and after which characters an editor asks by itself. */
export const COMPLETION: Partial<ServerCapabilities> = {
  completionProvider: { triggerCharacters: ['&', '"', '#', '/', '<', ' ', '@'], resolveProvider: true },
  signatureHelpProvider: { triggerCharacters: ['<', ' ', '(', ','], retriggerCharacters: ['>'] },
};

const KINDS: Readonly<Record<ItemKind, CompletionItemKind>> = {
  label: CompletionItemKind.Reference,
  property: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  macro: CompletionItemKind.Constant,
  node: CompletionItemKind.Struct,
  folder: CompletionItemKind.Folder,
  file: CompletionItemKind.File,
  keyword: CompletionItemKind.Keyword,
  path: CompletionItemKind.Module,
  compatible: CompletionItemKind.Value,
  rule: CompletionItemKind.Text,
};

export function registerCompletion(connection: Connection, answer: Answer, readAhead: () => void): void {
  connection.onCompletion(({ textDocument, position, context }, token) => {
    readAhead();
    return answer('completion', token, (session) =>
      completionsOf(session, textDocument.uri, position, context?.triggerCharacter),
    );
  });
  connection.onCompletionResolve((item, token) =>
    answer('completion/resolve', token, (session) => resolved(session, item)),
  );
  connection.onSignatureHelp(({ textDocument, position }, token) =>
    answer('signatureHelp', token, (session) => signatureOf(session, textDocument.uri, position)),
  );
}

/** What an item's documentation is asked by. */
interface ItemData {
  readonly uri: string;
  readonly about: About;
}

function resolved({ analysis, workspace }: Session, item: CompletionItem): CompletionItem {
  const data = item.data as ItemData | undefined;
  const view = data && analysis.view(workspace.path(data.uri));
  const value = view && documentation(view, data.about, linkOf(workspace, view.snapshot));
  return value === undefined ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
}

function signatureOf(
  { analysis, workspace }: Session,
  uri: string,
  position: { readonly line: number; readonly character: number },
): SignatureHelp | null {
  const path = workspace.path(uri);
  const view = analysis.view(path);
  const found = view && signature(view, workspace.lines(path).offset(position));
  if (!found) return null;
  const { label, parameters, active, documentation: text } = found;
  return {
    signatures: [
      {
        label,
        ...(text !== '' && { documentation: text }),
        parameters: parameters.map(([start, end]) => ({ label: [start, end] })),
      },
    ],
    activeSignature: 0,
    activeParameter: active,
  };
}

function completionsOf(
  { analysis, workspace, client, options: { suggestCommand } }: Session,
  uri: string,
  position: { readonly line: number; readonly character: number },
  trigger: string | undefined,
): CompletionList {
  const path = workspace.path(uri);
  const view = analysis.view(path);
  if (!view) return { isIncomplete: false, items: [] };
  const lines = workspace.lines(path);
  const offset = lines.offset(position);
  const patience = until(PATIENCE);
  const { items, start, end = offset, incomplete = false } = completion(view, offset, trigger, patience);
  const range = lines.range(start, offset);
  const { completionItem, completionList } = client.textDocument?.completion ?? {};
  const snippets = completionItem?.snippetSupport === true;
  const shared = completionList?.itemDefaults?.includes('editRange') === true;
  const both = completionItem?.insertReplaceSupport === true && end > offset;
  const ranges = both ? { insert: range, replace: lines.range(start, end) } : undefined;
  return {
    isIncomplete: incomplete,
    ...(shared && { itemDefaults: { editRange: ranges ?? range } }),
    items: items.map((item, at): CompletionItem => {
      const plain = plainText(item.snippet);
      const isSnippet = snippets && plain !== item.snippet;
      const newText = isSnippet ? item.snippet : plain;
      return {
        label: item.label,
        kind: KINDS[item.kind],
        ...(item.detail !== '' && { detail: item.detail }),
        sortText: String(at).padStart(4, '0'),
        filterText: item.filter ?? item.label,
        ...(isSnippet && { insertTextFormat: InsertTextFormat.Snippet }),
        ...(shared ? { textEditText: newText } : { textEdit: ranges ? { newText, ...ranges } : { range, newText } }),
        ...(item.suggests && suggestCommand !== undefined && { command: { title: '', command: suggestCommand } }),
        ...(item.about && { data: { uri, about: item.about } satisfies ItemData }),
        ...(item.edits && {
          additionalTextEdits: item.edits.map(({ span, text }) => ({
            range: lines.range(span.start, span.end),
            newText: text,
          })),
        }),
      };
    }),
  };
}
