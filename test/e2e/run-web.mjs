// SPDX-License-Identifier: MIT
// The web build in the newest VS Code.
import { loadModule } from '../../scripts/load-module.mjs';
import { prepareWebBuild } from './web-build.mjs';
import { runWebSuite } from './web-suite.mjs';

const { fetchHost } = await loadModule('scripts/e2e/vscode-host.ts');

const host = await fetchHost(console.log);
await runWebSuite((folder) => ({ commit: prepareWebBuild(host, folder), esm: true }));
