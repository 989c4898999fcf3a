// SPDX-License-Identifier: MIT
// The choice of another platform for a board: what the server suggests, what is typed, or the .config of another kernel.
import * as vscode from 'vscode';
import type { DmaLanesResult, WhatIfResult } from '../protocol.ts';
import type { Running } from '../running.ts';

interface WishPick extends vscode.QuickPickItem {
  /** Absent: a line between others; `null`: a file is chosen. */
  readonly wish?: string | null;
}

/** `undefined`: none was chosen. One that the server refuses is not taken, and the user is told why. */
export async function pickWish(running: Running, board: string, title: string): Promise<string | undefined> {
  const textDocument = { uri: board };
  const picker = vscode.window.createQuickPick<WishPick>();
  picker.title = title;
  picker.placeholder = vscode.l10n.t('Choose, or type such as iommu.passthrough=1 6.1');
  picker.busy = true;
  const choice = choiceOf(picker);
  picker.show();
  const found = await running.request<DmaLanesResult>('dtIommu/dmaLanes', { textDocument }).catch(() => null);
  const items = picksOf(found?.wishes ?? []);
  picker.busy = false;
  picker.items = items;
  picker.onDidChangeValue((value) => {
    const typed = value.trim();
    const isKnown = typed === '' || items.some(({ wish }) => wish === typed);
    picker.items = isKnown ? items : [...items, { label: typed, wish: typed, alwaysShow: true }];
  });
  const picked = await choice;
  const wish = picked === null ? await chosenConfig() : picked;
  if (wish === undefined) return undefined;
  const answer = await running.request<WhatIfResult>('dtIommu/whatIf', { textDocument, wish }).catch(() => null);
  if (answer === null || !('refused' in answer)) return wish;
  void vscode.window.showWarningMessage(answer.refused);
  return undefined;
}

/** The wish for the `.config` that the user chooses. */
export async function chosenConfig(): Promise<string | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ title: vscode.l10n.t('The .config of another kernel') })) ?? [];
  // Encoded: a wish ends at a blank.
  return file && `kernel-config=${file.toString()}`;
}

function picksOf(wishes: readonly string[]): WishPick[] {
  const separator = (label: string): WishPick => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const groups: readonly (readonly [string, (wish: string) => boolean])[] = [
    [vscode.l10n.t('Options of the command line'), (wish) => groupOf(wish) === 'option'],
    [vscode.l10n.t('Hypervisor'), (wish) => groupOf(wish) === 'kind'],
    [vscode.l10n.t('Kernel configuration'), (wish) => groupOf(wish) === 'config'],
    [vscode.l10n.t('Releases of Linux'), (wish) => groupOf(wish) === 'release'],
  ];
  const file: WishPick = { label: vscode.l10n.t('Another .config…'), wish: null };
  return groups.flatMap(([label, belongs], index) => {
    const items = wishes.filter(belongs).map((wish): WishPick => ({ label: wish, description: aboutOf(wish), wish }));
    const all = index === 2 ? [...items, file] : items;
    return all.length === 0 ? [] : [separator(label), ...all];
  });
}

function groupOf(wish: string): 'option' | 'kind' | 'config' | 'release' {
  if (/^\d/.test(wish)) return 'release';
  if (wish.startsWith('CONFIG_')) return 'config';
  return aboutOf(wish) === '' ? 'option' : 'kind';
}

function aboutOf(wish: string): string {
  const kinds: Readonly<Record<string, string>> = {
    linux: vscode.l10n.t('Linux without a hypervisor'),
    'xen-host': vscode.l10n.t('Xen, which then starts Linux as dom0'),
    'xen-dom0': vscode.l10n.t('the tree that dom0 gets'),
    'xen-domu': vscode.l10n.t('a guest of Xen'),
    kvm: vscode.l10n.t('a guest of KVM'),
  };
  return kinds[wish] ?? '';
}

function choiceOf(picker: vscode.QuickPick<WishPick>): Promise<string | null | undefined> {
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      const [item] = picker.selectedItems;
      // Enter may come before the row of what was typed.
      resolve(item ? item.wish : picker.value.trim() || undefined);
      picker.dispose();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
  });
}
