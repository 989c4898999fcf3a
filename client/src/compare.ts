// SPDX-License-Identifier: MIT
// Asks what a board is compared with, and opens the page that says what differs.
import * as vscode from 'vscode';
import { isBlob, openText } from './blobs.ts';
import type { LivePages } from './pages.ts';
import type { BoardsResult, OverlaysResult } from './protocol.ts';
import type { Running } from './running.ts';

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
export async function compare(
  running: Running,
  pages: LivePages,
  { at, active }: { readonly at: unknown; readonly active: vscode.TextDocument | undefined },
): Promise<void> {
  const document = at instanceof vscode.Uri ? await opened(at) : active;
  if (!document) return;
  const textDocument = { uri: document.uri.toString() };
  const [boards, overlays] = await Promise.all([
    running.request<BoardsResult>('dtIommu/boards', { textDocument }),
    running.request<OverlaysResult>('dtIommu/overlays', { textDocument }),
  ]);
  if (!boards || !overlays) return;
  const file: Pick = { label: '$(folder-opened) A file…', description: 'a source or a blob (.dts, .dtb)' };
  const picks = [file, ...overlayPicks(overlays), ...(await boardPicks(boards))];
  const picked = await vscode.window.showQuickPick(picks, {
    title: `Compare ${nameOf(overlays.board)} with`,
    matchOnDescription: true,
  });
  const sides = picked === file ? await sidesWithFile(overlays.board) : picked?.sides;
  if (!sides) return;
  const [own, other] = sides;
  const title = `Compare: ${nameOf(own.textDocument.uri)}, ${nameOf(other.textDocument.uri)}`;
  const shown = await pages.show({ title, method: 'dtIommu/compare', params: { ...own, with: other } });
  if (!shown) void vscode.window.showInformationMessage('One of the two files cannot be read as a device tree.');
}

/** The board without what is applied to it, and with what else is known to fit. */
function overlayPicks({ board, applied, known }: OverlaysResult): Pick[] {
  const side = (overlays: readonly string[]): Side => ({ textDocument: { uri: board }, overlays });
  const without: Pick[] = applied.map((overlay) => ({
    label: `$(remove) ${nameOf(board)} without ${nameOf(overlay)}`,
    description: 'A: without, B: with',
    sides: [side(applied.filter((each) => each !== overlay)), side(applied)],
  }));
  const added: Pick[] = known.map((overlay) => ({
    label: `$(add) ${nameOf(board)} with ${nameOf(overlay)}`,
    description: 'A: without, B: with',
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
    description: vscode.workspace.asRelativePath(vscode.Uri.parse(other)),
    sides: [{ textDocument: { uri: board } }, { textDocument: { uri: other } }],
  }));
}

async function sidesWithFile(board: string): Promise<readonly [Side, Side] | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: 'Compare with',
      filters: { 'Device trees': ['dts', 'dtb', 'dtbo', 'dtso'] },
      defaultUri: vscode.Uri.joinPath(vscode.Uri.parse(board), '..'),
    })) ?? [];
  return uri && [{ textDocument: { uri: board } }, { textDocument: { uri: uri.toString() } }];
}

/** A blob is known to the server by its text. */
async function opened(uri: vscode.Uri): Promise<vscode.TextDocument> {
  return isBlob(uri) ? openText(uri) : vscode.workspace.openTextDocument(uri);
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
