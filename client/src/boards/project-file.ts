// SPDX-License-Identifier: MIT
// "Add Board…" and "Add Overlay…": the project file gets an entry, as an edit that can be undone.
import * as vscode from 'vscode';
import { activeDocument, nameOf } from '../documents.ts';
import type { BoardsResult } from '../protocol.ts';
import type { Running } from '../running.ts';
import { type ProjectEdit, relativePath, withBoard, withOverlay } from './project-edit.ts';

export const PROJECT_FILE = 'dt-iommu.json';

/** `at`: a file of the explorer; else the active one, else one is asked for. */
export async function addBoard(at: unknown): Promise<void> {
  const board = await fileFor(at, 'dts', vscode.l10n.t('Add a board to {0}', PROJECT_FILE));
  if (board) await change(board, (text, path) => withBoard(text, path(board)));
}

/** From a board: an overlay for it is asked for; from an overlay: its board. */
export async function addOverlay(running: Running, at: unknown): Promise<void> {
  const known = at instanceof vscode.Uri ? at : activeDocument()?.uri;
  const board = known?.path.endsWith('.dts') ? known : undefined;
  const title = board
    ? vscode.l10n.t('Overlay that is applied to {0}', nameOf(board.toString()))
    : vscode.l10n.t('Add an overlay to a board in {0}', PROJECT_FILE);
  const overlay = await fileFor(known, 'dtso', title);
  const chosen = overlay && (board ?? (await boardFor(running, overlay)));
  if (chosen) await change(chosen, (text, path) => withOverlay(text, path(chosen), path(overlay)));
}

async function fileFor(at: unknown, ending: 'dts' | 'dtso', title: string): Promise<vscode.Uri | undefined> {
  const known = at instanceof vscode.Uri ? at : activeDocument()?.uri;
  if (known?.path.endsWith(`.${ending}`)) return known;
  // The other file of a pair is usually beside it.
  const defaultUri = known && known.scheme !== 'untitled' ? vscode.Uri.joinPath(known, '..') : firstFolder()?.uri;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      filters: { [vscode.l10n.t('Device trees')]: [ending] },
      ...(defaultUri && { defaultUri }),
    })) ?? [];
  return chosen;
}

/** The board that the overlay is applied to: chosen among those that are open, near it or named already. */
async function boardFor(running: Running, overlay: vscode.Uri): Promise<vscode.Uri | undefined> {
  const textDocument = { uri: overlay.toString() };
  const found = await running.request<BoardsResult>('dtIommu/boards', { textDocument }).catch(() => null);
  const uris = new Map<string, vscode.Uri>();
  const add = (uri: vscode.Uri) => uri.path.endsWith('.dts') && uris.set(uri.toString(), uri);
  for (const { uri } of vscode.workspace.textDocuments) add(uri);
  for (const board of Object.keys(found?.names ?? {})) add(vscode.Uri.parse(board));
  for (const name of await sources(vscode.Uri.joinPath(overlay, '..'))) add(vscode.Uri.joinPath(overlay, '..', name));
  const other = { label: `$(folder-opened) ${vscode.l10n.t('Another file…')}`, uri: undefined };
  const picks = [...uris.values()].map((uri) => ({
    label: nameOf(uri.toString()),
    description: vscode.workspace.asRelativePath(uri),
    uri,
  }));
  const picked = await vscode.window.showQuickPick([...picks, other], {
    title: vscode.l10n.t('Board to which {0} is applied', nameOf(overlay.toString())),
    matchOnDescription: true,
  });
  if (picked !== other) return picked?.uri;
  return fileFor(vscode.Uri.joinPath(overlay, '..', 'x'), 'dts', vscode.l10n.t('Choose a board'));
}

async function sources(folder: vscode.Uri): Promise<string[]> {
  const entries = await vscode.workspace.fs.readDirectory(folder).then(
    (found) => found,
    () => [],
  );
  return entries.filter(([name, type]) => type & vscode.FileType.File && name.endsWith('.dts')).map(([name]) => name);
}

/** Changes the nearest project file, or makes one in the workspace's folder; what is open unsaved is what counts. */
async function change(
  board: vscode.Uri,
  edit: (text: string, path: (uri: vscode.Uri) => string) => ProjectEdit,
): Promise<void> {
  const existing = await findProjectFile(board);
  const root = vscode.workspace.getWorkspaceFolder(board)?.uri ?? vscode.Uri.joinPath(board, '..');
  const file = existing ?? vscode.Uri.joinPath(root, PROJECT_FILE);
  const document = existing && (await vscode.workspace.openTextDocument(existing));
  const folder = vscode.Uri.joinPath(file, '..').path;
  const made = edit(document?.getText() ?? '', (uri) => relativePath(folder, uri.path));
  if (made.kind === 'unreadable') {
    const text = vscode.l10n.t('{0} cannot be changed: it is no JSON object with a list of boards.', PROJECT_FILE);
    void vscode.window.showErrorMessage(text);
    await vscode.window.showTextDocument(file);
    return;
  }
  if (made.kind === 'there') {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has this entry already.', PROJECT_FILE));
    await vscode.window.showTextDocument(file);
    return;
  }
  await apply(file, document, made.text);
}

async function apply(file: vscode.Uri, document: vscode.TextDocument | undefined, text: string): Promise<void> {
  const changes = new vscode.WorkspaceEdit();
  if (document) {
    // Only what differs, so that cursors and marks elsewhere stay.
    const { start, end, inserted } = difference(document.getText(), text);
    changes.replace(file, new vscode.Range(document.positionAt(start), document.positionAt(end)), inserted);
  } else {
    changes.createFile(file, { ignoreIfExists: true });
    changes.insert(file, new vscode.Position(0, 0), text);
  }
  const wasDirty = document?.isDirty ?? false;
  if (!(await vscode.workspace.applyEdit(changes))) return;
  const shown = await vscode.window.showTextDocument(file, { preview: false });
  // What the user has not saved is not saved for them.
  if (!wasDirty) await shown.document.save();
}

function difference(before: string, after: string): { start: number; end: number; inserted: string } {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - start;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { start, end: before.length - tail, inserted: after.slice(start, after.length - tail) };
}

/** From the file upwards to the root, as the server looks for it. */
async function findProjectFile(file: vscode.Uri): Promise<vscode.Uri | undefined> {
  for (let folder = vscode.Uri.joinPath(file, '..'); ; folder = vscode.Uri.joinPath(folder, '..')) {
    const candidate = vscode.Uri.joinPath(folder, PROJECT_FILE);
    const found = await vscode.workspace.fs.stat(candidate).then(
      ({ type }) => Boolean(type & vscode.FileType.File),
      () => false,
    );
    if (found) return candidate;
    if (folder.path === '/' || folder.path === '' || vscode.Uri.joinPath(folder, '..').path === folder.path)
      return undefined;
  }
}

function firstFolder(): vscode.WorkspaceFolder | undefined {
  return vscode.workspace.workspaceFolders?.[0];
}
