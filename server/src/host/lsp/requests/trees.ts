// SPDX-License-Identifier: MIT
// The requests about resolved trees: the text, where each line of it was set, and its hovers.
import { type Lines, placeName } from '#host/lsp/convert.ts';
import { readerOf } from '#host/lsp/features/hover-reader.ts';
import * as protocol from '#host/lsp/protocol.ts';
import type { Session } from '#host/lsp/server.ts';
import type { View } from '#ide/analysis.ts';
import { linePlaces, resolvedHover, resolvedLines } from '#ide/resolved/resolved-tree.ts';
import { printTree } from '#tree/blob/print.ts';
import type { Handle } from './maps.ts';

export function registerTrees(handle: Handle): void {
  handle(protocol.tree, (session, params) => {
    const view = viewOf(session, params);
    return view && { text: printTree(view.snapshot.tree, (span) => placeName(span, view.snapshot.line(span))) };
  });
  handle(protocol.resolvedTree, (session, params) => {
    const view = viewOf(session, params);
    return view && resolvedTreeResult(session, view);
  });
  handle(protocol.resolvedHover, (session, { position, line: text, ...params }) => {
    const view = viewOf(session, params);
    const found = view && resolvedHover(view, { ...position, text }, readerOf(session, view));
    return found ? { text: found } : null;
  });
}

function viewOf({ analysis, workspace }: Session, { textDocument }: protocol.DocumentParams): View | null {
  return analysis.view(workspace.path(textDocument.uri)) ?? null;
}

/** The client is told when it may be another one, as for a map. */
function resolvedTreeResult(session: Session, { choice, snapshot }: View): protocol.ResolvedTreeResult {
  const { workspace } = session;
  session.mapAsked(choice.board);
  const lines = resolvedLines(snapshot);
  const files = new Map<string, { readonly number: number; readonly lines: Lines }>();
  const fileOf = (file: string) => {
    const known = files.get(file) ?? { number: files.size, lines: workspace.lines(file) };
    files.set(file, known);
    return known;
  };
  const places = linePlaces(lines).map(({ line, start, end, name, span }) => {
    const file = fileOf(name.file);
    const position = file.lines.position(name.start);
    return { line, start, end, file: file.number, position, until: file.lines.position(span.end).line };
  });
  return {
    board: workspace.uri(choice.board),
    text: lines.map(({ text }) => `${text}\n`).join(''),
    files: [...files.keys()].map((file) => workspace.uri(file)),
    places,
  };
}
