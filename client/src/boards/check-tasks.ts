// SPDX-License-Identifier: MIT
// "Check all boards" as a task of the desktop: the command line over a folder, its lines read by the problem matcher.
import * as vscode from 'vscode';

const TYPE = 'dt-iommu';

interface Definition extends vscode.TaskDefinition {
  /** Below the workspace folder; absent: all of it. */
  readonly path?: string;
}

/** Offers a task for each folder on disk, and resolves those of `tasks.json`. */
export function registerCheckTasks(cli: string): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    provideTasks: () =>
      (vscode.workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === 'file')
        .map((folder) => checkTask(cli, { type: TYPE }, folder)),
    resolveTask: ({ definition, scope }) => {
      const folder = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
      return folder && checkTask(cli, definition as Definition, folder);
    },
  });
}

/** VS Code's own Node runs it; a task starts only when the user says so, and in no restricted window. */
function checkTask(cli: string, definition: Definition, folder: vscode.WorkspaceFolder): vscode.Task {
  const execution = new vscode.ProcessExecution(
    process.execPath,
    [cli, 'check', '--no-color', definition.path ?? '.'],
    {
      cwd: folder.uri.fsPath,
      env: { ELECTRON_RUN_AS_NODE: '1' },
    },
  );
  const task = new vscode.Task(definition, folder, vscode.l10n.t('check all boards'), TYPE, execution, '$dt-iommu');
  task.group = vscode.TaskGroup.Test;
  return task;
}

/** Runs the task of the active file's folder. */
export async function checkAllBoards(): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const wanted = active && vscode.workspace.getWorkspaceFolder(active);
  const tasks = await vscode.tasks.fetchTasks({ type: TYPE });
  const task = tasks.find(({ scope }) => scope === wanted) ?? tasks[0];
  if (task) await vscode.tasks.executeTask(task);
  else void vscode.window.showInformationMessage(vscode.l10n.t('Open a folder on disk to check its boards.'));
}
