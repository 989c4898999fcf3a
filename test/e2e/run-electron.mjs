// SPDX-License-Identifier: MIT
// The suite in a desktop VS Code: the one that VSCODE_EXECUTABLE names, or the release that VSCODE_DOWNLOAD asks for
// (`stable`, `1.91.1`), fetched once into the cache folder. Without either nothing is downloaded.
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { loadModule } from '../../scripts/load-module.mjs';
import { makeSession, prepared } from './session.mjs';

const { cacheFolder } = await loadModule('scripts/e2e/vscode-host.ts');

const { VSCODE_EXECUTABLE: vscodeExecutablePath, VSCODE_DOWNLOAD: version } = process.env;
if (!vscodeExecutablePath && !version) {
  console.log('skipped: neither VSCODE_EXECUTABLE nor VSCODE_DOWNLOAD names a desktop VS Code');
  process.exit(0);
}

const session = makeSession();
const extension = prepared('E2E_EXTENSION');
const { data, extensions } = session.profile;
let code = 1;
try {
  code = await runTests({
    ...(vscodeExecutablePath
      ? { vscodeExecutablePath }
      : { version, cachePath: path.join(cacheFolder, 'vscode-desktop') }),
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
