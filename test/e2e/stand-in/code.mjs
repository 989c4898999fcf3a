// SPDX-License-Identifier: MIT
// Reads the arguments that @vscode/test-electron gives to VS Code.
import { statSync } from 'node:fs';
import { runInNodeHost } from '../run-node.mjs';

const args = process.argv.slice(2);
const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const code = await runInNodeHost({
  extension: option('extensionDevelopmentPath'),
  tests: option('extensionTestsPath'),
  workspace: args.find((arg) => !arg.startsWith('-') && statSync(arg, { throwIfNoEntry: false })?.isDirectory()),
});
process.exit(code === 0 ? 0 : 1);
