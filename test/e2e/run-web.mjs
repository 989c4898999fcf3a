// SPDX-License-Identifier: MIT
// The web build in the newest VS Code.
import { fetchHost } from '../../scripts/vscode-host.mjs';
import { prepareWebBuild } from './web-build.mjs';
import { runWebSuite } from './web-suite.mjs';

const host = await fetchHost(console.log);
await runWebSuite((folder) => ({ commit: prepareWebBuild(host, folder), esm: true }));
