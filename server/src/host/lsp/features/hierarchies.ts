// SPDX-License-Identifier: MIT
// Hierarchies of nodes: who needs whom as calls, what sits on which bus as types.
import {
  type CallHierarchyItem,
  type Connection,
  type ServerCapabilities,
  SymbolKind,
  type TypeHierarchyItem,
} from 'vscode-languageserver';
import { rangeOf } from '#host/lsp/convert.ts';
import { viewAt } from '#host/lsp/places.ts';
import type { Answer, Session } from '#host/lsp/server.ts';
import type { View } from '#ide/analysis.ts';
import {
  busOf,
  consumers,
  type HierarchyItem,
  type HierarchyLink,
  hierarchyItem,
  onBus,
  suppliers,
} from '#ide/navigation/hierarchies.ts';

/** What {@link registerHierarchies} answers. */
export const HIERARCHIES: Partial<ServerCapabilities> = { callHierarchyProvider: true, typeHierarchyProvider: true };

type Item = CallHierarchyItem & TypeHierarchyItem;

/** Which node an item is, and the document in whose board it was found. */
interface ItemData {
  readonly path: string;
  readonly document: string;
}

export function registerHierarchies(connection: Connection, answer: Answer): void {
  const { callHierarchy, typeHierarchy } = connection.languages;
  const prepared = (session: Session, document: string, position: { line: number; character: number }) => {
    const at = viewAt(session, document, position);
    const found = at && hierarchyItem(at.view, at.offset);
    return found ? [itemOf(session, document, found)] : null;
  };
  callHierarchy.onPrepare(({ textDocument: { uri }, position }, token) =>
    answer('callHierarchy/prepare', token, (session) => prepared(session, uri, position)),
  );
  callHierarchy.onOutgoingCalls(({ item }, token) =>
    answer('callHierarchy/outgoing', token, (session) =>
      linksOf(session, item, (view, path) => suppliers(view, path, session.workspace.path(item.uri))).map(
        ({ link, to, ranges }) => ({ to: itemOf(session, to, link.item), fromRanges: ranges }),
      ),
    ),
  );
  callHierarchy.onIncomingCalls(({ item }, token) =>
    answer('callHierarchy/incoming', token, (session) =>
      linksOf(session, item, consumers).map(({ link, to, ranges }) => ({
        from: itemOf(session, to, link.item),
        fromRanges: ranges,
      })),
    ),
  );
  typeHierarchy.onPrepare(({ textDocument: { uri }, position }, token) =>
    answer('typeHierarchy/prepare', token, (session) => prepared(session, uri, position)),
  );
  typeHierarchy.onSupertypes(({ item }, token) =>
    answer('typeHierarchy/supertypes', token, (session) => itemsOf(session, item, busOf)),
  );
  typeHierarchy.onSubtypes(({ item }, token) =>
    answer('typeHierarchy/subtypes', token, (session) => itemsOf(session, item, onBus)),
  );
}

function itemOf({ workspace }: Session, document: string, found: HierarchyItem): Item {
  const { path, name, detail, span, nameSpan } = found;
  const data: ItemData = { path, document };
  return {
    name,
    detail: detail === '' ? path : `${detail} · ${path}`,
    kind: SymbolKind.Struct,
    uri: workspace.uri(span.file),
    range: rangeOf(workspace, span),
    selectionRange: rangeOf(workspace, nameSpan),
    data,
  };
}

/** The board in which an item was found, as it is now. */
function viewOf({ analysis, workspace }: Session, item: Item): { view: View; data: ItemData } | undefined {
  const data = item.data as Partial<ItemData> | undefined;
  if (typeof data?.path !== 'string' || typeof data.document !== 'string') return undefined;
  const view = analysis.view(workspace.path(data.document));
  return view && { view, data: { path: data.path, document: data.document } };
}

function linksOf(session: Session, item: Item, ask: (view: View, path: string) => readonly HierarchyLink[]) {
  const at = viewOf(session, item);
  if (!at) return [];
  return ask(at.view, at.data.path).map((link) => ({
    link,
    to: at.data.document,
    ranges: link.spans.map((span) => rangeOf(session.workspace, span)),
  }));
}

function itemsOf(session: Session, item: Item, ask: (view: View, path: string) => readonly HierarchyItem[]): Item[] {
  const at = viewOf(session, item);
  return at ? ask(at.view, at.data.path).map((found) => itemOf(session, at.data.document, found)) : [];
}
