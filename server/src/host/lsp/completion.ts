// SPDX-License-Identifier: MIT
// Completion over the protocol: items as snippets or as text, sorted and filtered as the ide layer says.
import {
  CancellationToken,
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type Connection,
  InsertTextFormat,
} from 'vscode-languageserver';
import { completion } from '#ide/completion/completion.ts';
import { type ItemKind, plainText } from '#ide/completion/item.ts';
import type { Answer, Session } from './server.ts';

/** After which characters an editor asks by itself. */
export const TRIGGER_CHARACTERS = ['&', '"', '#', '/', '<', ' ', '@'];

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

export function registerCompletion(connection: Connection, answer: Answer): void {
  const readAhead = reader(answer);
  connection.onCompletion(({ textDocument, position, context }, token) => {
    readAhead();
    return answer('completion', token, (session) =>
      completionsOf(session, textDocument.uri, position, context?.triggerCharacter),
    );
  });
}

/** Between two turns of reading, for requests that arrive meanwhile; in milliseconds. */
const TURN = 10;

/** Reads what completion knows of other files, turn by turn, until there is nothing left. */
function reader(answer: Answer): () => void {
  let running = false;
  const turn = async (): Promise<void> => {
    const more = await answer('index', CancellationToken.None, ({ analysis }) => analysis.knowledge.work()).catch(
      () => false,
    );
    running = more;
    if (more) setTimeout(() => void turn(), TURN);
  };
  return () => {
    if (running) return;
    running = true;
    setTimeout(() => void turn(), TURN);
  };
}

function completionsOf(
  { analysis, workspace, client }: Session,
  uri: string,
  position: { readonly line: number; readonly character: number },
  trigger: string | undefined,
): CompletionList {
  const path = workspace.path(uri);
  const view = analysis.view(path);
  if (!view) return { isIncomplete: false, items: [] };
  const lines = workspace.lines(path);
  const offset = lines.offset(position);
  const { items, start, incomplete = false } = completion(view, offset, trigger);
  const range = lines.range(start, offset);
  const { completionItem, completionList } = client.textDocument?.completion ?? {};
  const snippets = completionItem?.snippetSupport === true;
  const shared = completionList?.itemDefaults?.includes('editRange') === true;
  return {
    isIncomplete: incomplete,
    ...(shared && { itemDefaults: { editRange: range } }),
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
        ...(shared ? { textEditText: newText } : { textEdit: { range, newText } }),
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
