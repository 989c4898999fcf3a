// SPDX-License-Identifier: MIT
// Asks what a board is compared with, and opens the page that says what differs.
import * as vscode from 'vscode';
import { editorAtHand, nameOf, pathOf } from '../documents.ts';
import type { BoardsResult, OverlaysResult } from '../protocol.ts';
import type { Running } from '../running.ts';
import { isBlob, openText } from './blobs.ts';
import type { LivePages } from './pages.ts';

/** One side, as the server is asked for it. */
interface Side {
  readonly textDocument: { readonly uri: string };
  readonly overlays?: readonly string[];
}

interface Pick extends vscode.QuickPickItem {
  /** Both sides; absent: a file is asked for. */
  readonly sides?: readonly [Side, Side];
}

/** `at`: a file of the explorer; else the board of the active editor. */
export async function compare(running: Running, pages: LivePages, at: unknown): Promise<void> {
  const document = at instanceof vscode.Uri ? await opened(at) : (await editorAtHand())?.document;
  if (!document) return;
  const textDocument = { uri: document.uri.toString() };
  const [boards, overlays] = await Promise.all([
    running.request<BoardsResult>('dtIommu/boards', { textDocument }),
    running.request<OverlaysResult>('dtIommu/overlays', { textDocument }),
  ]);
  if (!boards || !overlays) return;
  const file: Pick = {
    label: `$(folder-opened) ${vscode.l10n.t('A file…')}`,
    description: vscode.l10n.t('a source or a blob (.dts, .dtb)'),
  };
  const picks = [file, ...overlayPicks(overlays), ...(await boardPicks(boards))];
  const picked = await vscode.window.showQuickPick(picks, {
    title: vscode.l10n.t('Compare {0} with', nameOf(overlays.board)),
    matchOnDescription: true,
  });
  const sides = picked === file ? await sidesWithFile(overlays.board) : picked?.sides;
  if (!sides) return;
  const [own, other] = sides;
  const title = vscode.l10n.t('Compare: {0}, {1}', nameOf(own.textDocument.uri), nameOf(other.textDocument.uri));
  const shown = await pages.show({ title, method: 'dtIommu/compare', params: { ...own, with: other } });
  if (!shown) {
    const text = vscode.l10n.t('One of the two files cannot be read as a device tree.');
    void vscode.window.showInformationMessage(text);
  }
}

/** The board without what is applied to it, and with what else is known to fit. */
function overlayPicks({ board, applied, known }: OverlaysResult): Pick[] {
  const side = (overlays: readonly string[]): Side => ({ textDocument: { uri: board }, overlays });
  const without: Pick[] = applied.map((overlay) => ({
    label: `$(remove) ${vscode.l10n.t('{0} without {1}', nameOf(board), nameOf(overlay))}`,
    description: vscode.l10n.t('A: without, B: with'),
    sides: [side(applied.filter((each) => each !== overlay)), side(applied)],
  }));
  const added: Pick[] = known.map((overlay) => ({
    label: `$(add) ${vscode.l10n.t('{0} with {1}', nameOf(board), nameOf(overlay))}`,
    description: vscode.l10n.t('A: without, B: with'),
    sides: [side(applied), side([...applied, overlay])],
  }));
  return [...without, ...added];
}

/** Boards that include the file, and those beside the board. */
async function boardPicks({ board, boards }: BoardsResult): Promise<Pick[]> {
  const folder = vscode.Uri.joinPath(vscode.Uri.parse(board), '..');
  const entries = await vscode.workspace.fs.readDirectory(folder).then(
    (found) => found,
    () => [],
  );
  const beside = entries
    .filter(([name, type]) => type === vscode.FileType.File && /\.(?:dts|dtb)$/.test(name))
    .map(([name]) => vscode.Uri.joinPath(folder, name).toString());
  const others = new Set([...boards.map((each) => vscode.Uri.parse(each).toString()), ...beside]);
  others.delete(vscode.Uri.parse(board).toString());
  return [...others].map((other) => ({
    label: `$(circuit-board) ${nameOf(other)}`,
    description: pathOf(other),
    sides: [{ textDocument: { uri: board } }, { textDocument: { uri: other } }],
  }));
}

async function sidesWithFile(board: string): Promise<readonly [Side, Side] | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Compare with'),
      filters: { [vscode.l10n.t('Device trees')]: ['dts', 'dtb', 'dtbo', 'dtso'] },
      defaultUri: vscode.Uri.joinPath(vscode.Uri.parse(board), '..'),
    })) ?? [];
  return uri && [{ textDocument: { uri: board } }, { textDocument: { uri: uri.toString() } }];
}

/** A blob is known to the server by its text. */
async function opened(uri: vscode.Uri): Promise<vscode.TextDocument> {
  return isBlob(uri) ? openText(uri) : vscode.workspace.openTextDocument(uri);
}
