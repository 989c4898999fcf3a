// SPDX-License-Identifier: MIT
// The suite in the desktop VS Code that VSCODE_EXECUTABLE names; nothing is downloaded.
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { makeSession, prepared } from './session.mjs';

const vscodeExecutablePath = process.env.VSCODE_EXECUTABLE;
if (!vscodeExecutablePath) {
  console.log('skipped: VSCODE_EXECUTABLE names no desktop VS Code');
  process.exit(0);
}

const session = makeSession();
const extension = prepared('E2E_EXTENSION');
const { data, extensions } = session.profile;
let code = 1;
try {
  code = await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: extension,
    extensionTestsPath: path.join(extension, 'e2e/index.cjs'),
    launchArgs: [session.workspace, `--user-data-dir=${data}`, `--extensions-dir=${extensions}`],
  });
} catch (error) {
  console.error(String(error));
} finally {
  session.dispose();
}
process.exit(code);
