// SPDX-License-Identifier: MIT
// The menu behind the status item: what the board is judged on, what was assumed, and what can be done about it.
import * as vscode from 'vscode';
import { nameOf } from '../documents.ts';
import { assumptionText, platformOf, reasonOf, type StatusItem } from './status-item.ts';

interface MenuItem extends vscode.QuickPickItem {
  readonly run?: readonly [command: string, ...args: unknown[]];
}

const SECTION = 'devicetreeIommu';

export async function showMenu(status: StatusItem): Promise<void> {
  const items = [...factsOf(status), separator(vscode.l10n.t('Commands')), ...commandsOf(status)];
  const picked = await vscode.window.showQuickPick(items, { title: 'Devicetree IOMMU', matchOnDescription: true });
  if (picked?.run) await vscode.commands.executeCommand(...picked.run);
}

function separator(label: string): MenuItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function settings(name: string): readonly [string, string] {
  return ['workbench.action.openSettings', `${SECTION}.${name}`];
}

function factsOf(status: StatusItem): MenuItem[] {
  const found = status.status?.found;
  const server: MenuItem = {
    label: `$(server-process) ${vscode.l10n.t('Server: {0}', status.activity())}`,
    description: vscode.l10n.t('shows its output'),
    run: ['devicetreeIommu.showOutput'],
  };
  if (!found) return [server];
  const platform = platformOf(found);
  return [
    {
      label: `$(circuit-board) ${vscode.l10n.t('Board: {0}', found.names[found.board] ?? nameOf(found.board))}`,
      description: reasonOf(found),
      run: ['devicetreeIommu.selectBoard'],
    },
    ...found.overlays.map(
      (overlay): MenuItem => ({
        label: `$(layers) ${vscode.l10n.t('Overlay: {0}', nameOf(overlay))}`,
        run: ['vscode.open', vscode.Uri.parse(overlay)],
      }),
    ),
    { label: `$(chip) ${vscode.l10n.t('Judged as: {0}', platform)}`, run: settings('platform') },
    ...found.assumed.map(
      (field): MenuItem => ({
        label: `$(question) ${vscode.l10n.t('Assumed: {0}', assumptionText(field))}`,
        description: field === 'arch' ? '' : vscode.l10n.t('change it in the settings'),
        run: settings(field === 'kind' || field === 'arch' ? 'platform' : field),
      }),
    ),
    ...(found.projectFile === null
      ? []
      : [
          {
            label: `$(json) ${vscode.l10n.t('Project file: {0}', vscode.workspace.asRelativePath(vscode.Uri.parse(found.projectFile)))}`,
            run: ['vscode.open', vscode.Uri.parse(found.projectFile)] as const,
          },
        ]),
    server,
  ];
}

function commandsOf(status: StatusItem): MenuItem[] {
  // As package.json offers it: a task needs a process, and a folder on disk.
  const canCheckAll = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.workspace.workspaceFolders !== undefined;
  const isShown = status.status?.found !== undefined;
  const command = (icon: string, label: string, name: string): MenuItem => ({
    label: `$(${icon}) ${label}`,
    run: [`devicetreeIommu.${name}`],
  });
  return [
    ...(isShown
      ? [
          command('symbol-structure', vscode.l10n.t('Show DMA Map'), 'showMap'),
          command('beaker', vscode.l10n.t('What If…'), 'whatIf'),
          command('multiple-windows', vscode.l10n.t('Show Map on Another Platform…'), 'mapBeside'),
          command('list-tree', vscode.l10n.t('Show Resolved Tree'), 'showTree'),
          command('diff', vscode.l10n.t('Compare Board with…'), 'compare'),
        ]
      : []),
    command('add', vscode.l10n.t('Add Board…'), 'addBoard'),
    command('add', vscode.l10n.t('Add Overlay…'), 'addOverlay'),
    ...(canCheckAll ? [command('checklist', vscode.l10n.t('Check All Boards'), 'checkAll')] : []),
    command('settings-gear', vscode.l10n.t('Settings'), 'openSettings'),
    command('mortar-board', vscode.l10n.t('Get Started'), 'openWalkthrough'),
    command('refresh', vscode.l10n.t('Restart Server'), 'restart'),
    command('report', vscode.l10n.t('Report a Problem…'), 'reportProblem'),
  ];
}
