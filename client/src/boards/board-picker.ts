// SPDX-License-Identifier: MIT
// The choice of the board that a shared file is shown with: filtered by name and path, kept for the workspace.
import * as vscode from 'vscode';
import { editorAtHand, identifier, nameOf, pathOf } from '../documents.ts';
import type { BoardsResult } from '../protocol.ts';
import type { Running } from '../running.ts';
import type { ResolvedTrees } from '../views/resolved-trees.ts';
import type { RememberedBoards } from './remembered-boards.ts';

interface BoardPick extends vscode.QuickPickItem {
  /** `null`: back to the best one; absent: a line between others. */
  readonly board?: string | null;
}

export interface PickerParts {
  readonly running: Running;
  readonly remembered: RememberedBoards;
  readonly trees: ResolvedTrees;
}

export async function selectBoard({ running, remembered, trees }: PickerParts): Promise<void> {
  const document = (await editorAtHand())?.document;
  if (!document) return;
  const textDocument = identifier(document);
  const picker = vscode.window.createQuickPick<BoardPick>();
  picker.title = vscode.l10n.t('Boards that include {0}', nameOf(textDocument.uri));
  picker.placeholder = vscode.l10n.t('Filter by name or path');
  picker.matchOnDescription = true;
  picker.busy = true;
  const choice = choiceOf(picker, async (board, button) => {
    const uri = vscode.Uri.parse(board);
    if (button === BESIDE) await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside });
    else await trees.show(uri);
  });
  picker.show();
  const found = await running.request<BoardsResult>('dtIommu/boards', { textDocument, all: true }).catch(() => null);
  if (found) {
    picker.busy = false;
    picker.items = picksOf(found, remembered.all()[textDocument.uri] !== undefined);
    const active = picker.items.find(({ board }) => board === found.board);
    if (active) picker.activeItems = [active];
  } else picker.hide();
  const picked = await choice;
  if (picked === undefined) return;
  await remembered.choose(textDocument.uri, picked);
  await running.request('dtIommu/selectBoard', { textDocument, board: picked });
}

const BESIDE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('split-horizontal'),
  get tooltip() {
    return vscode.l10n.t('Open the board to the side');
  },
};

const TREE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('list-tree'),
  get tooltip() {
    return vscode.l10n.t('Show the resolved tree of the board to the side');
  },
};

/** Boards of the project under the names that it gives them, then the others, nearest first. */
function picksOf(found: BoardsResult, isChosen: boolean): BoardPick[] {
  const pickOf = (board: string): BoardPick => ({
    label: found.names[board] ?? nameOf(board),
    description: pathOf(board),
    board,
    buttons: [BESIDE, TREE],
    ...(board === found.board && { iconPath: new vscode.ThemeIcon('check') }),
  });
  const known = found.boards.includes(found.board) ? found.boards : [found.board, ...found.boards];
  const [named, others] = [true, false].map((isNamed) =>
    known.filter((board) => Object.hasOwn(found.names, board) === isNamed).map(pickOf),
  ) as [BoardPick[], BoardPick[]];
  const separator = (label: string): BoardPick => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    {
      label: `$(wand) ${vscode.l10n.t('Automatic')}`,
      description: isChosen ? vscode.l10n.t('forgets the choice') : vscode.l10n.t('in use'),
      board: null,
    },
    ...(named.length > 0 ? [separator('dt-iommu.json'), ...named] : []),
    ...(others.length > 0 ? [separator(vscode.l10n.t('{0} boards, nearest first', others.length)), ...others] : []),
  ];
}

/** The board that is picked, `null` for the best one, `undefined` for none. */
function choiceOf(
  picker: vscode.QuickPick<BoardPick>,
  press: (board: string, button: vscode.QuickInputButton) => Promise<void>,
): Promise<string | null | undefined> {
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      resolve(picker.selectedItems[0]?.board);
      picker.dispose();
    });
    picker.onDidTriggerItemButton(({ item, button }) => {
      if (typeof item.board === 'string') void press(item.board, button);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
  });
}
