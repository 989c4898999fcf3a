// SPDX-License-Identifier: MIT
// The requests for pages of text that follow their boards: a device explained, two trees compared.
import { t } from '#base/language.ts';
import { memo } from '#base/memo.ts';
import { linkOf } from '#host/lsp/convert.ts';
import * as protocol from '#host/lsp/protocol.ts';
import type { Session } from '#host/lsp/server.ts';
import type { Analysis } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { type ComparedBoard, comparePage } from '#ide/compare/compare-boards.ts';
import { explanationOf } from '#ide/explain/device-explanation.ts';
import { explanationPage } from '#ide/explain/markdown.ts';
import { code, linkMarkdown } from '#ide/explain/markup.ts';
import { nodeNamed } from '#ide/explain/node-name.ts';
import type { DeviceTree } from '#tree/types.ts';
import { type Handle, snapshotOn } from './maps.ts';

export function registerPages(handle: Handle): void {
  handle(protocol.explainPage, explainPage);
  handle(protocol.compare, compare);
  handle(protocol.overlays, ({ analysis, workspace }, { textDocument }) => {
    const choice = analysis.view(workspace.path(textDocument.uri))?.choice;
    if (!choice) return null;
    const known = analysis.overlaysFor(choice.board).filter((file) => !choice.overlays.includes(file));
    const uris = (files: readonly string[]) => files.map((file) => workspace.uri(file));
    return { board: workspace.uri(choice.board), applied: uris(choice.overlays), known: uris(known) };
  });
}

function explainPage(
  session: Session,
  { textDocument, node: name, on }: protocol.NodePageParams,
): protocol.PageResult | null {
  const { analysis, workspace } = session;
  const view = analysis.view(workspace.path(textDocument.uri));
  const snapshot = view && snapshotOn(session, view, on);
  if (!view || !snapshot) return null;
  session.mapAsked(view.choice.board);
  const boards = [workspace.uri(view.choice.board)];
  const node = nodeNamed(snapshot.tree, name);
  const report = node && snapshot.report(node);
  if (!node || !report) return { markdown: `# ${code(name)}\n\n${t('The board has no such node now.')}`, boards };
  const link = linkOf(workspace, snapshot);
  const markdown = explanationPage(explanationOf(snapshot, report), snapshot.platform, {
    place: (span) => linkMarkdown(link(span)),
    opened: node.origins.filter(({ kind }) => kind === 'open').map((origin) => origin.name),
  });
  return { markdown, boards };
}

export function compare(session: Session, { with: other, ...own }: protocol.CompareParams): protocol.PageResult | null {
  const [before, after] = [comparedBoard(session, own), comparedBoard(session, other)];
  if (!before || !after) return null;
  return { markdown: comparePage(before, after), boards: [before.uri, after.uri] };
}

function comparedBoard(
  session: Session,
  { textDocument, overlays }: protocol.ComparedTree,
): (ComparedBoard & { readonly uri: string }) | undefined {
  const { analysis, workspace } = session;
  const choice = analysis.view(workspace.path(textDocument.uri))?.choice;
  if (!choice) return undefined;
  session.mapAsked(choice.board);
  const applied = overlays?.map((uri) => workspace.path(uri)) ?? choice.overlays;
  const snapshot = analysis.board(choice.board, applied);
  return {
    uri: workspace.uri(choice.board),
    name: [choice.board, ...applied].map((file) => file.slice(file.lastIndexOf('/') + 1)).join(' + '),
    snapshot,
    booted: bootedTree(snapshot)(analysis),
    link: linkOf(workspace, snapshot),
  };
}

/** Kept with the snapshot: while one types in one board, the other is not read back again. */
const bootedTree = memo((snapshot: Snapshot) => {
  let tree: DeviceTree | undefined;
  return (analysis: Analysis): DeviceTree => {
    tree ??= analysis.booted(snapshot.tree);
    return tree;
  };
});
