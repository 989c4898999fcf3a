// SPDX-License-Identifier: MIT
// The problems of the project files that open documents and folders are judged by: pushed, for the client has no other
// reason to ask for a JSON file.
import type { Connection } from 'vscode-languageserver';
import { join } from '#base/files.ts';
import { memo } from '#base/memo.ts';
import { PROJECT_FILE } from '#ide/boards/project.ts';
import { projectProblems } from '#ide/boards/project-problems.ts';
import { diagnosticOf } from './convert.ts';
import type { Session } from './server.ts';
import type { Workspace } from './workspace.ts';

/** By path, what the client has. */
const shown = memo((_workspace: Workspace) => new Map<string, string>());

/** Sends what has changed; a file that is gone or right again is sent without problems. */
export function showProjectProblems(connection: Connection, { analysis, workspace }: Session): void {
  const known = shown(workspace);
  const files = new Set(workspace.folders.map(({ path }) => join(path, PROJECT_FILE)));
  for (const path of analysis.opened()) {
    const file = analysis.projectFile(path);
    if (file !== undefined) files.add(file);
  }
  for (const file of new Set([...known.keys(), ...files])) {
    const diagnostics = projectProblems(analysis.files, file).map((problem) =>
      diagnosticOf(workspace, problem, undefined),
    );
    const content = JSON.stringify(diagnostics);
    if ((known.get(file) ?? '[]') === content) continue;
    known.set(file, content);
    void connection.sendDiagnostics({ uri: workspace.uri(file), diagnostics });
  }
}
